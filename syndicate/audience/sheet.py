"""A CSV file as people have it, line by line: any separator, encoding and order of columns.

    bytes → encoding → separator → columns → Line, Line, Line …

Nothing is held but the line at hand, so the file may be of any size.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Any

from syndicate.audience import columns
from syndicate.lib.errors import BadInput

SAMPLE = 20  # rows from which the columns are guessed


@dataclass(frozen=True)
class Line:
    """One row: where it began, what it says, and what is wrong with it as a row."""

    number: int
    email: str
    name: str = ""
    status: str = ""
    zone: str = ""
    problem: str = ""


def read(stream: IO[bytes]) -> Iterator[Line]:
    """The rows of *stream* that are not blank. Raises BadInput when it is no table of readers."""
    text = _text(stream)
    opening = list(islice(text, SAMPLE))
    if not opening:
        raise BadInput("The file is empty.", "It needs one email address on each line.")
    records = _records(csv.reader(chain(opening, text), delimiter=columns.delimiter(opening[0])))
    first = list(islice(records, SAMPLE))
    if not first:
        raise BadInput("The file is empty.", "It needs one email address on each line.")
    where = columns.guess([[_mend(cell) for cell in row] for _, row in first if row] or [[]])
    for number, row in chain(first[1:] if where.head else first, records):
        yield _line(number, row, where)


def _text(stream: IO[bytes]) -> Iterator[str]:
    head = stream.read(4)
    if head.startswith(b"PK\x03\x04"):
        raise BadInput("This is a spreadsheet, not CSV.", "Save it as CSV and choose that file.")
    raw = io.BufferedReader(_Joined(head, stream), 1 << 16)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.TextIOWrapper(raw, "utf-16", errors="replace", newline="")
    # What is not UTF-8 is kept as it came, for _mend.
    return io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="")


class _Joined(io.RawIOBase):
    """*head* and what follows it; reading it leaves the stream itself open."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._ahead, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        given = self._ahead or self._rest.read(len(buffer))
        size = min(len(given), len(buffer))
        buffer[:size], self._ahead = given[:size], given[size:]
        return size


def _records(reader: Any) -> Iterator[tuple[int, list[str] | None]]:
    """Each row that is not blank, and where it began; None where it cannot be read."""
    while True:
        began = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield began, None
        else:
            if any(cell.strip() for cell in row):
                yield began, row


def _line(number: int, row: list[str] | None, where: columns.Columns) -> Line:
    # A quotation mark that is never closed swallows the lines below it: better none than some.
    if row is None or any("\n" in cell and "@" in cell for cell in row):
        shown = row[where.email][:80] if row and len(row) > where.email else ""
        return Line(number, _mend(shown), problem='A quotation mark (") is not closed.')
    return Line(
        number,
        _cell(row, where.email),
        " ".join(filter(None, (_cell(row, place) for place in where.names))),
        _cell(row, where.status),
        _cell(row, where.zone),
    )


def _cell(row: list[str], place: int | None) -> str:
    return "" if place is None or place >= len(row) else _mend(row[place].strip())


def _mend(text: str) -> str:
    """Text that was not UTF-8 is taken for Windows' Western encoding, as old spreadsheets write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return text
