"""What a reader brings home, whatever the source speaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True)
class Conditions:
    """What the last reading that was stored left behind, so that nothing is read in vain."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""


@dataclass(frozen=True)
class Reading:
    """One look at a source: its entries in its own order, and what to store for the next look."""

    entries: tuple[Entry, ...] = ()
    title: str = ""
    site_url: str = ""
    language: str = ""
    not_modified: bool = False
    conditions: Conditions = Conditions()
    moved_to: str = ""  # the source says it lives there from now on


class Reader(Protocol):
    """Reads one kind of source."""

    def read(self, url: str, last: Conditions, now: datetime) -> Reading:
        """Look at *url*; ``not_modified`` if *last* still holds. Raises BadInput, naming it."""
