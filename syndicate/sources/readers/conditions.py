"""What a look leaves behind for the next one, so that nothing is read in vain."""

from __future__ import annotations

import hashlib

from syndicate.lib.http import Page
from syndicate.sources import dates
from syndicate.sources.readers.base import Conditions
from syndicate.sources.readers.patience import distrusted


def left_behind(page: Page, last: Conditions) -> Conditions:
    """The validators of *page*; what a 304 does not say again, holds as it was (RFC 9111, 4.3.4).

    An answer that calls itself stale at once has none worth keeping.
    """
    if page.status == 304:
        return Conditions(
            page.etag or last.etag,
            _trusted(page.last_modified or last.last_modified),
            last.body_hash,
        )
    digest = hashlib.sha256(page.body).hexdigest()
    if distrusted(page.headers):
        return Conditions(body_hash=digest)
    return Conditions(page.etag, _trusted(page.last_modified), digest)


def _trusted(last_modified: str) -> str:
    """A Last-Modified of 1970 is a server's shrug, and would be "not modified" for ever."""
    at = dates.parse(last_modified)
    return last_modified if at is not None and at.year >= 2000 else ""
