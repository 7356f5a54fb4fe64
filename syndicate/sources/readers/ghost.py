"""Ghost, by its Content API: whole articles, with what a feed leaves out, and later corrections.

::

    newest by date, whole ─┐
    changed last, a line ──┴─→ as at the last look: not modified
                            └─→ those not among the newest: asked for by id ─→ Reading

Its feed holds 15, and no page before them; here a burst is read to its beginning (for those who
watch the feed, by :func:`beyond`). Of what is for members, only what all may read is taken.

https://docs.ghost.org/content-api/posts
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from syndicate.lib.errors import BadInput
from syndicate.lib.html import parse as parse_html
from syndicate.lib.http import Page, Refused, fetch
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
    without_key,
)
from syndicate.sources.readers.base import Ask, Conditions, Entry, Reading
from syndicate.sources.readers.history import PAGES, field, gap, with_fields
from syndicate.sources.readers.text import names, one_address, picture, plain, tags

WHOLE = 20  # articles read in full at each look
LINES = 50  # of which only a line is read
_IN_FULL: Fields = {"include": "authors,tags", "formats": "html", "order": "published_at desc"}
_NEWEST: Fields = {**_IN_FULL, "limit": WHOLE}
_A_LINE: Fields = {"fields": "id,updated_at", "limit": LINES, "order": "updated_at desc"}
_VERSION = {"Accept-Version": "v5.0"}
_PAYWALL = "<!--members-only-->"
_NO_KEY = (
    "Give the source its Content API key: in Ghost's settings, under Integrations, add a custom "
    "integration, and copy the key from there."
)


class Ghost:
    """The reader for the posts of Ghost's Content API, ``/ghost/api/content/posts/``."""

    def read(self, ask: Ask) -> Reading:
        """Ask for what is newest, what was changed, and in full for what of it is not shown."""
        key = ask.key or field(ask.url, "key")
        if not key:
            raise BadInput(f"{ask.url} needs a key.", _NO_KEY)
        shown = without_key(ask.url)
        try:
            return _read(replace(ask, url=with_fields(ask.url, key=key)), shown)
        except Refused as error:
            raise unanswered(error, shown, _NO_KEY) from error


def recognise(page: Page, root: Element | None) -> list[str]:
    """The posts of the site that *page* is one of, with the key that its own pages carry.

    The key is no secret: the search and the sign-up form of every visitor use it.
    """
    given = "Ghost" in _generator(root)
    found = []
    for script in [] if root is None else root.iter("script"):
        key = script.get("data-key", "")
        base = script.get("data-api") or (
            urljoin(script.get("data-sodo-search", ""), "/ghost/api/content/") if given else ""
        )
        if key.isalnum() and (base := one_address(base, page.url)):
            found.append(with_fields(f"{base.rstrip('/')}/posts/", key=key))
    return [*dict.fromkeys(found)]


def beyond(feed: Reading, ask: Ask) -> Reading:
    """The reading of a Ghost's *feed*, which holds 15, with what a burst pushed out of it.

    By the key that the site's front page carries; a site that carries none keeps it to itself.
    """
    if not gap(feed.entries, ask) or not feed.site_url:
        return feed
    try:
        page = fetch(feed.site_url, now=ask.now)
        addresses = recognise(page, parse_html(page.body))[:1]
        asks = [Ask(each, ask.now, knows=ask.knows) for each in addresses]
        found = [entry for each in asks for entry in Ghost().read(each).entries]
    except Refused as error:
        if error.status >= 500 or error.status == 429:
            raise
        return feed
    have = {each.guid for each in feed.entries}
    return replace(feed, entries=(*feed.entries, *(e for e in found if e.guid not in have)))


def _generator(root: Element | None) -> str:
    metas = [] if root is None else root.iter("meta")
    found = (each.get("content", "") for each in metas if each.get("name") == "generator")
    return next(found, "")


def _read(ask: Ask, shown: str) -> Reading:
    always = replace(ask, last=Conditions())
    lines = _ask(always, _A_LINE)
    newest = compared(ask, lambda each: _ask(each, _NEWEST), [lines])
    conditions, at_least = newest.conditions, patience.at_least(newest.at_least)
    if newest.data is None:
        return Reading(not_modified=True, conditions=conditions, at_least=at_least)
    posts = _posts(newest, shown)
    posts += _older(always, posts, shown)
    posts += _missing(always, lines, posts, shown)
    pages = part(newest.data, "meta", "pagination")
    return replace(
        _site(always) if ask.first else Reading(),
        entries=tuple(entry(post, shown) for post in posts),
        conditions=conditions,
        at_least=at_least,
        complete=number(pages.get("total"), 10**9) <= len(posts),
    )


def _ask(ask: Ask, fields: Fields) -> Answer:
    return answer(ask, fields, _VERSION)


def _posts(given: Answer, shown: str) -> list[dict[str, Any]]:
    if not isinstance(part({"": given.data}, "").get("posts"), list):
        raise BadInput(
            f"{shown} is no list of articles.", "It should end in /ghost/api/content/posts/."
        )
    return items(given.data, "posts")


def _older(ask: Ask, newest: list[dict[str, Any]], base: str) -> Iterator[dict[str, Any]]:
    """What a burst has pushed off the first page, as far back as nothing is known."""
    shown = [*newest]
    for at in range(2, PAGES + 1):
        if len(shown) < WHOLE or not gap((entry(each, base) for each in shown), ask):
            return
        shown = _posts(_ask(ask, {**_NEWEST, "page": at}), base)
        yield from shown


def _missing(
    ask: Ask, lines: Answer, posts: list[dict[str, Any]], base: str
) -> list[dict[str, Any]]:
    """In full, what was changed last and *posts* do not hold."""
    have = {text(post, "id") for post in posts}
    wanted = [text(line, "id") for line in _posts(lines, base) if text(line, "id") not in have]
    wanted = [each for each in wanted if each.isalnum()]
    if not wanted:
        return []
    listed = f"id:[{','.join(wanted)}]"
    return _posts(_ask(ask, {**_IN_FULL, "filter": listed, "limit": 2 * LINES}), base)


def entry(post: dict[str, Any], base: str) -> Entry:
    """A post as the API shows it, or a webhook tells it (sources.told)."""
    url = one_address(text(post, "url"), base)
    canonical = one_address(text(post, "canonical_url"), base)
    people = items(post, "authors") or [part(post, "primary_author")]
    summary, body = _open(post)
    return Entry(
        guid=text(post, "id"),
        url=url,
        title=plain(text(post, "title")),
        author=names(text(each, "name") for each in people),
        published_at=dates.parse(text(post, "published_at")),
        updated_at=dates.parse(text(post, "updated_at")),
        summary=plain(summary),
        body=body,
        image_url=picture(text(post, "feature_image"), base),
        image_alt=plain(text(post, "feature_image_alt")),
        image_caption=plain(text(post, "feature_image_caption")),
        tags=tags(text(each, "name") for each in items(post, "tags") if _is_public(each)),
        comments_url=f"{url}#ghost-comments" if url and post.get("comments") is True else "",
        canonical=canonical if canonical != url else "",
    )


def _open(post: dict[str, Any]) -> tuple[str, str]:
    """(summary, body) as everybody may read them."""
    told, body = text(post, "custom_excerpt"), text(post, "html")
    if _is_public(post):
        return told or text(post, "excerpt"), body
    teaser, wall, _ = body.partition(_PAYWALL)
    # Without access, Ghost has cut it already; with it, all but a teaser is for members.
    free = teaser if wall or post.get("access") is False else ""
    return told, free


def _is_public(shown: dict[str, Any]) -> bool:
    return text(shown, "visibility") in {"", "public"}


def _site(ask: Ask) -> Reading:
    """Its name, address and language; a site that hides them is none the worse."""
    where = ask.url.replace("/content/posts", "/content/settings", 1)
    try:
        about = part(answer(replace(ask, url=where), {}, _VERSION).data, "settings")
    except BadInput:
        return Reading()
    return Reading(
        title=plain(text(about, "title")),
        site_url=one_address(text(about, "url"), ask.url),
        language=text(about, "lang") or text(about, "locale"),
    )
