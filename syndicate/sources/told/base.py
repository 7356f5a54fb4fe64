"""A meaning."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.sources.readers.base import Entry


@dataclass(frozen=True)
class Told:
    """What somebody wants us to know; empty: “look now”."""

    url: str = ""  # of an article that is new or different
    entry: Entry | None = None  # the article itself
    gone: bool = False  # *entry*, of which guid or url are known, was taken back
    by: str = "ping"  # who speaks, a Notice.Kind

    @property
    def address(self) -> str:
        """Of the article it is about, "" if none was named."""
        return self.entry.url if self.entry else self.url
