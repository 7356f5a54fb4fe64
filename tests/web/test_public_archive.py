"""What was sent, for everybody to read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from syndicate.mail.models import Edition, EditionArticle
from syndicate.mail.placeholders import MARK
from syndicate.mail.render import render
from tests import rows

pytestmark = pytest.mark.django_db


def sent(subject: str = "A new pier", **values: Any) -> Edition:
    """An edition with two articles, as it stands when it has gone."""
    n = Edition.objects.count()
    newsletter = values.pop("newsletter", None) or rows.newsletter()
    given: dict[str, Any] = {"key": f"key{n}", "slot": str(n), "status": "sent"}
    made = Edition.objects.create(
        newsletter=newsletter,
        subject=subject,
        composed_at=rows.NOON,
        started_at=rows.NOON + timedelta(hours=n),
        **given | values,
    )
    for place in range(2):
        EditionArticle.objects.create(edition=made, article=rows.article(), position=place)
    rendered = render(made)
    made.html, made.text = rendered.html, rendered.text
    made.save()
    return made


def test_the_archive_lists_what_was_sent_newest_first(client: Client) -> None:
    sent("The older one")
    sent("The newer one", status="sending")
    sent("Not approved yet", status="held")
    sent("Called off", status="cancelled")
    html = client.get("/archive").content.decode()
    assert html.index("The newer one") < html.index("The older one")
    assert "Not approved yet" not in html
    assert "Called off" not in html


@pytest.mark.parametrize("status", ["held", "queued", "cancelled"])
def test_what_was_not_sent_cannot_be_read(client: Client, status: str) -> None:
    assert client.get(f"/archive/{sent(status=status).key}").status_code == 404


def test_an_edition_is_nobodys_in_particular(client: Client) -> None:
    html = client.get(f"/archive/{sent().key}").content.decode()
    assert MARK not in html
    assert "https://news.harbour.example.org/your-mail" in html
    assert "/u/" not in html
    assert "/preferences/" not in html
    assert client.get("/your-mail").status_code == 200


def test_an_edition_can_run_nothing(client: Client) -> None:
    answer = client.get(f"/archive/{sent().key}")
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


def test_a_list_that_is_not_public_is_not_listed_but_linked(client: Client) -> None:
    inner = rows.newsletter(list=rows.mailing_list(public=False))
    made = sent("Among ourselves", newsletter=inner)
    for page in ("/archive", "/archive/feed.xml", "/"):
        assert b"Among ourselves" not in client.get(page).content
    answer = client.get(f"/archive/{made.key}")
    assert (answer.status_code, answer["X-Robots-Tag"]) == (200, "noindex")


def test_the_feed_can_be_followed(client: Client) -> None:
    made = sent("Rope & <tar>", preheader="What holds a harbour")
    answer = client.get("/archive/feed.xml")
    feed = feedparser.parse(answer.content)
    assert (answer["Content-Type"], feed.bozo) == ("application/atom+xml", False)
    (entry,) = feed.entries
    assert entry.link == f"https://news.harbour.example.org/archive/{made.key}"
    assert entry.title == "Rope & <tar>"
    for article in made.articles.all():
        assert article.title in entry.summary


def test_the_archive_asks_no_more_for_many_than_for_few(client: Client) -> None:
    counts = []
    for _ in range(2):
        for n in range(4):
            sent(f"Edition {n}")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/archive")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4


def test_a_long_archive_has_pages(client: Client) -> None:
    newsletter = rows.newsletter()
    for n in range(31):
        Edition.objects.create(
            newsletter=newsletter, slot=str(n), key=f"key{n}", status="sent",
            subject=f"Edition <{n}>", composed_at=rows.NOON,
            started_at=rows.NOON + timedelta(days=n),
        )  # fmt: skip
    assert b"Edition &lt;0&gt;" not in client.get("/archive").content
    assert b"Edition &lt;0&gt;" in client.get("/archive?page=2").content
    assert client.get("/archive?page=nonsense").status_code == 200


def test_an_empty_archive_is_a_page_too(client: Client) -> None:
    assert b"Nothing has been sent yet" in client.get("/archive").content
    assert feedparser.parse(client.get("/archive/feed.xml").content).bozo is False
