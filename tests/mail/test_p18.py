"""P18: numbers add up. After whatever happens: as many Deliveries as the audience, by status."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count

from syndicate.audience.models import Subscription
from syndicate.health import mail
from syndicate.lib.errors import BadInput
from syndicate.lib.status import FINAL, Status
from syndicate.mail import editorial
from syndicate.mail.deliver import deliver_batch
from syndicate.mail.models import Batch, Delivery, Edition
from tests.fakes.inbox import Inbox
from tests.mail.editions import readers, sending

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def inbox(configure: Callable[..., Any]) -> Iterator[Inbox]:
    """A server that takes some, refuses some, puts some off, and hangs up on some."""
    with Inbox() as running:
        running.refuse("r3@example.org"), running.refuse("r4@example.org", 554, stage="dot")
        running.defer("r5@example.org", times=2), running.defer("r6@example.org")
        smtp = {"host": "127.0.0.1", "port": running.port, "security": "none", "connections": 1}
        configure(mail={"transport": "smtp", "max_attempts": 3}, smtp=smtp)
        yield running


def adds_up(edition: Edition, now: datetime) -> dict[str, int]:
    """The rows themselves, what the desk says and health agree; returns the counts."""
    rows = dict(Delivery.objects.values_list("status").annotate(n=Count("pk")).order_by())
    assert sum(rows.values()) == edition.audience
    assert editorial.ledger(edition) == rows
    assert [problem.message for problem in mail.ledgers(now) if problem.id == "H23"] == []
    return rows


def run(edition: Edition, now: datetime) -> None:
    """All that is due."""
    for pk in list(Batch.objects.due(now).values_list("pk", flat=True)):
        deliver_batch(pk, now)
    edition.refresh_from_db()


def test_p18_after_each_run_until_the_last(inbox: Inbox, now: datetime) -> None:
    one = sending(*readers(12), batch_size=5)
    inbox.drop_at("dot", times=1)
    Subscription.objects.filter(subscriber__email="r9@example.org").update(status="unsubscribed")
    for day in range(4):
        run(one, now + day * DAY)
        counts = adds_up(one, now + day * DAY)
    assert one.status == Status.SENT
    assert set(counts) <= {str(status) for status in FINAL} | {Status.UNKNOWN}
    assert (counts[Status.UNKNOWN], counts[Status.SUPPRESSED]) == (1, 1)


@pytest.mark.parametrize("seed", range(8))
def test_p18_whatever_an_editor_does(inbox: Inbox, now: datetime, seed: int) -> None:
    chance, one = random.Random(seed), sending(*readers(12), batch_size=4)
    acts: list[Callable[[datetime], object]] = [
        lambda at: run(one, at),
        lambda at: editorial.pause(one, at),
        lambda at: editorial.resume(one, at),
        lambda at: editorial.retry(one, [chance.choice(["failed", "deferred", "rejected"])], at),
        lambda at: editorial.resolve_unknown(one, chance.random() < 0.5, at),
        lambda at: inbox.drop_at("dot", times=1),
        lambda at: chance.random() < 0.2 and editorial.cancel(one),
    ]
    for day in range(15):
        at = now + day * DAY
        with suppress(BadInput):
            chance.choice(acts)(at)
        one.refresh_from_db()
        adds_up(one, at)
