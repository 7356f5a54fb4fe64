"""How far long work has come: a bar where somebody watches, else a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from syndicate.cli.show import say
from syndicate.lib import clock

# A log wants to know that something still moves, not each step of it.
LINE_SECONDS = 10.0

Advance = Callable[[int], None]


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Advance]:
    """Call what this gives with the steps that were done; *total* None: nobody knows."""
    shown = _bar if sys.stderr.isatty() else _lines
    with shown(label, total) as advance:
        yield advance


class Counted:
    """A file that tells how many bytes were read from it."""

    def __init__(self, file: IO[bytes], advance: Advance) -> None:
        self._file, self._advance = file, advance

    def read(self, size: int = -1) -> bytes:
        """Read, and tell."""
        data = self._file.read(size)
        self._advance(len(data))
        return data


@contextmanager
def _bar(label: str, total: int | None) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)


@contextmanager
def _lines(label: str, total: int | None, every: float = LINE_SECONDS) -> Iterator[Advance]:
    done, told = 0, clock.monotonic()

    def advance(steps: int) -> None:
        nonlocal done, told
        done += steps
        if clock.monotonic() - told >= every:
            told = clock.monotonic()
            say(f"{label}: {done:,} of {total:,}" if total else f"{label}: {done:,}")

    yield advance
