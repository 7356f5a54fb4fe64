"""A due Batch → mails handed over, each outcome in the ledger: nothing lost, nothing twice.

    claim ─→ ┌ one transaction:  what came back, lease, horizon     fence broken? leave it
             │                   all of a batch is told? settle it, claim the edition's next
             │                   who is due, and still a reader?    asked anew each round
             └ give; turn the loop for ≤ 0.2 s     connections: take, splice, "?", dot, reply, "="
         ─→ nothing left, nothing may go ─→ the last batch: the edition is sent

What a kill leaves unclear is what stands between "?" and "=" in the journal: at most one mail a
connection. A lost machine leaves what lies below the horizon, which never runs far ahead.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from syndicate.lib import clock, stop
from syndicate.lib.config import site
from syndicate.lib.database import is_passing
from syndicate.lib.errors import NotSent
from syndicate.mail import dkim, pause
from syndicate.mail.front import front
from syndicate.mail.hands import Hands
from syndicate.mail.ledger import Ledger
from syndicate.mail.models import Batch, Edition
from syndicate.mail.pace import pacer
from syndicate.mail.recover import policy
from syndicate.mail.routes import Route, open_routes, pick
from syndicate.mail.settle import finish, summary
from syndicate.mail.transports import open_transport

log = logging.getLogger(__name__)

# Outcomes are recorded, and readers asked for again, at least this often. Seconds.
ROUND = 0.2
# The most mails that a round is given: how far the horizon may run ahead.
MOST = 500
# How long the database is given before it is asked again. Seconds.
PATIENCE = 1.0
# When a stop drains, slow servers are left this long before its end. Seconds.
MARGIN = 5

# So long a run goes on from batch to batch before it looks whether others wait. Seconds.
TURN = 30.0
# And so long until it looks again.
ASK = 5.0

_turns = itertools.count()
_in_hand: set[int] = set()
_in_hand_lock = threading.Lock()


def deliver_batch(batch_id: int, now: datetime) -> None:
    """Send what is due of one batch, and go on with its edition. Safe to run twice, anywhere."""
    time = clock.running_from(now)
    edition_id = Batch.objects.due(now).filter(pk=batch_id).values_list("edition_id").first()
    if edition_id is None:
        return
    with _alone(edition_id[0]) as free:
        if free:  # else another thread of ours is sending this edition, and will come to it
            edition = Edition.objects.select_related("newsletter__list").get(pk=edition_id[0])
            _deliver(edition, batch_id, time)


def _deliver(edition: Edition, batch_id: int | None, time: Callable[[], datetime]) -> None:
    """All of it by the one way there is; or, where several share the mail, each batch by one."""
    ends = clock.monotonic() + TURN
    while batch_id is not None:
        able = open_routes(time())
        route = pick(able, next(_turns))
        if route is None:
            return
        shared = sum(route.weight > 0 for route in able) > 1
        # What is wrong with the configuration is raised before anything is claimed.
        run = _Run(edition, route, time, one_batch=shared)
        run.run(batch_id)
        goes_on = shared and run.sent and not stop.requested() and clock.monotonic() < ends
        batch_id = _due_of(edition, time()) if goes_on else None


def _due_of(edition: Edition, now: datetime) -> int | None:
    mine = Batch.objects.due(now).filter(edition=edition).order_by("first_seq")
    return mine.values_list("pk", flat=True).first()


def in_hand() -> frozenset[int]:
    """The editions that this process is sending: it needs no telling that more of them is due."""
    with _in_hand_lock:
        return frozenset(_in_hand)


@contextmanager
def _alone(edition_id: int) -> Iterator[bool]:
    """One run for each edition in this process: more would only share its connections."""
    with _in_hand_lock:
        free = edition_id not in _in_hand
        _in_hand.add(edition_id)
    try:
        yield free
    finally:
        if free:
            with _in_hand_lock:
                _in_hand.discard(edition_id)


class _Run:
    """An edition in one worker's hands, from batch to batch, until nothing may go; or one batch."""

    def __init__(
        self, edition: Edition, route: Route, time: Callable[[], datetime], *, one_batch: bool
    ) -> None:
        self.sent = 0
        self._edition, self._one_batch = edition, one_batch
        self._time = time
        self._route = route
        self._transport = open_transport(route.name)
        self._pacer = pacer(route.name, time())
        self._ledger = Ledger(edition, self._pacer)
        # A sending service signs by itself, and would change what we have signed.
        self._signer = None if route.kind == "provider" else dkim.signer(site())
        self._trial, self._closed = route.trial, False
        self._stopped_at: float | None = None
        self._turn_ends = clock.monotonic() + TURN

    def run(self, batch_id: int) -> None:
        """Deliver; then give back what is left, whatever has happened to the transport."""
        try:
            with Hands(self._transport, policy(), self._pacer, self._signer) as hands:
                hands.most = 1 if self._trial else hands.most
                while self._round(hands, batch_id):
                    hands.wait(ROUND)
                    if self._is_overtime():
                        hands.abort()
                finish(self._edition.pk, self._time())
        finally:
            self._ledger.close()
        if self.sent or hands.closed:
            edition = self._edition
            log.info("%s “%s”", summary(edition.pk, edition.audience), edition)

    def _round(self, hands: Hands, batch_id: int) -> bool:
        """What came back goes into the ledger, and what may go to the hands; False at the end.

        Who still reads is asked while the database is ours: waiting for it would let the answer
        grow old, and a mail go to somebody who has left meanwhile.
        """
        left = hands.take_back()
        ledger, now = self._ledger, self._time()
        limit, going = self._limit(ledger.came, left), self._may_go(hands)
        try:
            with transaction.atomic():
                sent = ledger.note(now, all_of_it=not going)
                self._judge(hands, sent, now)
                ledger.put_down(now)
                ledger.last = ledger.last or self._others_wait(now)
                items = ledger.next(batch_id, limit, now) if going else []
                ledger.last = ledger.last or self._one_batch
        except (NotSent, DatabaseError) as error:
            ledger.rolled_back()
            self._closed = False
            self._bear(error, hands)
            return True
        ledger.committed()
        self.sent += sent
        hands.give(items, last=len(items) < limit)
        return ledger.is_open

    def _bear(self, error: NotSent | DatabaseError, hands: Hands) -> None:
        """No room for a journal: nothing of that batch is sent. No database: we ask again.

        A run that ended here would leave what it was told to whoever takes over, perhaps on
        another machine, where nobody knows what went.
        """
        if isinstance(error, NotSent):
            hands.close(error)
        elif is_passing(error) and (hands.busy or not stop.requested()):
            log.error("“%s” waits, nothing is lost: %s", self._edition, error)
            connection.close_if_unusable_or_obsolete()
            hands.rest(PATIENCE)
        else:
            raise error

    def _may_go(self, hands: Hands) -> bool:
        return hands.closed is None and not stop.requested() and self._ledger.wanted

    def _others_wait(self, now: datetime) -> bool:
        """Whether this run has gone on for long, and an edition is due that nobody here sends."""
        if clock.monotonic() < self._turn_ends:
            return False
        self._turn_ends += ASK
        return any(True for _ in front(now, in_hand()))

    def _limit(self, came: int, left: int) -> int:
        """How far the horizon may run ahead: as much as came back in the last round, twice; or a
        little more, if there was some *left*, since what does not go is asked for again."""
        least = max(self._transport.connections, getattr(self._transport, "at_once", 1))
        return max(least, min(MOST, came + came // 4 if left else 2 * came))

    def _judge(self, hands: Hands, sent: int, now: datetime) -> None:
        """Close the transport's lane, or find that it works again."""
        if hands.closed is not None and not self._closed:
            self._closed = True
            pause.pause(hands.closed, now, self._route.lane)
        elif sent and self._trial:
            self._trial = False
            pause.worked(now, self._route.lane)
            hands.most = self._transport.connections

    def _is_overtime(self) -> bool:
        """Whether a stop has waited for servers as long as it may."""
        if not stop.requested():
            return False
        self._stopped_at = self._stopped_at or clock.monotonic()
        return clock.monotonic() - self._stopped_at > max(1, site().daemon.drain_seconds - MARGIN)
