"""Whether we may read a page of a site, and when: its robots.txt first, then its patience.

For pages that were made for people. Feeds, sitemaps and APIs are made for programs such as this.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from syndicate.lib import robots, visits
from syndicate.lib.errors import BadInput


def permit(url: str, now: datetime) -> None:
    """Wait until it is our turn at the host of *url*. Raises BadInput where we are not welcome."""
    if not robots.allowed(url, now):
        parts = urlsplit(url)
        raise BadInput(
            f"robots.txt of {parts.hostname} asks us to leave {parts.path or '/'} alone.",
            "If the site is your own, allow it there, or set sources.robots to false.",
        )
    visits.pause(url, max(visits.GAP, robots.delay(url, now)))
