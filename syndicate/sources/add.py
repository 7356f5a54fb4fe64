"""Begin to watch a place."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from syndicate.lib import secrets
from syndicate.lib.errors import BadInput
from syndicate.sources.discover import Candidate, discover
from syndicate.sources.models import Source

log = logging.getLogger(__name__)


def add_source(
    url: str, *, name: str = "", newest: int = 0, now: datetime, kind: str = ""
) -> Source:
    """Find what is best at *url* and watch it from *now* on; of what is there, send the *newest*.

    *kind* (as in READERS) chooses among what the site offers. Raises BadInput where there is
    nothing, or it is watched already.
    """
    found = likeliest(url, now, kind)
    return watch(found, site_url=url, name=name, newest=newest, now=now)


def likeliest(url: str, now: datetime, kind: str = "") -> Candidate:
    """What at *url* is most likely meant. Raises BadInput where there is nothing to watch."""
    return discover(url, now, kind)[0]


def watch(
    candidate: Candidate,
    *,
    site_url: str = "",
    name: str = "",
    newest: int = 0,
    now: datetime,
    credentials: Mapping[str, str] | None = None,
) -> Source:
    """Watch a candidate that was found. Raises BadInput if it is watched already.

    *credentials* have let us in to find it (knock.inside).
    """
    known = Source.objects.filter(url=candidate.url).first()
    if known is not None:
        raise _twice(known)
    host = urlsplit(candidate.url).hostname or candidate.url
    try:
        with transaction.atomic():
            source = Source.objects.create(
                name=(name or candidate.title or host)[:200],
                kind=candidate.kind,
                url=candidate.url,
                site_url=site_url if site_url != candidate.url and "://" in site_url else "",
                sealed=secrets.seal(credentials) if credentials else "",
                take_newest=newest,
                created_at=now,
                next_check=now,
            )
    except IntegrityError as error:
        raise _twice(Source.objects.get(url=candidate.url)) from error
    log.info("watches %s (%s)", source.name, source.url)
    return source


def _twice(known: Source) -> BadInput:
    return BadInput(f"{known.url} is watched already, as {known.name}.", "Use that source.")
