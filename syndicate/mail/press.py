"""Signed mails, made ahead of their turn: signing costs more than all the rest of a mail.

    the first of those that wait ─ two threads: splice, sign, a few at a time ─→ ready to be taken

A signature with a key of 2,048 bits takes some 300 µs, in which other threads can work
(`cryptography` lets go of Python's lock).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from syndicate.lib.errors import BadInput
from syndicate.mail.dkim import Sign
from syndicate.mail.load import Item

THREADS = 2
# So many are made before anybody asks for them.
AHEAD = 48
# To hand over one alone costs a tenth of a signature.
TOGETHER = 8


class Press:
    """*ready* is called, in a thread of the press, when further mails are."""

    def __init__(self, sign: Sign, ready: Callable[[], object]) -> None:
        self._sign, self._ready = sign, ready
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sign")
        self._failed: Future[None] | None = None

    def ahead(self, waiting: Iterable[Item]) -> None:
        """Begin with the first of *waiting*. Raises what a thread did not expect."""
        if self._failed is not None:
            self._failed.result()
        first = list(islice(waiting, AHEAD))
        fresh = [item for item in first if not item.pressed]
        if len(fresh) < min(TOGETHER, len(first)) and len(first) > AHEAD // 2:
            return  # a few alone can wait for company
        for at in range(0, len(fresh), TOGETHER):
            some = fresh[at : at + TOGETHER]
            for item in some:
                item.pressed = True
            self._threads.submit(self._make, some).add_done_callback(self._tell)

    def close(self) -> None:
        """No more; what has begun ends."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _make(self, items: Sequence[Item]) -> None:
        for item in items:
            try:
                item.address()
                message = b"".join(item.splice())
                item.made = self._sign(message), message
            except BadInput as error:
                item.made = error

    def _tell(self, done: Future[None]) -> None:
        if done.cancelled():
            return
        if done.exception() is not None:
            self._failed = done
        self._ready()
