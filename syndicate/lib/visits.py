"""How we behave at the hosts of others: so many requests at a time, and pages with pauses.

::

    with visit(authority):      lib.http, around each request: sources.per_host at once
    pause(url, seconds)         before the page of an article: the host's turn, then go

A host is what a robots.txt speaks for: name and port. What waits here waits for that host alone,
and never for long; whoever has many hosts to look at asks :func:`at_work` before (sources.places).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from urllib3.util import parse_url

from syndicate.lib import clock, stop
from syndicate.lib.addresses import is_allowed
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput

# How long a request waits for a place at its host. Seconds.
PATIENCE = 10.0
# The shortest distance between two pages of one host. Seconds.
GAP = 0.5
# How many hosts' turns are remembered; more than that are not in hand at once.
_REMEMBERED = 1000

_at_work: Counter[str] = Counter()
_changed = threading.Condition()
_turns: dict[str, float] = {}  # when the next page of a host may be read, monotonic


@lru_cache(10_000)  # asked of all sources that are due, several times a second
def authority(url: str) -> str:
    """``https://Example.org/a`` → ``example.org:443``. Raises ValueError."""
    parts = parse_url(url)
    return f"{parts.host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


@contextmanager
def visit(host: str, patience: float = PATIENCE) -> Iterator[None]:
    """One of the places there are at *host*. Raises BadInput if none gets free in time."""
    with _changed:
        free = _changed.wait_for(lambda: _at_work[host] < site().sources.per_host, patience)
        if not free:
            raise BadInput(
                f"{host} is busy with other requests of ours.",
                "It is tried again by itself; sources.per_host says how many there may be.",
            )
        _at_work[host] += 1
    try:
        yield
    finally:
        with _changed:
            _at_work[host] -= 1
            if not _at_work[host]:
                del _at_work[host]
            _changed.notify_all()


def at_work() -> Mapping[str, int]:
    """How many requests of this process are under way, by host."""
    with _changed:
        return dict(_at_work)


def pause(url: str, seconds: float = GAP) -> float:
    """Wait until *seconds* after the last page of that host; returns for how long, at most.

    Hosts of one's own need no pause, and a process that is to stop makes none.
    """
    if is_allowed(parse_url(url).host or "", site().sources.allow_private):
        return 0.0
    now = clock.monotonic()
    with _changed:
        wait = book(_turns, authority(url), now, seconds) - now
    stop.wait(wait)
    return wait


def book(turns: dict[str, float], host: str, now: float, seconds: float) -> float:
    """The moment of *host*'s next turn, noted in *turns*; the one after it is *seconds* later.

    Turns that are over are forgotten when there are many.
    """
    turn = max(now, turns.get(host, now))
    turns[host] = turn + seconds
    if len(turns) > _REMEMBERED:
        for past in [each for each, free in turns.items() if free <= now]:
            del turns[past]
    return turn
