"""A bell between faces and the clock of one process: something has just become due.

Rows are the truth; a bell that nobody hears costs a tick's distance and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def ring() -> None:
    """Let whoever keeps the clock in this process ask at once what is due."""
    for listener in list(_listeners):
        listener()


def listen(listener: Callable[[], None]) -> None:
    """Call *listener* at every ring, in the ringing thread; it must return at once."""
    _listeners.append(listener)


def leave(listener: Callable[[], None]) -> None:
    """Call it no more."""
    if listener in _listeners:
        _listeners.remove(listener)
