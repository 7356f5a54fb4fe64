"""WordPress, by its own interface: whole articles, with pictures and captions that no feed has.

::

    newest by date, whole ─┐
    newest by id ──────────┼─→ as at the last look: not modified
    changed last ──────────┘─→ those not among the newest: asked for by id ─→ Reading

No date alone tells what is new: an article dated back stands far down by date; one that was put
on schedule long ago has an old id, and was changed before its own date; one sent in by a program
counts as changed on the date it claims. So all three orders are asked, two of them for lines only.

https://developer.wordpress.org/rest-api/reference/posts/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timezone
from html import unescape
from typing import Any
from urllib.parse import urljoin

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page, Refused
from syndicate.lib.tidy import Element
from syndicate.sources import dates
from syndicate.sources.readers import patience
from syndicate.sources.readers.api import (
    Answer,
    Fields,
    answer,
    compared,
    items,
    number,
    part,
    text,
    unanswered,
)
from syndicate.sources.readers.base import Ask, Conditions, Entry, Reading
from syndicate.sources.readers.history import PAGES, field, gap, with_fields
from syndicate.sources.readers.links import first, header_links
from syndicate.sources.readers.text import names, one_address, picture, plain, tags

WHOLE = 20  # articles read in full at each look
LINES = 50  # of which only a line is read
_IN_FULL: Fields = {"orderby": "date", "_embed": "wp:featuredmedia,author,wp:term"}
_NEWEST: Fields = {**_IN_FULL, "per_page": WHOLE}
_A_LINE: Fields = {"_fields": "id,modified_gmt", "per_page": LINES}
_LET_IN = (
    "Give the source a username and an application password (in WordPress: Users → Profile), "
    "or ask the site's owner to let its REST API be read."
)


class WordPress:
    """The reader for a collection of WordPress' REST API, as ``/wp-json/wp/v2/posts``."""

    def read(self, ask: Ask) -> Reading:
        """Ask for what is newest in each order, and in full for what of it is not known."""
        try:
            return _read(ask)
        except Refused as error:
            raise unanswered(error, ask.url, _LET_IN) from error


def recognise(page: Page, root: Element | None) -> list[str]:
    """The collection of posts of the site that *page* is one of."""
    found = [first(header_links(page), "https://api.w.org/")]
    generated = ""
    for each in [] if root is None else root.iter("link", "meta"):
        if each.get("rel", "") == "https://api.w.org/":
            found.append(one_address(each.get("href", ""), page.url))
        elif each.get("name", "").lower() == "generator":
            generated = each.get("content", "")
    if not any(found) and generated.startswith("WordPress"):
        found.append(urljoin(page.url, "/wp-json/"))
    return [*dict.fromkeys(_posts(base) for base in found if base)]


def _posts(base: str) -> str:
    """The collection below the root of an interface, in either form of its addresses."""
    if route := field(base, "rest_route"):
        return with_fields(base, rest_route=f"{route.rstrip('/')}/wp/v2/posts")
    return f"{base.rstrip('/')}/wp/v2/posts"


def _read(ask: Ask) -> Reading:
    always = replace(ask, last=Conditions())
    lines = [answer(always, {**_A_LINE, "orderby": order}) for order in ("id", "modified")]
    newest = compared(ask, lambda each: answer(each, _NEWEST), lines)
    conditions, at_least = newest.conditions, patience.at_least(newest.at_least)
    if newest.data is None:
        return Reading(not_modified=True, conditions=conditions, at_least=at_least)
    posts = [*_posts_of(newest, ask), *_older(always, _posts_of(newest, ask))]
    posts += _missing(always, lines, posts)
    return replace(
        _site(always) if ask.first else Reading(),
        entries=tuple(_entry(post, ask.url) for post in posts if _is_open(post)),
        conditions=conditions,
        at_least=at_least,
        complete=newest.count("X-WP-Total") <= len(posts),
    )


def _posts_of(given: Answer, ask: Ask) -> list[dict[str, Any]]:
    if not isinstance(given.data, list):
        raise BadInput(
            f"{ask.url} is no list of articles.", "It should end in /wp-json/wp/v2/posts."
        )
    return items(given.data)


def _older(ask: Ask, newest: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What a burst has pushed off the first page, as far back as nothing is known."""
    shown = newest
    for at in range(2, PAGES + 1):
        if len(shown) < WHOLE or not gap((_entry(each, ask.url) for each in shown), ask):
            return
        try:
            given = answer(ask, {**_NEWEST, "page": at})
        except Refused as error:
            if error.status != 400:
                raise
            return  # rest_post_invalid_page_number: the last one ended just there
        shown = _posts_of(given, ask)
        yield from shown


def _missing(ask: Ask, lines: list[Answer], posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In full, what the other two orders show and *posts* do not."""
    have = {number(post.get("id")) for post in posts}
    shown = [line for given in lines for line in _posts_of(given, ask)]
    wanted = {number(line.get("id")) for line in shown} - have - {0}
    if not wanted:
        return []
    listed = ",".join(str(each) for each in sorted(wanted, reverse=True))
    found = answer(ask, {**_IN_FULL, "include": listed, "per_page": 2 * LINES})
    return _posts_of(found, ask)


def _is_open(post: dict[str, Any]) -> bool:
    """Whether everybody may read it: neither a password nor an editor keeps it back."""
    kept_back = part(post, "content").get("protected") or part(post, "excerpt").get("protected")
    return not kept_back and text(post, "status") in {"", "publish"}


def _entry(post: dict[str, Any], base: str) -> Entry:
    embedded = part(post, "_embedded")
    media = next(iter(items(embedded, "wp:featuredmedia")), {})
    url = one_address(text(post, "link"), base)
    return Entry(
        guid=unescape(_rendered(post, "guid")),
        url=url,
        title=plain(_rendered(post, "title")),
        author=names(text(each, "name") for each in items(embedded, "author")),
        published_at=_moment(post, "date"),
        updated_at=_moment(post, "modified"),
        summary=plain(_rendered(post, "excerpt")),
        body=_rendered(post, "content"),
        image_url=picture(text(media, "source_url"), base),
        image_alt=plain(text(media, "alt_text")),
        image_caption=plain(_rendered(media, "caption")),
        tags=tags(_terms(embedded)),
        comments_url=f"{url}#respond" if url and text(post, "comment_status") == "open" else "",
    )


def _rendered(of: dict[str, Any], name: str) -> str:
    return text(part(of, name), "rendered")


def _terms(embedded: dict[str, Any]) -> Iterator[str]:
    groups = embedded.get("wp:term")
    for group in groups if isinstance(groups, list) else []:
        for term in items(group):
            if text(term, "taxonomy") != "post_format":
                yield text(term, "name")


def _moment(post: dict[str, Any], which: str) -> datetime | None:
    """The moment in UTC, in the zone that the site's own clock shows at it."""
    at, shown = (dates.parse(text(post, name)) for name in (f"{which}_gmt", which))
    if at is None or shown is None:
        return at or shown
    offset = shown.replace(tzinfo=UTC) - at
    return at.astimezone(timezone(offset)) if abs(offset.total_seconds()) < 86400 else at


def _site(ask: Ask) -> Reading:
    """Its name and address; a site that hides them is none the worse."""
    route = field(ask.url, "rest_route")
    root = with_fields(ask.url, rest_route="/") if route else ask.url.partition("/wp/v2/")[0] + "/"
    try:
        about = answer(replace(ask, url=root), {"_fields": "name,home"}).data
    except BadInput:
        return Reading()
    return Reading(
        title=plain(text(about, "name")), site_url=one_address(text(about, "home"), ask.url)
    )
