"""The page of one article, read as a guest would: the only way in which pages are fetched.

Robots.txt and a host's patience are asked first (``lib.http`` counts how many are there at once).
"""

from __future__ import annotations

from datetime import datetime

from syndicate.lib.http import fetch
from syndicate.sources.extract import Extract, extract

MAX_PAGE = 3_000_000


def read(url: str, now: datetime) -> Extract:
    """What stands at *url*. Raises BadInput, naming it."""
    return extract(fetch(url, max_bytes=MAX_PAGE, now=now))
