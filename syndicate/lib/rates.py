"""Limits as an operator writes them: ``20/s 1000/h 20000/d`` → Rates; ``500 1000 2000`` → days.

Pure; what cannot be read raises BadInput.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from syndicate.lib.errors import BadInput

SPANS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
_RATE = re.compile(r"(\d+(?:\.\d+)?)/(s|min|h|d)")


class Rate(NamedTuple):
    """At most *most* in *span* seconds. A rate by the second may be a fraction; others are not."""

    most: float
    span: int


def parse(text: str) -> tuple[Rate, ...]:
    """Each limit in *text*; empty: none."""
    rates = [_rate(word) for word in text.split()]
    if len({rate.span for rate in rates}) < len(rates):
        raise BadInput(f"{text!r} limits the same stretch of time twice.", _HOW)
    return tuple(rates)


def days(text: str) -> tuple[int, ...]:
    """``500 1000 2000``: at most so many on the first day, on the second, on the third."""
    words = text.split()
    if not all(word.isascii() and word.isdigit() and int(word) for word in words):
        hint = "Write how many mails may go on each day, from the first: 200 500 1000 2000."
        raise BadInput(f"{text!r} is no list of days.", hint)
    return tuple(int(word) for word in words)


def _rate(word: str) -> Rate:
    found = _RATE.fullmatch(word)
    if found is None:
        raise BadInput(f"{word!r} is no limit.", _HOW)
    most, span = float(found[1]), SPANS[found[2]]
    if most <= 0 or (span > 1 and (most < 1 or most % 1)):
        raise BadInput(f"{word!r} is no limit that anything could keep to.", _HOW)
    return Rate(most, span)


_HOW = "Write it like 20/s 1000/h 20000/d; s, min, h and d are known, and 0.5/s is one in 2 s."
