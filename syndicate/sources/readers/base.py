"""What a reader brings home, whatever the source speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class Entry:
    """One thing as the source gives it. Texts are plain and one line; *body* is HTML, not yet safe.

    Addresses are absolute http(s) ones, or empty.
    """

    guid: str = ""
    url: str = ""
    title: str = ""
    author: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    summary: str = ""
    body: str = ""
    image_url: str = ""
    image_alt: str = ""
    image_caption: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    comments_url: str = ""
    canonical: str = ""  # what the page names as its own address, where that is not *url*
    teased: bool = False  # *body* stands where summaries do: it may be only the beginning
    unsure: bool = False  # an address only: its page must be read, and hold an article


@dataclass(frozen=True)
class Conditions:
    """What the last reading that was stored left behind, so that nothing is read in vain."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""


def _nothing(mark: str) -> bool:
    return False


@dataclass(frozen=True)
class Ask:
    """One look: where, under which conditions, with what, and what is known already."""

    url: str
    now: datetime  # aware, UTC
    last: Conditions = Conditions()
    headers: Mapping[str, str] = field(default_factory=dict)  # what lets us in
    key: str = ""  # to an API, for the kinds that need one
    knows: Callable[[str], bool] = _nothing  # whether a guid or an address is one of an article
    first: bool = False  # nothing is known yet: history is of no interest


@dataclass(frozen=True)
class Reading:
    """One look at a source: its entries in its own order, and what to store for the next look.

    Of one that is *not_modified*, *at_least* is only what its headers say: what is known holds too.
    """

    entries: tuple[Entry, ...] = ()
    title: str = ""
    site_url: str = ""
    language: str = ""
    not_modified: bool = False
    conditions: Conditions = Conditions()
    moved_to: str = ""  # the source says it lives there from now on
    at_least: timedelta | None = None  # it asks not to be read more often; a day at most
    hub: str = ""  # who pushes what is new (WebSub) …
    topic: str = ""  # … and under which name
    complete: bool = False  # all that the source has: what is missing was taken back
    remark: str = ""  # it came damaged: how, for an editor; what is missing says nothing then


class Reader(Protocol):
    """Reads one kind of source."""

    def read(self, ask: Ask) -> Reading:
        """Look; ``not_modified`` if the last conditions still hold. Raises BadInput, naming it."""
