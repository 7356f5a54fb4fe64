"""The desk's lists: they stay quick however long they get, and filter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from syndicate.lib.status import Status
from syndicate.sources.models import Article
from tests import rows
from tests.web.furniture import edition, editor, post

pytestmark = pytest.mark.django_db


def fill_articles() -> None:
    """An article with everything that can hang on one."""
    article = rows.article()
    edition(article)
    post(article=article)


def fill_subscribers() -> None:
    """A reader of two lists."""
    person = rows.subscriber(to=rows.mailing_list())
    rows.subscription(person, rows.mailing_list())


FILL: dict[str, Callable[[], object]] = {
    "editions": edition,
    "posts": post,
    "articles": fill_articles,
    "newsletters": rows.newsletter,
    "sources": rows.source,
    "accounts": rows.account,
    "subscribers": fill_subscribers,
    "lists": rows.mailing_list,
}


def queries(client: Client, name: str) -> int:
    """How many it takes to show a list."""
    with CaptureQueriesContext(connection) as taken:
        assert client.get(reverse(f"desk:{name}")).status_code == 200
    return len(taken)


@pytest.mark.parametrize("name", FILL)
def test_a_longer_list_takes_no_more_queries(client: Client, name: str) -> None:
    client.force_login(editor())
    for _ in range(2):
        FILL[name]()
    few = queries(client, name)
    for _ in range(8):
        FILL[name]()
    assert queries(client, name) == few
    assert few <= 12


def test_home_takes_no_more_queries_for_more_rows(client: Client) -> None:
    client.force_login(editor())
    for _ in range(5):
        edition(newsletter=rows.newsletter(active=False))
        post(rows.account("mastodon", active=False))
    few = queries(client, "home")
    for _ in range(5):
        post(rows.account("mastodon", active=False))
        rows.article()
    assert queries(client, "home") == few


def test_a_long_list_has_pages(client: Client) -> None:
    client.force_login(editor())
    for number in range(30):
        rows.subscriber(f"r{number:02}@example.org")
    first = client.get(reverse("desk:subscribers")).getvalue().decode()
    assert "r00@example.org" in first
    assert "r29@example.org" not in first
    second = client.get(reverse("desk:subscribers") + "?page=2").getvalue().decode()
    assert "r29@example.org" in second
    assert client.get(reverse("desk:subscribers") + "?page=nonsense").status_code == 200


def test_search_finds_by_address_and_name(client: Client) -> None:
    client.force_login(editor())
    rows.subscriber("anna@example.org", name="Anna Lind")
    rows.subscriber("ben@example.org")
    for words in ("ANNA@", "lind"):
        shown = client.get(reverse("desk:subscribers"), {"q": words}).getvalue().decode()
        assert "anna@example.org" in shown
        assert "ben@example.org" not in shown


@pytest.mark.parametrize(("show", "seen"), [("waiting", "Held one"), ("sent", "Sent one")])
def test_editions_by_status(client: Client, show: str, seen: str) -> None:
    client.force_login(editor())
    edition(subject="Held one")
    edition(subject="Sent one", status=Status.SENT, started_at=rows.NOON)
    shown = client.get(reverse("desk:editions"), {"show": show}).getvalue().decode()
    assert [name for name in ("Held one", "Sent one") if name in shown] == [seen]


def test_each_article_tells_its_fate(client: Client, now: datetime) -> None:
    client.force_login(editor())
    rows.article(state=Article.State.SEEN, state_reason="older than the source is watched")
    article = rows.article()
    edition(article, status=Status.SENT, started_at=now)
    post(article=article, status=Status.FAILED)
    shown = client.get(reverse("desk:articles")).getvalue().decode()
    assert "older than the source is watched" in shown
    assert ">edition</a> sent" in shown
    assert "</a> failed" in shown
