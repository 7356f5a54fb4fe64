"""A due Batch → mails handed over, each outcome in the ledger: nothing lost, nothing twice.

    claim ─→ ┌ take back what no connection has begun
             │ one transaction: who is due, and still a reader?   asked anew each round
             │                  outcomes, lease, horizon          fence broken? stop
             └ give; wait ≤ 0.2 s for outcomes            hands: splice, "?", dot, reply, "="
         ─→ settle: sent, or due again ─→ the last batch: the edition is sent

What a kill leaves unclear is what stands between "?" and "=" in the journal: at most one mail a
connection. A lost machine leaves what lies below the horizon, which never runs far ahead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from syndicate.lib import clock, stop
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.lib.mime import ascii_address
from syndicate.lib.status import Status
from syndicate.mail import pause
from syndicate.mail.claim import Claim, Superseded, claim
from syndicate.mail.hands import Hands, Item, slot
from syndicate.mail.journal import Journal, find
from syndicate.mail.message import Compiled, compile
from syndicate.mail.models import Batch, Edition
from syndicate.mail.outcome import Outcome, accepted, refused, unusable
from syndicate.mail.portion import Portion, portion
from syndicate.mail.record import bar, record
from syndicate.mail.recover import answers, policy
from syndicate.mail.replies import Kind
from syndicate.mail.settle import summary
from syndicate.mail.transports import open_transport
from syndicate.mail.transports.base import Refused, Transport

log = logging.getLogger(__name__)

# Outcomes are recorded, and readers asked for again, at least this often. Seconds.
ROUND = 0.2
# The most mails that a round is given: how far the horizon may run ahead.
MOST = 200
# When a stop drains, slow servers are left this long before its end. Seconds.
MARGIN = 5


def deliver_batch(batch_id: int, now: datetime) -> None:
    """Send what is due of one batch. Safe to run twice, anywhere."""
    time = clock.running_from(now)
    with slot() as free:
        batch = Batch.objects.due(time()).filter(pk=batch_id).first() if free else None
        if batch is None:
            return
        edition = Edition.objects.select_related("newsletter__list").get(pk=batch.edition_id)
        # What is wrong with the configuration is raised before anything is claimed.
        compiled = compile(edition)
        open_transport()
        if (mine := claim(batch_id, time())) is not None:
            _Run(mine, edition, compiled, time).run()


class _TooLate(Exception):
    """Our lease ran out while a mail was on its way to its dot."""


class _Run:
    """One claim, first round to last. All but :meth:`_carry` runs in the ledger's thread."""

    def __init__(
        self, mine: Claim, edition: Edition, compiled: Compiled, time: Callable[[], datetime]
    ) -> None:
        self._claim = mine
        self._edition = edition
        self._compiled = compiled
        self._time = time
        self._policy = policy()
        self._sent = 0
        self._stopped_at: float | None = None

    def run(self) -> None:
        """Deliver; then give the batch back, whatever has happened to the transport."""
        mine = self._claim
        try:
            journal = Journal(mine.batch_id, mine.owner, mine.last_seq - mine.first_seq + 1)
        except NotSent as error:  # no room for it: nothing is sent
            self._give_back(error)
            return
        with journal:
            try:
                self._give_back(self._rounds(journal))
            except Superseded:
                self._yield()
            journal.discard()

    def _rounds(self, journal: Journal) -> NotSent | None:
        """Until nothing is left to do now; returns why no more mail can go, if so."""
        most = max(1, site().smtp.connections)
        outcomes: list[Outcome] = []
        with Hands(lambda transport, item: self._carry(journal, transport, item), most) as hands:
            while True:
                hands.take_back()
                next_ = self._turn(hands, outcomes, min(MOST, max(most, 2 * len(outcomes))))
                hands.check()
                if not next_ and hands.quiet:
                    return hands.closed
                hands.give(next_.items)
                outcomes = hands.wait(ROUND)
                if self._is_overtime():
                    hands.abort()

    def _turn(self, hands: Hands, outcomes: Sequence[Outcome], limit: int) -> Portion:
        """What came back goes into the ledger, and how far the hands may go now.

        Who still reads is asked while the database is ours: waiting for it would let the answer
        grow old, and a mail go to somebody who has left meanwhile. Raises Superseded.
        """
        with transaction.atomic():
            next_ = self._next(hands, limit)
            horizon = max(self._claim.horizon, next_.last)
            nothing_new = not outcomes and not next_.barred and horizon == self._claim.horizon
            if not (nothing_new and self._claim.is_fresh()):
                self._claim.keep(self._time(), horizon)
                record(self._edition.pk, outcomes, self._time())
                bar(self._edition.pk, next_.barred, self._time())
        self._sent += sum(outcome.status is Status.SENT for outcome in outcomes)
        return next_

    def _next(self, hands: Hands, limit: int) -> Portion:
        """What comes after the last that was begun; nothing when it is time to end."""
        if hands.closed is not None or stop.requested():
            return Portion()
        return portion(self._claim, self._edition.newsletter.list, hands.begun, limit)

    def _carry(self, journal: Journal, transport: Transport, item: Item) -> Outcome | None:
        """One mail over one connection; in a hand's thread."""
        seq, attempt = item.recipient.seq, item.attempt
        if not self._claim.holds():
            return None
        try:
            address = ascii_address(item.recipient.email)
            mail = self._compiled.splice(item.recipient)
            answer = transport.send(
                self._compiled.envelope, address, mail, lambda: self._dot(journal, seq, attempt)
            )
            return _note(journal, accepted(seq, attempt, answer))
        except BadInput as error:
            return _note(journal, unusable(seq, attempt, error.message))
        except _TooLate:
            return None
        except Refused as error:
            if error.scope is Scope.LANE:
                raise
            if stop.requested() and error.kind is Kind.LOST and not error.unknown:
                return None  # we cut the connection ourselves, in time
            return _note(journal, refused(seq, attempt, error, self._policy))

    def _dot(self, journal: Journal, seq: int, attempt: int) -> None:
        """The last moment at which nothing has been sent."""
        if not self._claim.holds():
            raise _TooLate
        journal.attempting(seq, attempt)

    def _give_back(self, closed: NotSent | None) -> None:
        now = self._time()
        if closed is not None:
            pause.pause(closed, now)
        elif self._sent:
            pause.worked(now)
        self._claim.settle(now)
        log.info("%s “%s”", summary(self._edition.pk, self._edition.audience), self._edition)

    def _yield(self) -> None:
        """Another worker has the batch; what servers answered to us is true all the same."""
        mine = self._claim
        log.warning("another worker took over %s: this one was silent for too long", self._edition)
        story = find(mine.batch_id, mine.owner)
        if story is not None:
            record(mine.edition_id, answers(story.outcomes.values()), self._time())

    def _is_overtime(self) -> bool:
        """Whether a stop has waited for servers as long as it may."""
        if not stop.requested():
            return False
        self._stopped_at = self._stopped_at or clock.monotonic()
        return clock.monotonic() - self._stopped_at > max(1, site().daemon.drain_seconds - MARGIN)


def _note(journal: Journal, outcome: Outcome) -> Outcome:
    """Journal an answer. If that fails, the database will have it in a moment."""
    try:
        journal.answered(outcome)
    except NotSent as error:
        log.error("%s", error)
    return outcome
