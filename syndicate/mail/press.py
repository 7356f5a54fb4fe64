"""Signed mails, made ahead of their turn: a signature costs more than all the rest of a mail.

    the first of those that wait ─ splice, draft ─→ a process for each core signs them, a few at a
    time, while others are sent ─→ ready to be taken

To start two of those processes takes as long as two hundred signatures, so a run makes its first
few here, when their turn comes; and all of them, should no process stay alive.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from syndicate.lib.errors import BadInput
from syndicate.lib.signing import SigningProcess
from syndicate.mail.dkim import Draft, Signer
from syndicate.mail.load import Item

log = logging.getLogger(__name__)

# So many a run makes here before it starts processes for the rest.
FEW = 200
# More processes could sign more mails than one run can send. Each takes 25 MB.
MOST = 8
# So many are made ahead for each process: it signs on while we are busy with the database.
AHEAD = 64
# So many are asked for together: several connections, woken together, can write together. One mail
# alone wakes us, a process that signs, and the server, each of which throws the others off a core.
TOGETHER = 16
# A process that says nothing for so many rounds is of no more use. While the first mail waits for
# it a round takes all of its 0.2 seconds. Moments would count those in which we were frozen.
SILENT = 50


@dataclass(eq=False)
class _Desk:
    """One process, what it was asked for, and for how many rounds it has said nothing."""

    process: SigningProcess
    asked: deque[Sequence[tuple[Item, bytes, Draft]]] = field(default_factory=deque)
    silent: int = 0


class Press:
    """*ready* is told when so many further mails may be taken."""

    def __init__(
        self, signer: Signer, loop: asyncio.AbstractEventLoop, ready: Callable[[int], object]
    ) -> None:
        self._signer, self._loop, self._ready = signer, loop, ready
        self._desks: list[_Desk] = []
        self._here = FEW  # so many more are made here, whatever waits
        self._taken = 0

    def given(self, waiting: deque[Item]) -> None:
        """A round begins with these *waiting*: begin with the first of them."""
        if len(waiting) > self._here and not self._desks:
            self._start()
        for desk in self._desks.copy():
            desk.silent = desk.silent + 1 if desk.asked else 0
            if desk.silent > SILENT:
                self._lose(desk, TimeoutError("one has not answered for ten seconds"))
        self._ahead(waiting)

    def taken(self, waiting: deque[Item]) -> None:
        """One of them was taken: when it has been several, begin with as many of the others."""
        self._taken += 1
        if self._taken % TOGETHER == 0:
            self._ahead(waiting)

    def is_ready(self, item: Item) -> bool:
        """Whether it can be taken at once."""
        return item.made is not None or not self._desks

    def make(self, item: Item) -> None:
        """Have it ready: it is, or is made here and now. Raises BadInput for what cannot be."""
        if item.made is None:
            self._here -= 1
            message = _drawn(item)
            item.made = self._signer(message), message
        elif isinstance(item.made, BadInput):
            raise item.made

    def close(self) -> None:
        """No more; nothing that was asked for is wanted."""
        for desk in self._desks:
            self._loop.remove_reader(desk.process)
            desk.process.close()
        self._desks.clear()

    def _start(self) -> None:
        keys = [(key.pem, key.octets) for key in self._signer.keys]
        try:
            for _ in range(min(MOST, _cores())):
                desk = _Desk(SigningProcess(keys))
                self._desks.append(desk)
                self._loop.add_reader(desk.process, self._hear, desk)
        except OSError as error:
            self._do_without(error)

    def _ahead(self, waiting: deque[Item]) -> None:
        first = islice(waiting, AHEAD * len(self._desks))
        fresh = [item for item in first if not item.pressed]
        for at in range(0, len(fresh), TOGETHER):
            if self._desks:
                desk = min(self._desks, key=lambda desk: desk.process.due)
                self._ask(desk, fresh[at : at + TOGETHER])

    def _ask(self, desk: _Desk, items: Sequence[Item]) -> None:
        drafted = []
        for item in items:
            item.pressed = True
            try:
                message = _drawn(item)
            except BadInput as error:
                item.made = error
            else:
                drafted.append((item, message, self._signer.draft(message)))
        if not drafted:
            return
        desk.asked.append(drafted)
        try:
            desk.process.ask([draft.digests for _, _, draft in drafted])
        except OSError as error:
            self._lose(desk, error)

    def _hear(self, desk: _Desk) -> None:
        desk.silent = 0
        try:
            answers = desk.process.hear()
        except OSError as error:
            self._lose(desk, error)
            return
        for signatures in answers:
            for (item, message, draft), made in zip(desk.asked.popleft(), signatures, strict=True):
                item.made = draft.signed(made), message
            self._ready(len(signatures))

    def _lose(self, desk: _Desk, error: OSError) -> None:
        """Whatever ended it, what it was asked for is not lost: others sign it, or we do."""
        self._desks.remove(desk)
        self._loop.remove_reader(desk.process)
        desk.process.close()
        for drafted in desk.asked:
            for item, _, _ in drafted:
                item.pressed = False
        self._do_without(error)
        self._ready(1)

    def _do_without(self, error: OSError) -> None:
        left = f"{len(self._desks)} are left" if self._desks else "this run signs by itself"
        log.warning("a process that signs mails is missing (%s); %s", error, left)
        if not self._desks:
            self._here = sys.maxsize


def _drawn(item: Item) -> bytes:
    """The mail without its signature. Raises BadInput."""
    item.address()
    return b"".join(item.splice())


def _cores() -> int:
    """How many this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
