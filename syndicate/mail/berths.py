"""How many connections all runs of this process together may hold to one mail server.

Each run has one for itself; further ones are taken from what the server is to see of us at most.
"""

from __future__ import annotations

import threading
from collections import Counter

from syndicate.mail.transports.base import Transport

_lock = threading.Lock()
_extra: Counter[str] = Counter()


def take(transport: Transport) -> bool:
    """One more connection, if ``transport.connections`` are not in use yet."""
    with _lock:
        free = _extra[transport.name] < transport.connections - 1
        _extra[transport.name] += free
        return free


def give_back(transport: Transport) -> None:
    """One that was taken is closed."""
    with _lock:
        _extra[transport.name] -= 1
