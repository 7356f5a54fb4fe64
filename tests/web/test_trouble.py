"""What a visitor is told when no page could be made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from syndicate.audience.models import MailingList
from tests.web.furniture import editor

# SQLite itself rolls back at this error: a test within a transaction would lose its ground.
pytestmark = pytest.mark.django_db(transaction=True)
TOO_MUCH = {"name": "Weekly", "description": "word " * 400_000}


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No room for one page more: SQLite's own limit, and its own error."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone can be told how large it may grow")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count")
        (before,) = cursor.fetchone()
        cursor.execute("PRAGMA max_page_count = 1")  # which means: as large as it is
        yield
        cursor.execute(f"PRAGMA max_page_count = {before}")


def test_a_full_disk_is_told_and_nothing_is_changed(full_disk: None) -> None:
    desk = Client(raise_request_exception=False)
    desk.force_login(editor())
    answer = desk.post(reverse("desk:list_new"), TOO_MUCH)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Nothing can be saved just now" in answer.content.decode()
    assert "The disk is full" in answer.content.decode()
    assert not MailingList.objects.exists()
