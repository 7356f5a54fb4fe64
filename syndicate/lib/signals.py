"""SIGTERM and SIGINT: the first asks for an orderly end, the second ends at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from syndicate.lib import stop

SIGNALS = (signal.SIGTERM, signal.SIGINT)
INTERRUPTED = 130


@contextmanager
def orderly() -> Iterator[None]:
    """Within this context a signal calls :func:`syndicate.lib.stop.request`. Main thread only."""
    stop.clear()
    before = {number: signal.signal(number, _first) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _first(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, _second)
    # Setting an Event may wait for the very wait() this handler interrupts; a thread can wait.
    threading.Thread(target=stop.request, name="stop").start()


def _second(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
