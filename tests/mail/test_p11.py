"""P11: one poisoned article, recipient or feed never keeps the rest from going."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from syndicate import paths
from syndicate.engine.inline import turn
from syndicate.lib.status import Status
from syndicate.mail.models import Edition
from syndicate.sources.models import Article, Source
from tests import rows
from tests.fakes.smtpd import Smtpd
from tests.fakes.website import Website
from tests.faults.harbour import Harbour
from tests.installation import until

BROKEN = (
    b"",
    b"<rss><channel><item><title>no end",
    b"\x00\xff\xfe not a feed at all",
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>',
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [null, 3, {"id": []}]}',
)
TRIES = 3  # outcome.RESENDS


@pytest.fixture
def poison() -> Iterator[str]:
    """A template of the site's own that raises whenever it is rendered."""
    file = paths.home() / "templates" / "mail" / "poison.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{{ articles[0].no.such.thing }}", encoding="utf-8")
    file.with_suffix(".txt").write_text("text", encoding="utf-8")
    yield file.stem
    file.unlink(), file.with_suffix(".txt").unlink()


@pytest.mark.django_db
def test_p11_a_template_that_raises(
    now: datetime, poison: str, tmp_path: Path, configure: Callable[..., Any]
) -> None:
    configure(directory={"path": str(tmp_path)})
    bad, good = rows.newsletter(template=poison), rows.newsletter()
    rows.subscriber("bad@example.org", to=bad.list), rows.subscriber(to=good.list)
    rows.article(title="A pier")
    turn(now)
    parked = Edition.objects.get(newsletter=bad)
    assert (parked.status, parked.error != "") == (Status.HELD, True)
    assert Edition.objects.get(newsletter=good).status == Status.SENT
    assert len(list(tmp_path.rglob("*.eml"))) == 1


@pytest.mark.django_db
def test_p11_a_title_of_fifty_megabytes(now: datetime) -> None:
    with Website("Endless") as endless, Website("Harbour") as harbour:
        endless.publish("x" * 50_000_000), harbour.publish("A pier")
        for site in (endless, harbour):
            rows.source(name=site.feed_url, url=site.feed_url, baseline_at=None)
        turn(now)
        parked = Source.objects.get(name=endless.feed_url)
    assert parked.health == Source.Health.FAILING and parked.error
    assert [article.title for article in Article.objects.all()] == ["A pier"]


@pytest.mark.django_db
def test_p11_fifty_broken_feeds(now: datetime) -> None:
    among_broken_feeds(50, now)


@pytest.mark.soak
@pytest.mark.django_db
def test_p11_five_hundred_broken_feeds(now: datetime) -> None:
    among_broken_feeds(500, now)


def among_broken_feeds(feeds: int, now: datetime) -> None:
    """One that is well is read; of each kind of five, three are said to be broken."""
    with Website("Harbour") as site:
        site.publish("A pier")
        for n in range(feeds):
            url = f"{site.url}/broken/{n}"
            site.answer_with(200, url=url, body=BROKEN[n % len(BROKEN)])
            rows.source(url=url, baseline_at=None)
        rows.source(url=site.feed_url, baseline_at=None)
        turn(now)
    assert Article.objects.filter(title="A pier").exists()
    assert not Source.objects.filter(checked_at=None).exists()
    parked = Source.objects.filter(health=Source.Health.FAILING).exclude(error="")
    # One kind of five is a feed of nothing, one can be read.
    assert parked.count() >= feeds * 3 // 5


def test_p11_a_recipient_whose_mail_kills_the_worker(tmp_path: Path) -> None:
    """Each time that it goes the worker dies: after three it is parked, and the rest has gone."""
    # Without PIPELINING: else the mail announced behind the poisoned one's dot waits with it.
    with Smtpd("8BITMIME", "SMTPUTF8") as server:
        poisoned = "r7@example.org"
        server.stall("dot", 600, to=poisoned)
        with Harbour(tmp_path, server, MAIL__ON_UNKNOWN="resend") as site:  # type: ignore[arg-type]
            site.seed(20)
            for tried in range(1, TRIES + 1):
                worker = site.worker()
                until(lambda n=tried: _goes(server, poisoned, n, tmp_path), 30, "the poisoned mail")
                until(lambda: len(set(server.recipients)) == 20, 30, "the rest")
                until(lambda: site.statuses()["sent"] == 19, 30, "their outcomes")
                site.kill(worker)
            site.worker()
            site.finish()
            assert site.statuses() == {"sent": 19, "unknown": 1}
        assert _went(server, poisoned) == TRIES
        assert len(server.recipients) == 19 + TRIES


def _went(server: Smtpd, to: str) -> int:
    return server.recipients.count(to)


def _goes(server: Smtpd, to: str, times: int, home: Path) -> bool:
    """Whether it went so often; until then no test waits for the next try's hour."""
    with closing(sqlite3.connect(home / "data" / "syndicate.sqlite3", timeout=10)) as file, file:
        file.execute("UPDATE mail_batch SET due_at = '2000-01-01' WHERE status = 'queued'")
        file.execute("UPDATE mail_delivery SET due_at = '2000-01-01' WHERE status = 'deferred'")
    return _went(server, to) >= times
