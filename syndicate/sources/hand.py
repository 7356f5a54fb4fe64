"""An article by its address: for what no source shows, or not yet.

::

    address ─→ known? ─→ its page ─→ is it an article? known by its own address? ─→ Article
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q

from syndicate.lib.errors import BadInput
from syndicate.sources.decide import FAR, Decision, Find, Policy, State
from syndicate.sources.gather import Pages, from_page
from syndicate.sources.identity import marks, url_key
from syndicate.sources.keep import keep, shape
from syndicate.sources.knock import bare
from syndicate.sources.look import Look
from syndicate.sources.models import Article, Source
from syndicate.sources.readers.base import Entry, Reading

log = logging.getLogger(__name__)

# The kind of the source of what is on no site that we watch; it is never looked at.
HAND = "hand"


def add_article(
    url: str, source: Source | None, now: datetime, along: Callable[[], object] | None = None
) -> tuple[Article, bool]:
    """The article at *url*, and whether it is new; that goes on at once, whatever its age.

    It is of *source*, else of the one whose site it stands on. *along* is called in the transaction
    that stores it. Raises BadInput where there is no article.
    """
    own = source or _of_site(bare(url)) or by_hand(now)
    if known := _known(source, url):
        return _done(known, along)
    entry = _read(url, own, now)
    if known := _known(source, entry.canonical):
        return _done(known, along)
    shaped = shape(_look(own, entry, now), now)
    with transaction.atomic():
        made = keep(shaped, now)
        if along is not None:
            along()
    if not made:  # by somebody else, while we read
        return Article.objects.filter(url_key=url_key(entry.url)).order_by("pk")[0], False
    log.info("took “%s” by its address (%s)", made[0].title, own.name)
    return made[0], True


def by_hand(now: datetime) -> Source:
    """The source of what is on no site that we watch, made when it is first needed."""
    fresh = {"name": "By hand", "kind": HAND, "active": False, "created_at": now, "next_check": now}
    return Source.objects.get_or_create(url="by-hand", defaults=fresh)[0]


def _of_site(url: str) -> Source | None:
    """The first source whose site *url* stands on."""
    host = _host(url)
    for source in Source.objects.exclude(kind=HAND).order_by("pk"):
        if host and host in {_host(source.site_url), _host(source.url)}:
            return source
    return None


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _known(source: Source | None, url: str) -> Article | None:
    """The article at that address, by its link or by what its page calls itself."""
    key = url_key(url)
    if not key:
        return None
    found = Article.objects.filter(Q(url_key=key) | Q(canonical_key=key))
    return (found.filter(source=source) if source else found).order_by("pk").first()


def _read(url: str, source: Source, now: datetime) -> Entry:
    page = Pages(source, now).read(url)
    if not page.is_article:
        raise BadInput(
            f"There is no article at {url}.",
            "It must be a page with one headline and a text; lists and front pages are none.",
        )
    return from_page(Entry(url=url, unsure=True), page)


def _look(source: Source, entry: Entry, now: datetime) -> Look:
    dated = entry.published_at or now
    waits = now < dated <= now + FAR
    find = Find(entry, marks(entry), State.NEW, dated if waits else now)
    decision, reading = Decision(finds=(find,)), Reading(entries=(entry,))
    return Look(source, reading, decision, Policy(now, began=now), partial=True)


def _done(known: Article, along: Callable[[], object] | None) -> tuple[Article, bool]:
    if along is not None:
        along()
    return known, False
