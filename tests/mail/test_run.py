"""A run against a real mail server while something else goes wrong: nothing is left behind."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from syndicate.lib.config import Config
from syndicate.lib.status import Status
from syndicate.mail import claim as claims
from syndicate.mail import journal
from syndicate.mail.deliver import deliver_batch
from syndicate.mail.editorial import cancel, pause
from syndicate.mail.front import front
from syndicate.mail.journal import Journal
from syndicate.mail.models import Edition, Pause
from syndicate.mail.outcome import Outcome
from tests.conftest import small_files
from tests.fakes.smtpd import Smtpd
from tests.mail.editions import readers, sending, statuses

pytestmark = pytest.mark.django_db

LATER = timedelta(seconds=61)  # a lease
S = Status


@pytest.fixture
def server(configure: Callable[..., Config], settings: object) -> Iterator[Smtpd]:
    """The site's mail server."""
    with Smtpd() as running:
        configure(
            mail={"transport": "smtp", "retry_minutes": [1, 5]},
            smtp={"host": running.host, "port": running.port, "security": "none",
                  "connections": 3, "timeout_seconds": 5},
        )  # fmt: skip
        yield running
    left = list(journal.folder().glob("*"))
    for file in left:
        file.unlink()
    assert not left, "a journal was left behind"


def deliver(now: datetime) -> None:
    """What is due, as the engine is told it."""
    for pk in list(front(now)):
        deliver_batch(pk, now)


def fell_silent(edition: Edition, now: datetime) -> None:
    """A worker claimed the first batch, had one mail past its dot, and was gone."""
    first = edition.batches.order_by("first_seq")[0].pk
    with transaction.atomic():
        mine = claims.claim(claims.owner(), now, 4, edition=edition.pk, batch=first)
    assert mine is not None
    with Journal(mine.batch_id, mine.owner, 9) as written:
        written.attempting(1, 1)


@pytest.mark.parametrize("act", ["cancel", "pause"])
def test_what_a_silent_worker_did_is_found_out_though_nothing_more_goes(
    server: Smtpd, now: datetime, act: str
) -> None:
    edition = sending(*readers(3))
    fell_silent(edition, now)
    cancel(edition) if act == "cancel" else pause(edition, now)
    deliver(now + LATER)
    rest = S.CANCELLED if act == "cancel" else S.QUEUED
    assert list(statuses(edition).values()) == [S.UNKNOWN, rest, rest]
    assert not list(front(now + LATER)) and not server.recipients
    for file in journal.folder().glob("*"):
        file.unlink()  # on start, recover() does


def test_no_room_for_the_next_journal_takes_nothing_from_the_last(
    server: Smtpd, now: datetime
) -> None:
    edition = sending(*readers(41), batch_size=1)
    edition.batches.exclude(first_seq=1).delete()
    edition.batches.create(first_seq=2, last_seq=41, due_at=now)
    with small_files(10_000):
        deliver(now)
    assert server.recipients == ["r1@example.org"] and Pause.objects.count() == 1
    assert statuses(edition)["r1@example.org"] == S.SENT
    assert list(edition.batches.order_by("pk").values_list("status", flat=True)) == [
        "sent",
        "queued",
    ]


def test_a_mail_tried_again_is_judged_by_its_last_try() -> None:
    with Journal(1, "host:1:a", 9) as written:
        written.attempting(1, 1)
        written.answered(Outcome(1, 1, S.DEFERRED, 451, "later"))
        written.attempting(1, 1)
    story = journal.find(1, "host:1:a")
    written.discard()
    assert story is not None and story.unanswered == {1: 1} and not story.outcomes


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_loses_no_answer(server: Smtpd, now: datetime) -> None:
    edition = sending(*readers(9), batch_size=3)
    server.stall("dot", 0.3)
    connection.cursor().execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)
    timers = [
        threading.Timer(0.4, other.execute, ["BEGIN IMMEDIATE"]), threading.Timer(1.5, other.close)
    ]  # fmt: skip
    for timer in timers:
        timer.start()
    deliver(now)
    for timer in timers:
        timer.join()
    assert sorted(server.recipients) == readers(9)
    assert set(statuses(edition).values()) == {S.SENT}
    edition.refresh_from_db()
    assert edition.status == S.SENT
