"""A post's key: the same at every try, and when the first one was.

It is a TID (https://atproto.com/specs/tid): Bluesky takes nothing else as a record's name, and
Mastodon and webhooks take anything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK_BITS = 10


def key(pk: int, first_try: datetime) -> str:
    """13 characters; *pk* keeps posts apart that are tried in the same microsecond."""
    number = (first_try - _EPOCH) // timedelta(microseconds=1) << _CLOCK_BITS
    number |= pk % (1 << _CLOCK_BITS)
    return _written(number)


def part(key: str, number: int) -> str:
    """The key of a thread's part: 0 is the first, and has the post's own."""
    begun = _number(key) + (number << _CLOCK_BITS)
    return _written(begun)


def first_try(key: str) -> datetime:
    """The moment in a :func:`key`."""
    return _EPOCH + timedelta(microseconds=_number(key) >> _CLOCK_BITS)


def _written(number: int) -> str:
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def _number(key: str) -> int:
    number = 0
    for char in key:
        number = number << 5 | _ALPHABET.index(char)
    return number
