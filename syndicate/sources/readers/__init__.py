"""The kinds of sources: one leaf each, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from syndicate.lib.errors import BadInput
from syndicate.sources.readers.base import Reader

# kind → (label, dotted path of the Reader)
READERS: dict[str, tuple[str, str]] = {
    "feed": ("RSS, Atom or JSON feed", "syndicate.sources.readers.feed.Feed"),
    "wordpress": ("WordPress REST API", "syndicate.sources.readers.wordpress.WordPress"),
    "ghost": ("Ghost Content API", "syndicate.sources.readers.ghost.Ghost"),
    "squarespace": ("Squarespace JSON", "syndicate.sources.readers.squarespace.Squarespace"),
    "hfeed": ("h-feed in a page", "syndicate.sources.readers.hfeed.HFeed"),
    "page": ("Page that lists articles", "syndicate.sources.readers.listing.Listing"),
    "sitemap": ("Sitemap", "syndicate.sources.readers.sitemap.Sitemap"),
}


def reader(kind: str) -> Reader:
    """The reader for *kind*. Raises BadInput for one we do not have."""
    if kind not in READERS:
        raise BadInput(f"There is no kind of source named {kind}.", f"Known: {', '.join(READERS)}.")
    module, _, name = READERS[kind][1].rpartition(".")
    return cast(Reader, getattr(import_module(module), name)())
