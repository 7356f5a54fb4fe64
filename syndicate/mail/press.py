"""Signed mails, made ahead of their turn: signing costs more than all the rest of a mail.

    the first of those that wait ─ two threads: splice, sign ─→ ready when a connection takes it

A signature with a key of 2,048 bits takes some 300 µs, in which other threads can work
(`cryptography` lets go of Python's lock).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from syndicate.mail.dkim import Sign
from syndicate.mail.load import Item

THREADS = 2
# So many are made before anybody asks for them.
AHEAD = 64


class Press:
    """*ready* is called, in any thread, when another mail is."""

    def __init__(self, sign: Sign, ready: Callable[[], object]) -> None:
        self._sign, self._ready = sign, ready
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sign")

    def ahead(self, waiting: Iterable[Item]) -> None:
        """Begin with the first of *waiting*."""
        for item in islice(waiting, AHEAD):
            if item.made is None:
                item.made = self._threads.submit(self._make, item)
                item.made.add_done_callback(self._tell)

    def close(self) -> None:
        """No more; what has begun ends."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _make(self, item: Item) -> bytes:
        message = item.load.compiled.splice(item.reader)
        return self._sign(message) + message

    def _tell(self, done: Future[bytes]) -> None:
        if not done.cancelled():
            self._ready()
