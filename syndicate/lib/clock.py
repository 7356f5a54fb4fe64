"""The time, in one place so that a test can set it.

Everything that decides takes ``now`` as an argument; only the edges (daemon, CLI, views) ask here.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def monotonic() -> float:
    """Seconds that never jump, and go on while the machine sleeps; for leases and time limits."""
    return time.clock_gettime(_STEADY)


# Plain CLOCK_MONOTONIC stands still in a suspended machine; a lease elsewhere does not.
_STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def read(text: str) -> datetime | None:
    """The moment that a date in a mail or in HTTP names, perhaps without a zone; None if none."""
    try:
        return email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year or an offset of thirty digits
        return None


def running_from(now: datetime) -> Callable[[], datetime]:
    """A clock that shows *now* and goes on: for work that takes longer than a moment."""
    begun = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - begun)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold :func:`now` at *at* (aware) within this context; does not reach other threads."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    mark = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(mark)
