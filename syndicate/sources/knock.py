"""Are we let in? What a source asks of those who want to read it is tried before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from syndicate.lib.errors import BadInput
from syndicate.sources.candidates import Candidate, candidate
from syndicate.sources.guesses import Guess
from syndicate.sources.models import Source
from syndicate.sources.readers import reader
from syndicate.sources.readers.base import Ask, Reading

Credentials = Mapping[str, str]  # as Source.credentials

# Who we are can be said in one way only: both would stand in the same header.
_RIVALS = {"username": {"token"}, "token": {"username", "password"}}


def knock(kind: str, url: str, given: Credentials, now: datetime) -> Reading:
    """What a source shows to whoever has these credentials. Raises BadInput if it does not."""
    trial = Source(kind=kind, url=url)
    trial.credentials = given
    return reader(kind).read(Ask(url, now, headers=trial.headers, key=trial.key, first=True))


def inside(url: str, given: Credentials, now: datetime, kind: str = "") -> Candidate:
    """What stands at exactly this address, a feed if no *kind* is said. Raises BadInput."""
    kind, url = kind or "feed", bare(url)
    return candidate(Guess(kind, url), url, knock(kind, url, given, now))


def bare(url: str) -> str:
    """*url*, which may hold no password: it is shown, and kept in the clear. Raises BadInput."""
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise BadInput(
            "This address holds a name and a password.",
            "Give the address without them, and them apart: they are kept sealed then.",
        )
    return url


def merged(kept: Credentials, given: Credentials) -> dict[str, str]:
    """What was *given*, and of what is *kept* all that does not contradict it."""
    out = {rival for name in given for rival in _RIVALS.get(name, ())} - given.keys()
    return {name: text for name, text in kept.items() if name not in out} | dict(given)
