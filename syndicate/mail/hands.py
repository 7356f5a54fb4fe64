"""The connections that carry a run's mails: one event loop, turned in slices.

    the run:  give(items) ─→ wait(0.2): the loop turns ─→ what came back lies in each Load
              take_back()   what no connection has taken
    a connection:  take ─→ dot ─→ done          (transports.base.Work; callbacks, nothing waits)

Between two slices the loop stands still and the run talks to the database: no locks, no threads,
and nobody is mailed while we do not know whether they still read.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, cast

from syndicate.lib import clock
from syndicate.lib.errors import BadInput, NotSent
from syndicate.mail import berths
from syndicate.mail.dkim import Signer
from syndicate.mail.load import TOLD, Item
from syndicate.mail.outcome import Outcome, Policy, Streak, accepted, refused, unusable
from syndicate.mail.pace import Pacer
from syndicate.mail.press import Press
from syndicate.mail.transports.base import Accepted, Mail, Refused, Transport

log = logging.getLogger(__name__)

# Nobody is mailed on the strength of an answer older than this. Seconds.
STALE = 0.6
# How long connections may take to say goodbye. Seconds.
GOODBYE = 5.0


class Hands:
    """At most *most* connections, opened as there is work and room. *signer*: see mail.press."""

    def __init__(
        self, transport: Transport, policy: Policy, pacer: Pacer, signer: Signer | None = None
    ) -> None:
        self.closed: NotSent | None = None  # why no more mail can go, once it cannot
        self.most = transport.connections
        self._transport = transport
        self._policy = policy
        self._pacer = pacer
        self._waiting: deque[Item] = deque()
        self._kept: dict[int, Item] = {}  # pressed, and taken back
        self._streak = Streak()
        self._loop = asyncio.new_event_loop()
        self._press = Press(signer, self._loop, self._nudge_some) if signer else None
        self._connections: set[asyncio.Task[None]] = set()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._pulse: asyncio.Future[None] | None = None  # ends the present slice
        self._writes: deque[Callable[[], None]] = deque()  # to be done in this turn of the loop
        self._tail = False
        self._ending = False
        self._out = 0  # taken or gone

    # What the run does ------------------------------------------------------------------------

    def give(self, items: Sequence[Item], *, last: bool) -> None:
        """Let these be carried, in this order. *last*: there will be no more for now."""
        self._waiting.extend(map(self._as_pressed, items) if self._kept else items)
        self._tail = last
        if self._press is not None:
            self._press.given(self._waiting)
        self._nudge_some(len(items))
        while len(self._connections) < min(self.most, len(self._waiting)):
            if not self._open():
                break  # all connections are in use elsewhere

    def take_back(self) -> int:
        """Forget what no connection has taken; returns how much it was."""
        left = len(self._waiting)
        for item in self._waiting:
            item.load.fetch_again(item.seq)
        self._kept = {item.seq: item for item in self._waiting if item.pressed}
        self._waiting.clear()
        return left

    def wait(self, seconds: float) -> None:
        """Turn the loop until more can be given, nothing is left, or *seconds* have passed."""
        pulse = self._pulse = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._nudge, pulse)
        self._look()
        self._loop.run_until_complete(pulse)
        self._write()
        timer.cancel()
        self._pulse = None
        for task in [task for task in self._connections if task.done()]:
            self._connections.discard(task)
            task.result()  # raises what nobody expected

    def rest(self, seconds: float) -> None:
        """Turn the loop for so long, and give nothing: answers may still come."""
        self._loop.run_until_complete(asyncio.sleep(seconds))
        self._write()

    def abort(self) -> None:
        """Cut all connections: what waits for an answer will not get one."""
        self._ending = True
        for task in self._connections:
            task.cancel()
        self._finish()

    @property
    def busy(self) -> bool:
        """Whether any mail is on its way."""
        return self._out > 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """No more; what is being carried ends first."""
        self._ending = True
        self._waiting.clear()
        self._nudge_some(len(self._idle))
        try:
            self._finish()
        finally:
            if self._press is not None:
                self._press.close()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    # What a connection does -------------------------------------------------------------------

    def take(self) -> Item | None:
        """The next mail, addressed, and signed where we sign."""
        while self._is_ready() and self.closed is None:
            item = self._waiting.popleft()
            try:
                if self._press is None:
                    item.address()
                else:
                    self._press.taken(self._waiting)
                    self._press.make(item)
            except BadInput as error:
                self._tell(item, unusable(item.seq, item.attempt, error.message))
                continue
            item.load.out[item.seq] = item
            self._out += 1
            if not self._waiting:
                self._look()
            return item
        return None

    async def more(self) -> bool:
        """Wait for work; False when it is time to end."""
        while not (self._is_ready() or self._ending or self.closed):
            turn = self._loop.create_future()
            self._idle.append(turn)
            await turn
        return not (self._ending or self.closed)

    def dot(self, mail: Mail) -> bool:
        """The last moment at which nothing has been sent: journal it, or stop it."""
        item = cast(Item, mail)
        load, now = item.load, clock.monotonic()
        if now >= load.claim.until or now - item.asked > STALE:
            self.put_back(item)
            return False
        load.journal.attempting(item.seq, item.attempt)
        item.gone = True
        if self._pacer.limited:
            self._pacer.begin(item)
        return True

    def done(self, mail: Mail, answer: Accepted | Refused) -> None:
        """Judge and journal an answer."""
        item = cast(Item, mail)
        load, seq = item.load, item.seq
        self._out -= 1
        del load.out[seq]
        if isinstance(answer, Accepted):
            self._streak.went()
            self._tell(item, accepted(seq, item.attempt, answer))
        elif answer.everybody:
            load.fetch_again(seq)
            self.close(answer)
        else:
            outcome = refused(seq, item.attempt, answer, self._policy)
            self._tell(item, outcome)
            self.close(self._streak.add(outcome, item.domain))

    def soon(self, write: Callable[[], None]) -> None:
        """Let a connection write when all have heard what this turn of the loop brought."""
        if not self._writes:
            self._loop.call_soon(self._write)
        self._writes.append(write)

    def put_back(self, mail: Mail) -> None:
        """It did not go, and nobody is to blame."""
        item = cast(Item, mail)
        del item.load.out[item.seq]
        self._out -= 1
        item.load.fetch_again(item.seq)
        self._look()

    def _write(self) -> None:
        """What is journalled as gone is gone before the loop stands still."""
        while self._writes:
            self._writes.popleft()()

    def _as_pressed(self, item: Item) -> Item:
        """What was signed and taken back need not be signed again, if it is still the same mail."""
        kept = self._kept.get(item.seq)
        if kept is None or (kept.reader, kept.load) != (item.reader, item.load):
            return item
        kept.asked, kept.attempt = item.asked, item.attempt
        return kept

    def _is_ready(self) -> bool:
        """Whether the next mail can be had at once."""
        if not self._waiting:
            return False
        return self._press is None or self._press.is_ready(self._waiting[0])

    def _nudge_some(self, mails: int) -> None:
        """Wake as many connections as there are *mails* for: they will write together."""
        for _ in range(min(mails, len(self._idle))):
            self._nudge(self._idle.popleft())

    # Between the two --------------------------------------------------------------------------

    def _tell(self, item: Item, outcome: Outcome) -> None:
        item.made = TOLD  # it waits for the ledger without its text
        item.load.journal.answered(outcome)
        item.load.told.append((item, outcome))
        if not self._out:
            self._look()

    def _look(self) -> None:
        """End the slice when the run can do something about how things are."""
        over = not self._waiting if not self._tail else not (self._waiting or self._out)
        if self.closed is not None:
            over = not self._out
        if over and self._pulse is not None:
            self._nudge(self._pulse)

    def close(self, error: NotSent | None) -> None:
        """No more mail, for this reason, if it is one."""
        if error is None:
            return
        self.closed = self.closed or error
        self._nudge_some(len(self._idle))
        self._look()

    def _open(self) -> bool:
        """One more connection; the first needs no leave, so that every run has one."""
        extra = bool(self._connections)
        if extra and not berths.take(self._transport):
            return False
        self._connections.add(self._loop.create_task(self._serve(extra)))
        return True

    async def _serve(self, extra: bool) -> None:
        try:
            await self._transport.serve(self)
        except Refused as error:
            self._fewer(error)
        finally:
            if extra:
                berths.give_back(self._transport)
            self._look()

    def _fewer(self, error: Refused) -> None:
        """A server that takes no further connection is still of use while others stand."""
        others = sum(not task.done() for task in self._connections) - 1
        if others and not error.auth:
            self.most = others
            self._nudge_some(1)
            log.warning("going on with %d connections: %s", others, error)
        else:
            self.close(error)

    def _finish(self) -> None:
        """Let the connections end; who takes too long about it is cut."""
        deadline = None
        while any(not task.done() for task in self._connections):
            if not self._out:
                deadline = deadline or clock.monotonic() + GOODBYE
            if deadline is not None and clock.monotonic() > deadline:
                for task in self._connections:
                    task.cancel()
            self._loop.run_until_complete(asyncio.wait(self._connections, timeout=0.2))
        self._connections.clear()

    @staticmethod
    def _nudge(future: asyncio.Future[None]) -> None:
        if not future.done():
            future.set_result(None)
