"""Retry as a value: how long to wait before the next try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zlib import crc32

# Up to a fifth longer than said, so that what failed together does not come back together.
SPREAD = 0.2


def wait(attempt: int, minutes: Sequence[int], seed: object) -> timedelta:
    """``minutes[attempt - 1] × (1 … 1.2)``; the last one repeats.

    *attempt* tries have failed, one at least. The spread hangs on *seed* and *attempt* alone: asked
    again, the answer is the same.
    """
    base = minutes[min(attempt, len(minutes)) - 1]
    part = crc32(f"{seed}:{attempt}".encode()) / 2**32
    return timedelta(minutes=base * (1 + SPREAD * part))
