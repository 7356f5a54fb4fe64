"""Texts that differ in a few places → what is the same for all, and what is each one's own. Pure.

    "Dear Ada, your link: /u/1"   ─→ "Dear ", ", your link: /u/", ""
    "Dear Grace, your link: /u/2"    ("Ada", "1"), ("Grace", "2")

Two of the texts show where they differ; each other one is then cut at the same places. Constant
parts and values put together give the very text again, whatever was found: a text that cannot be
cut there does not belong to them, and is sent on its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

# A word is compared whole, and so is an address: half of a link is of no use as a value.
_WORD = re.compile(r"""[^\s<>"',;()]+|\s+|.""", re.DOTALL)
# So many words must be alike for two texts to be in step again, and one may be so far behind.
_ALIKE, _BEHIND = 4, 60

Constants = tuple[str, ...]


def constants(one: str, other: str) -> Constants:
    """What both texts have in common, in order; between each two of them, they may differ.

    Both begin with the first and end with the last, which may be empty.
    """
    a, b = _WORD.findall(one), _WORD.findall(other)
    found: list[list[str]] = [[]]
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            found[-1].append(a[i])
            i, j = i + 1, j + 1
            continue
        step = _step(a[i : i + _BEHIND + _ALIKE], b[j : j + _BEHIND + _ALIKE])
        if step is None:
            return (*map("".join, found), "")
        i, j = i + step[0], j + step[1]
        found.append([])
    if i < len(a) or j < len(b):
        found.append([])
    return tuple(map("".join, found))


def values(text: str, between: Constants) -> tuple[str, ...] | None:
    """What stands in *text* between the constants; None where they do not fit."""
    first, *rest = between
    if not rest:
        return () if text == first else None
    last = rest.pop()
    end = len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last):
        return None
    found, at = [], len(first)
    for constant in rest:
        next_ = text.find(constant, at, end)
        if next_ < 0:
            return None
        found.append(text[at:next_])
        at = next_ + len(constant)
    return (*found, text[at:end]) if at <= end else None


def _step(a: Sequence[str], b: Sequence[str]) -> tuple[int, int] | None:
    """How far to go in each, not more than needed, until both say the same again."""
    for far in range(1, 2 * _BEHIND):
        for i in range(max(0, far - _BEHIND), min(far, _BEHIND) + 1):
            j = far - i
            window = list(islice(a, i, i + _ALIKE))
            if window and window == list(islice(b, j, j + _ALIKE)):
                return i, j
    return None
