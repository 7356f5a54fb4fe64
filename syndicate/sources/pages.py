"""The page of one article, read as a guest would: the only way in which pages are fetched.

    robots.txt lets us? ─→ the host's turn (lib.visits) ─→ fetch ─→ extract
"""

from __future__ import annotations

from datetime import datetime

from syndicate.lib import robots, visits
from syndicate.lib.errors import BadInput
from syndicate.lib.http import fetch
from syndicate.sources.extract import Extract, extract

MAX_PAGE = 3_000_000


def read(url: str, now: datetime) -> Extract:
    """What stands at *url*. Raises BadInput, naming it."""
    if not robots.allowed(url, now):
        raise BadInput(
            f"{url} is not to be read by us, says the site's robots.txt.",
            "Ask its owner to let us in; for a site of your own, set sources.robots to false.",
        )
    visits.pause(url, max(visits.GAP, robots.delay(url, now)))
    return extract(fetch(url, max_bytes=MAX_PAGE, now=now))
