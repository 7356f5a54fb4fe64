"""The pace on the real way: who is held back keeps its place and its tries, all others go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from syndicate import health
from syndicate.audience.models import Suppression
from syndicate.lib.config import Config
from syndicate.lib.status import Status
from syndicate.mail import journal
from syndicate.mail.deliver import deliver_batch
from syndicate.mail.models import Batch, Edition, Pause
from tests.fakes.inbox import Inbox
from tests.mail.editions import sending, statuses
from tests.mail.paced import after

pytestmark = pytest.mark.django_db
Configure = Callable[..., Config]


@pytest.fixture
def inbox(configure: Configure) -> Iterator[Inbox]:
    with Inbox() as running:
        smtp = {"host": "127.0.0.1", "port": running.port, "security": "none", "connections": 2}
        configure(mail={"transport": "smtp", "retry_minutes": [1, 5]}, smtp=smtp)
        yield running
    assert not list(journal.folder().glob("*")), "a journal was left behind"


def people(domain: str, many: int) -> list[str]:
    return [f"r{n}@{domain}" for n in range(1, many + 1)]


def deliver(edition: Edition, now: datetime) -> None:
    for pk in list(Batch.objects.due(now).filter(edition=edition).values_list("pk", flat=True)):
        deliver_batch(pk, now)
    edition.refresh_from_db()
    assert edition.deliveries.count() == edition.audience


def test_a_limited_destination_gets_its_share_and_the_others_go_on(
    inbox: Inbox, now: datetime, configure: Configure
) -> None:
    configure(pace={"domains": {"slow.example": "3/h"}})
    edition = sending(*people("slow.example", 40), *people("a.example", 9), batch_size=60)
    deliver(edition, now)
    assert sorted(inbox.recipients) == sorted(people("slow.example", 3) + people("a.example", 9))
    waiting = edition.deliveries.filter(status=Status.QUEUED)
    assert waiting.count() == 37 and not any(waiting.values_list("attempts", flat=True))
    batch = Batch.objects.get()
    assert batch.status == Status.QUEUED and batch.due_at >= after(now, 3600)
    deliver(edition, batch.due_at)
    assert len(inbox.recipients) == 15


def test_many_batches_that_find_no_room_are_each_due_at_their_own_time(
    inbox: Inbox, now: datetime, configure: Configure
) -> None:
    configure(pace={"transport": "30/min"})
    edition = sending(*people("a.example", 200), batch_size=20)
    deliver(edition, now)
    assert len(inbox.recipients) == 30
    dues = list(Batch.objects.filter(status=Status.QUEUED).values_list("due_at", flat=True))
    assert len(dues) == len(set(dues)) == 9
    for _ in range(50):
        nearest = Batch.objects.filter(status=Status.QUEUED).order_by("due_at").first()
        if nearest is None:
            break
        deliver(edition, max(now, nearest.due_at))
    assert edition.status == Status.SENT
    assert sorted(inbox.recipients) == sorted(people("a.example", 200))


def test_a_block_pauses_its_destination_and_harms_no_reader(inbox: Inbox, now: datetime) -> None:
    for reader in people("big.example", 30):
        inbox.refuse(reader, 550, "5.7.1 Your network is blocked")
    edition = sending(*people("big.example", 30), *people("a.example", 20))
    deliver(edition, now)
    found = statuses(edition)
    assert all(found[reader] == Status.SENT for reader in people("a.example", 20))
    assert {found[reader] for reader in people("big.example", 30)} == {
        Status.DEFERRED,
        Status.QUEUED,
    }
    assert Pause.objects.get().name == "big.example" and not Suppression.objects.exists()
    alarm = next(p for p in health.problems(now) if p.id == "H28")
    assert "5.7.1 Your network is blocked" in alarm.message and "SPF" in alarm.hint


def test_a_destination_that_opens_again_gets_all_it_missed(inbox: Inbox, now: datetime) -> None:
    inbox.defer("r1@big.example", 550, "5.7.1 Your network is blocked", times=1)
    edition = sending(*people("big.example", 30))
    deliver(edition, now)
    later = after(Pause.objects.get().until, 600)
    for minutes in range(20):
        deliver(edition, after(later, 60 * minutes))
    assert edition.status == Status.SENT
    assert sorted(inbox.recipients) == sorted(people("big.example", 30))
    assert not Pause.objects.exists()


def test_a_receiver_that_calls_everybody_unknown_is_not_believed(
    inbox: Inbox, now: datetime
) -> None:
    for reader in people("ill.example", 60):
        inbox.refuse(reader, 550, "5.1.1 User unknown")
    edition = sending(*people("ill.example", 60))
    deliver(edition, now)
    assert 9 <= Suppression.objects.count() <= 20
    assert "too many readers" in Pause.objects.get().error
    assert edition.status == Status.SENDING
