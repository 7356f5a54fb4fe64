"""What a worker that is gone had done, found out from its journal, else from its horizon.

    journal: answered ─→ as it was answered     its dot went, no answer ─→ unknown (mail.on_unknown)
             anything else ─→ still queued
    no journal here (another machine, a power cut): up to the horizon it may have gone ─→ unknown

Whatever a journal says of answers is true even when another worker has taken over meanwhile: it
turns "unknown" into what it was.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from syndicate.lib.config import site
from syndicate.lib.status import FINAL, Status
from syndicate.mail import pause
from syndicate.mail.carried import forget
from syndicate.mail.journal import Story, find, left_behind
from syndicate.mail.models import Batch, Delivery
from syndicate.mail.outcome import Outcome, Policy, unknown
from syndicate.mail.record import late, record
from syndicate.mail.settle import finish, settle

log = logging.getLogger(__name__)


def recover(now: datetime) -> None:
    """On start: take up what dead processes of this machine left, and try a paused transport."""
    for file, story in left_behind():
        if story is not None:
            replay(story, now)
        file.unlink(missing_ok=True)
    pause.resume(now)
    forget(now)


def replay(story: Story, now: datetime) -> None:
    """Bring the ledger up to what a dead worker's journal says, and free its batch."""
    with transaction.atomic():
        batch = Batch.objects.filter(pk=story.batch_id).first()
        if batch is None:
            return
        # Raising the fence takes the batch from its owner, unless somebody else has done so.
        freed = Batch.objects.filter(
            pk=batch.pk, owner=story.owner, fence=batch.fence, status=Status.SENDING
        ).update(fence=batch.fence + 1)
        if freed:
            _resolve(batch, story, now)
            settle(batch, now)
        else:
            late(batch, answers(story.outcomes.values()), now)
    finish(batch.edition_id, now)


def take_over(batch: Batch, now: datetime) -> None:
    """Settle what *batch*'s silent owner did. In the transaction that takes it from them."""
    log.warning("%s fell silent with %s; taking over", batch.owner, batch)
    _resolve(batch, find(batch.pk, batch.owner), now)


def answers(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those that stand whoever holds the batch now: the server said a last word."""
    return [outcome for outcome in outcomes if outcome.status in FINAL]


def policy() -> Policy:
    """The site's rules for what does not go at once."""
    return Policy(site().mail.max_attempts, site().mail.on_unknown)


def _resolve(batch: Batch, story: Story | None, now: datetime) -> None:
    outcomes = [] if story is None else [*story.outcomes.values(), *_unanswered(story)]
    if story is None or not story.whole:
        told = {outcome.seq for outcome in outcomes}
        outcomes += [outcome for outcome in _suspects(batch) if outcome.seq not in told]
    record(batch.edition_id, outcomes, now)
    lost = sum(outcome.status is Status.UNKNOWN for outcome in outcomes)
    if lost:
        log.warning("%s of “%s” may or may not have gone", lost, batch.edition)


def _unanswered(story: Story) -> Iterable[Outcome]:
    reason = "the program was stopped before the server answered"
    return (unknown(seq, n, policy(), reason) for seq, n in story.unanswered.items())


def _suspects(batch: Batch) -> Iterable[Outcome]:
    """What the owner may have handed over since it last recorded: up to the horizon, and of that
    what was due when it claimed the batch (``due_at``)."""
    reason = "the machine that sent it is gone, with its record"
    rows = Delivery.objects.filter(
        Q(due_at__isnull=True) | Q(due_at__lte=batch.due_at),
        edition_id=batch.edition_id,
        seq__gte=batch.first_seq,
        seq__lte=batch.horizon,
        status__in=[Status.QUEUED, Status.DEFERRED, Status.CANCELLED],
    ).values_list("seq", "attempts")
    return [unknown(seq, attempts + 1, policy(), reason) for seq, attempts in rows]
