"""What doctor asks others: real servers on loopback."""

from datetime import datetime
from typing import Any

import pytest

from syndicate.checks import elsewhere
from syndicate.sources.models import Article, Source
from tests.fakes.webhook import SECRET, Receiver
from tests.fakes.website import Website
from tests.rows import account, source


def ids(found: Any) -> list[str]:
    return [finding.id for finding in found]


@pytest.mark.django_db
def test_a_source_that_answers_is_well_and_nothing_is_kept(now: datetime) -> None:
    with Website() as website:
        website.publish("A new pier")
        source(url=website.feed_url, baseline_at=None)
        assert ids(elsewhere.sources(now)) == []
    assert not Article.objects.exists()
    assert Source.objects.get().checked_at is None


@pytest.mark.django_db
def test_a_source_that_does_not_answer_is_named(now: datetime) -> None:
    source(name="Harbour", url="http://127.0.0.1:9/feed")
    (found,) = elsewhere.sources(now)
    assert (found.id, found.remote) == ("S002", True)
    assert found.message.startswith("Harbour: ")


def test_the_publication_s_own_site_is_tried(now: datetime, configure: Any) -> None:
    configure(publication={"url": "http://127.0.0.1:9/"})
    assert ids(elsewhere.publication(now)) == ["S003"]


@pytest.mark.django_db
def test_accounts_are_asked_and_nothing_is_posted(now: datetime) -> None:
    with Receiver() as receiver:
        account(credentials={"url": receiver.url, "secret": SECRET})
        assert ids(elsewhere.accounts(now)) == []
        assert receiver.published() == []


@pytest.mark.django_db
def test_an_account_that_is_refused_is_named(now: datetime) -> None:
    with Receiver() as receiver:
        account(name="hook", credentials={"url": receiver.url, "secret": f"{SECRET[:-4]}AAAA"})
        (found,) = elsewhere.accounts(now)
    assert (found.id, found.auth) == ("A001", True)
    assert found.message.startswith("hook: ")


@pytest.mark.django_db
def test_a_platform_that_is_down_is_its_own_fault(now: datetime) -> None:
    account(credentials={"url": "http://127.0.0.1:9/", "secret": SECRET})
    (found,) = elsewhere.accounts(now)
    assert (found.id, found.auth, found.remote) == ("A002", False, True)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ("Mon, 23 Nov 2026 12:00:30 GMT", []),
        ("Mon, 23 Nov 2026 12:10:00 GMT", ["E005"]),
        ("Mon, 23 Nov 2026 11:50:00 GMT", ["E005"]),
        ("yesterday", []),
        ("", []),
    ],
)
def test_two_clocks_are_compared(now: datetime, there: str, expected: list[str]) -> None:
    assert ids(elsewhere.clocks(now, there, "example.org")) == expected
