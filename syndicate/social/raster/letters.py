"""Which letters a font has: its cmap table, read without loading the font. Pure.

https://learn.microsoft.com/typography/opentype/spec/cmap – formats 4 and 12 are in all fonts of
today. Only so can be known beforehand that a letter would be drawn as an empty box.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator

Range = tuple[int, int]  # first, last
# (platform, encoding) of Unicode tables, the fullest first.
_UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))


class Letters:
    """Those of one font."""

    def __init__(self, font: bytes) -> None:
        try:
            self._ranges = sorted(_ranges(font))
        except (struct.error, IndexError):
            self._ranges = []  # no font, or none that we can read
        self._firsts = [first for first, _ in self._ranges]

    def __contains__(self, letter: str) -> bool:
        at = bisect_right(self._firsts, ord(letter)) - 1
        return at >= 0 and ord(letter) <= self._ranges[at][1]


def _ranges(font: bytes) -> Iterator[Range]:
    table = _table(font, b"cmap")
    if table is None:
        return
    _, count = struct.unpack_from(">HH", font, table)
    places = {}
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", font, table + 4 + 8 * number)
        places[platform, encoding] = table + offset
    for kind in _UNICODE:
        if kind in places:
            yield from _read(font, places[kind])
            return


def _table(font: bytes, name: bytes) -> int | None:
    """Where a table begins; of a collection, its first font's."""
    start = struct.unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", font, start + 4)
    for number in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, start + 12 + 16 * number)
        if tag == name:
            return int(offset)
    return None


def _read(font: bytes, at: int) -> Iterator[Range]:
    (form,) = struct.unpack_from(">H", font, at)
    if form == 12:
        (count,) = struct.unpack_from(">I", font, at + 12)
        for number in range(count):
            first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * number)
            yield first, last
    elif form == 4:
        yield from _segments(font, at)


def _segments(font: bytes, at: int) -> Iterator[Range]:
    """Format 4; what a segment maps to glyph 0 is no letter of the font."""
    (double,) = struct.unpack_from(">H", font, at + 6)
    ends, starts = at + 14, at + 16 + double
    for step in range(0, double, 2):
        (last,) = struct.unpack_from(">H", font, ends + step)
        (first,) = struct.unpack_from(">H", font, starts + step)
        (delta,) = struct.unpack_from(">H", font, starts + double + step)
        place = starts + 2 * double + step
        (offset,) = struct.unpack_from(">H", font, place)
        if first == 0xFFFF:
            continue
        if offset == 0:
            yield first, last
            continue
        for letter in range(first, last + 1):
            (glyph,) = struct.unpack_from(">H", font, place + offset + 2 * (letter - first))
            if glyph and (glyph + delta) % 65536:
                yield letter, letter
