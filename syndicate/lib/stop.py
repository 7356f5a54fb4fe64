"""Asking work in hand to end soon: a stop must not wait for the last of a million mails."""

from __future__ import annotations

import threading

from syndicate.lib import clock

# So long may a page take that is being read, when all is to end. Seconds.
GRACE = 2.0

_requested = threading.Event()
_at = float("inf")  # monotonic


class Interrupted(Exception):
    """Left off because this process ends: nobody's mistake, and to be done again."""


def request() -> None:
    """From now on, long work should end at its next safe point."""
    global _at
    if not _requested.is_set():
        _at = clock.monotonic()
    _requested.set()


def requested() -> bool:
    """Whether this process is about to end; long work asks between two items."""
    return _requested.is_set()


def presses() -> bool:
    """Whether it was requested so long ago that what can be done again is left off."""
    return _requested.is_set() and clock.monotonic() - _at >= GRACE


def wait(seconds: float) -> bool:
    """Sleep, but wake at once when asked to stop; says whether it was."""
    return _requested.wait(seconds)


def clear() -> None:
    """Forget an earlier request (a new run in the same process)."""
    _requested.clear()
