"""A worker is gone: what it had done is found out, and nothing is lost or sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from syndicate.lib import clock
from syndicate.lib.config import Config
from syndicate.lib.status import Status
from syndicate.mail import claim as claims
from syndicate.mail import journal, pause
from syndicate.mail.claim import Claim
from syndicate.mail.editorial import cancel
from syndicate.mail.journal import Journal
from syndicate.mail.models import Batch, Edition, Pause
from syndicate.mail.outcome import Outcome
from syndicate.mail.record import record
from syndicate.mail.recover import recover
from tests.mail.editions import readers, sending

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=61)
SENT, QUEUED, UNKNOWN, DEFERRED = Status.SENT, Status.QUEUED, Status.UNKNOWN, Status.DEFERRED


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SYNDICATE_HOME", str(tmp_path))
    yield


def claim(batch_id: int, now: datetime) -> Claim | None:
    """What a worker does first, with its horizon at the beginning."""
    edition = Batch.objects.get(pk=batch_id).edition_id
    with transaction.atomic():
        return claims.claim(claims.owner(), now, 0, edition=edition, batch=batch_id)


def answered(seq: int) -> Outcome:
    return Outcome(seq, 1, SENT, 250, "ok")


def killed(edition: Edition, now: datetime, *, sent: int, dots: int, horizon: int = 0) -> Claim:
    """A worker that claimed the batch, got *sent* answers, had *dots* more mails out, and died."""
    mine = claim(Batch.objects.get(edition=edition).pk, now)
    assert mine is not None
    mine.horizon = horizon or sent + dots
    mine.keep(now)
    with Journal(mine.batch_id, mine.owner, 99) as written:
        for seq in range(1, sent + dots + 1):
            written.attempting(seq, 1)
            if seq <= sent:
                written.answered(answered(seq))
    return mine


def ledger(edition: Edition) -> str:
    """One letter for each Delivery, in order."""
    rows = edition.deliveries.order_by("seq").values_list("status", flat=True)
    return "".join(status[0] for status in rows)


def test_answers_count_dots_are_unknown_the_rest_waits(now: datetime) -> None:
    edition = sending(*readers(6))
    killed(edition, now, sent=3, dots=1, horizon=6)
    recover(now)
    assert ledger(edition) == "sssuqq"
    batch = Batch.objects.get()
    assert (batch.status, batch.owner, batch.horizon) == (QUEUED, "", 0)
    assert batch in Batch.objects.due(now) and not list(journal.folder().iterdir())


def test_what_is_unknown_is_sent_again_if_wanted(
    now: datetime, configure: Callable[..., Config]
) -> None:
    configure(mail={"on_unknown": "resend"})
    edition = sending(*readers(3))
    killed(edition, now, sent=1, dots=1)
    recover(now)
    assert ledger(edition) == "sdq"


def test_when_all_was_answered_the_edition_is_done(now: datetime) -> None:
    """Not taken for the end of the list: a laboratory's sender lost 52,951 readers that way."""
    edition = sending(*readers(4), batch_size=4)
    later = Batch.objects.create(edition=edition, first_seq=5, last_seq=9, due_at=now)
    killed_batch = Batch.objects.exclude(pk=later.pk)
    mine = claim(killed_batch.get().pk, now)
    assert mine is not None
    with Journal(mine.batch_id, mine.owner, 4) as written:
        for seq in (1, 2, 3, 4):
            written.answered(answered(seq))
    recover(now)
    edition.refresh_from_db()
    assert ledger(edition) == "ssss" and killed_batch.get().status == SENT
    assert edition.status == Status.SENDING and later in Batch.objects.due(now)


def test_the_last_batch_ends_the_edition(now: datetime) -> None:
    edition = sending(*readers(2))
    killed(edition, now, sent=1, dots=1)
    recover(now)
    edition.refresh_from_db()
    assert (edition.status, edition.finished_at) == (SENT, now)


def test_the_living_are_left_alone(now: datetime) -> None:
    edition = sending(*readers(2))
    mine = claim(Batch.objects.get().pk, now)
    assert mine is not None
    with Journal(mine.batch_id, mine.owner, 2):
        recover(now)
        assert mine.keep(now)
        assert len(list(journal.folder().iterdir())) == 1
    assert ledger(edition) == "qq"


def test_a_lease_that_ran_out_is_taken_over_with_its_journal(now: datetime) -> None:
    edition = sending(*readers(6))
    killed(edition, now, sent=2, dots=1, horizon=5)
    assert claim(Batch.objects.get().pk, now + timedelta(seconds=59)) is None
    taken = claim(Batch.objects.get().pk, now + LEASE)
    assert taken is not None and taken.fence == 2
    assert ledger(edition) == "ssuqqq"


def test_without_its_journal_all_up_to_the_horizon_is_unknown(now: datetime) -> None:
    edition = sending(*readers(6))
    mine = killed(edition, now, sent=2, dots=1, horizon=5)
    record(edition.pk, [answered(1)], now)
    journal._path(mine.batch_id, mine.owner).unlink()
    assert claim(Batch.objects.get().pk, now + LEASE) is not None
    assert ledger(edition) == "suuuuq"


def test_after_a_power_cut_journal_and_horizon_speak(now: datetime) -> None:
    edition = sending(*readers(6))
    mine = killed(edition, now, sent=2, dots=0, horizon=4)
    file = journal._path(mine.batch_id, mine.owner)
    file.write_bytes(file.read_bytes().replace(journal.boot_id().encode(), b"another-boot"))
    recover(now)
    assert ledger(edition) == "ssuuqq"


def test_what_was_not_yet_due_is_not_suspected(now: datetime) -> None:
    edition = sending(*readers(3))
    edition.deliveries.filter(seq=2).update(status=DEFERRED, due_at=now + timedelta(minutes=5))
    mine = killed(edition, now, sent=0, dots=0, horizon=3)
    journal._path(mine.batch_id, mine.owner).unlink()
    assert claim(Batch.objects.get().pk, now + LEASE) is not None
    assert ledger(edition) == "udu"


def test_whoever_was_superseded_changes_nothing(now: datetime) -> None:
    sending(*readers(2))
    first = claim(Batch.objects.get().pk, now)
    second = claim(Batch.objects.get().pk, now + LEASE)
    assert first is not None and second is not None
    first.horizon = 2
    assert not first.keep(now) and second.keep(now)
    assert Batch.objects.get().horizon == 0


def test_an_answer_that_comes_to_light_later_is_believed(now: datetime) -> None:
    edition = sending(*readers(3))
    mine = killed(edition, now, sent=1, dots=1, horizon=3)
    file = journal._path(mine.batch_id, mine.owner)
    hidden = file.rename(file.with_suffix(".elsewhere"))
    assert claim(Batch.objects.get().pk, now + LEASE) is not None
    assert ledger(edition) == "uuu"
    hidden.rename(file)
    recover(now)
    assert ledger(edition) == "suu"
    assert Batch.objects.get().fence == 2, "its new owner keeps it"


def test_a_mail_that_had_gone_before_an_editor_cancelled(now: datetime) -> None:
    edition = sending(*readers(4))
    killed(edition, now, sent=1, dots=1)
    cancel(edition)
    assert claim(Batch.objects.get().pk, now + LEASE) is not None
    assert ledger(edition) == "succ"


def test_two_at_once_claim_once(now: datetime) -> None:
    sending(*readers(2))
    batch = Batch.objects.get()
    assert [claim(batch.pk, now) is not None for _ in range(3)] == [True, False, False]


def test_our_own_clock_ends_the_lease_before_the_database_does(
    now: datetime, configure: Callable[..., Config]
) -> None:
    configure(daemon={"lease_seconds": 0})
    sending(*readers(2))
    mine = claim(Batch.objects.get().pk, now)
    assert mine is not None and mine.until <= clock.monotonic() and claims.TRUST < 1


def test_a_start_tries_a_paused_transport_again(now: datetime) -> None:
    until = now + timedelta(hours=1)
    Pause.objects.create(lane="transport directory", until=until, since=now, error="wrong")
    assert pause.paused(now) is not None
    recover(now)
    assert pause.paused(now) is None and Pause.objects.get().failures == 1
