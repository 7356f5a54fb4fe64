"""Looking again until a platform is done with what we gave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from syndicate.lib import stop
from syndicate.lib.errors import NotSent

_FIRST = 0.25  # seconds
_LONGEST = 8.0

T = TypeVar("T")


def until(done: Callable[[], T | None], seconds: float) -> T | None:
    """What *done* gives first, asked at ever longer intervals; None where that was nothing.

    Raises NotSent when this process is to end: what waits is done again later.
    """
    pause, left = _FIRST, seconds
    while (found := done()) is None and left > 0:
        if stop.wait(min(pause, left)):
            raise NotSent("We are stopping.", permanent=False, hint="It goes on after the start.")
        left -= pause
        pause = min(pause * 2, _LONGEST)
    return found
