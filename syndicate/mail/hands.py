"""The connections that carry one batch: a few threads that touch no database.

    ledger's thread:  give(items) ──→ hands: carry(transport, item) ──→ wait() → outcomes
                      take_back()  ←── what no hand has begun

The ledger's thread stays free to record, to renew the lease and to look for readers who have left
while a server thinks, which may take ten minutes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Self

from syndicate.lib import stop
from syndicate.lib.config import site
from syndicate.lib.errors import NotSent
from syndicate.mail.message import Recipient
from syndicate.mail.outcome import Outcome, Streak
from syndicate.mail.transports import open_transport
from syndicate.mail.transports.base import Transport


@dataclass(frozen=True)
class Item:
    """One mail to carry: its reader, and the number of this try."""

    recipient: Recipient
    attempt: int


# One mail over one connection. None: nothing was sent and nothing is to be recorded. Raises NotSent
# for what holds for all mail.
Carry = Callable[[Transport, Item], Outcome | None]


class Hands:
    """At most *most* connections, opened as there is work and room (``smtp.connections``)."""

    def __init__(self, carry: Carry, most: int) -> None:
        self.closed: NotSent | None = None  # why no more mail can go, once it cannot
        self.begun = 0  # the highest seq that a hand has taken
        self._carry = carry
        self._changed = threading.Condition()
        self._waiting: deque[Item] = deque()
        self._busy = 0
        self._ending = False
        self._outcomes: list[Outcome] = []
        self._streak = Streak()
        self._transports: set[Transport] = set()
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="hand")
        self._threads: list[Future[None]] = []
        self._most = most

    def give(self, items: Sequence[Item]) -> None:
        """Let these be carried, in this order."""
        with self._changed:
            self._waiting.extend(items)
            self._changed.notify_all()
        while len(self._threads) < min(self._most, len(items)):
            if self._threads and not _slots().acquire(blocking=False):
                break  # all connections are in use elsewhere
            self._start(extra=bool(self._threads))

    def take_back(self) -> None:
        """Forget what no hand has begun."""
        with self._changed:
            self._waiting.clear()

    def wait(self, seconds: float) -> list[Outcome]:
        """What has come back: when all is done, or no more can be, or *seconds* have passed."""
        with self._changed:
            self._changed.wait_for(self._is_over, seconds)
            outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def check(self) -> None:
        """Raise what a hand did not expect."""
        for thread in self._threads:
            if thread.done():
                thread.result()

    @property
    def quiet(self) -> bool:
        """Whether nothing is being carried, and nothing has come back that was not fetched."""
        with self._changed:
            return not self._busy and not self._outcomes

    def abort(self) -> None:
        """Cut all connections: what waits for an answer will not get one."""
        with self._changed:
            self._ending = True
            transports = list(self._transports)
        for transport in transports:
            transport.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """No more; what is being carried ends first."""
        with self._changed:
            self._ending = True
            self._waiting.clear()
            self._changed.notify_all()
        self._pool.shutdown(wait=True)

    def _start(self, extra: bool) -> None:
        thread = self._pool.submit(self._work)
        self._threads.append(thread)
        thread.add_done_callback(lambda _: self._ended(extra))

    def _work(self) -> None:
        with open_transport() as transport:
            self._transports.add(transport)
            while (item := self._next()) is not None:
                outcome, closed = None, None
                try:
                    outcome = self._carry(transport, item)
                except NotSent as error:
                    closed = error
                finally:
                    self._back(outcome, closed)

    def _next(self) -> Item | None:
        """The next item, when there is one; None when it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending or self.closed)
            if self._ending or self.closed:
                return None
            item = self._waiting.popleft()
            self.begun = max(self.begun, item.recipient.seq)
            self._busy += 1
            return item

    def _back(self, outcome: Outcome | None, closed: NotSent | None) -> None:
        with self._changed:
            self._busy -= 1
            if outcome is not None:
                self._outcomes.append(outcome)
                closed = self._streak.add(outcome)
            self.closed = self.closed or closed
            self._changed.notify_all()

    def _ended(self, extra: bool) -> None:
        if extra:
            _slots().release()
        with self._changed:
            self._changed.notify_all()

    def _is_over(self) -> bool:
        ended = self.closed is not None or any(thread.done() for thread in self._threads)
        return not self._busy and (ended or not self._waiting)


@contextmanager
def slot() -> Iterator[bool]:
    """Wait for a free connection among all that this process may open; False when stopping."""
    slots = _slots()
    free = slots.acquire(blocking=False)
    while not free and not stop.requested():
        free = slots.acquire(timeout=0.5)
    try:
        yield free
    finally:
        if free:
            slots.release()


def _slots() -> threading.Semaphore:
    return _slots_of(max(1, site().smtp.connections))


@cache
def _slots_of(connections: int) -> threading.Semaphore:
    return threading.Semaphore(connections)
