"""Asking work in hand to end soon: a stop must not wait for the last of a million mails."""

from __future__ import annotations

import threading

_requested = threading.Event()


def request() -> None:
    """From now on, long work should end at its next safe point."""
    _requested.set()


def requested() -> bool:
    """Whether this process is about to end; long work asks between two items."""
    return _requested.is_set()


def wait(seconds: float) -> bool:
    """Sleep, but wake at once when asked to stop; says whether it was."""
    return _requested.wait(seconds)


def clear() -> None:
    """Forget an earlier request (a new run in the same process)."""
    _requested.clear()
