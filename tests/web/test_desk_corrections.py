"""Corrections and results on the desk and on the command line."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from syndicate.audience.arrival import arrived
from syndicate.lib import clock
from syndicate.lib.status import Status
from syndicate.social.correction import Correction
from syndicate.social.models import Post
from tests import rows
from tests.web.furniture import editor, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    """The desk, an editor before it."""
    client.force_login(editor())
    return client


@pytest.fixture
def gone() -> Post:
    """A post that stands there."""
    return post(
        rows.account("mastodon", name="@review", customs={"utm_source": "mastodon"}),
        article=rows.article(title="A new pier"), status=Status.SENT, remote_id="7",
        chain=[["7", "https://social.example/7"]], published_at=clock.now(),
        reactions={"likes": 1234, "reposts": 5}, read_at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def change(gone: Post) -> Correction:
    """Its article was mended since."""
    return Correction.objects.create(
        post=gone, kind="edit", revision=2, text="A newer pier", created_at=clock.now(),
        reason="The article is called “A newer pier” now.",
    )  # fmt: skip


def shown(desk: Client, name: str, *args: object) -> str:
    return desk.get(reverse(f"desk:{name}", args=args)).getvalue().decode()


def test_what_changed_waits_on_the_first_page(desk: Client, change: Correction) -> None:
    assert "The article is called “A newer pier” now." in shown(desk, "home")


def test_a_posts_page_shows_what_would_change_and_does_it(
    desk: Client, change: Correction, gone: Post
) -> None:
    page = shown(desk, "post", gone.pk)
    assert "A newer pier" in page and "Change the post" in page and "1,234 likes" in page
    desk.post(reverse("desk:correction_act", args=[change.pk, "approve"]))
    change.refresh_from_db()
    assert change.status == Status.QUEUED


def test_or_leaves_it(desk: Client, change: Correction) -> None:
    desk.post(reverse("desk:correction_act", args=[change.pk, "dismiss"]))
    change.refresh_from_db()
    assert change.status == Status.CANCELLED


def test_an_editor_takes_a_post_down(desk: Client, gone: Post) -> None:
    assert "Take it down" in shown(desk, "post", gone.pk)
    desk.post(reverse("desk:post_remove", args=[gone.pk]))
    made = Correction.objects.get()
    assert (made.kind, made.status) == ("delete", Status.QUEUED)


def test_what_a_platform_cannot_is_not_offered(desk: Client) -> None:
    there = {"status": Status.SENT, "remote_id": "1", "chain": [["1", ""]]}
    slack = post(rows.account("slack"), published_at=clock.now(), **there)
    assert "Take it down" not in shown(desk, "post", slack.pk)


def test_an_act_that_is_none_is_not_found(desk: Client, change: Correction) -> None:
    answer = desk.post(reverse("desk:correction_act", args=[change.pk, "frame"]))
    assert answer.status_code == 404


def test_results_say_what_each_account_brought(desk: Client, gone: Post) -> None:
    arrived("mastodon", clock.now().date())
    page = shown(desk, "results")
    assert "@review" in page and "1,234 likes, 5 reposts" in page
    assert '<td class="num">1</td>' in page
    assert "No account" not in page


def test_results_of_nothing(desk: Client) -> None:
    assert "No account is connected yet." in shown(desk, "results")
