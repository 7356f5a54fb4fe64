"""RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed.

::

    fetch, conditional ─→ 304 or the same bytes: not modified
                       ─→ look what it is ─→ feedparser, or readers.jsonfeed ─→ Reading
                       ─→ nothing in it is known: the pages before it, too (history.py)

feedparser gets bytes in a stream and nothing else: given text, it would open files and addresses.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import feedparser

from syndicate.lib.errors import BadInput
from syndicate.lib.html import to_text
from syndicate.lib.http import Page, fetch
from syndicate.lib.text import one_line
from syndicate.sources import dates
from syndicate.sources.readers import ghost, jsonfeed, patience
from syndicate.sources.readers.base import Ask, Conditions, Entry, Reading
from syndicate.sources.readers.conditions import left_behind
from syndicate.sources.readers.harmless import harmless
from syndicate.sources.readers.history import Leaf, field, recovered, with_fields
from syndicate.sources.readers.links import Links, first, hub
from syndicate.sources.readers.media import captions, image
from syndicate.sources.readers.text import names, one_address, paragraphs, plain, tags, whole

# What feedparser lets escape on hostile input; a source must not stop for more than itself.
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
_BOM = b"\xef\xbb\xbf"
# WordPress shows what a password protects: as a form that asks for it, or as a line that says so.
_PROTECTED = re.compile(
    r"\s*(?:<form\b[^>]*(?:post-password-form|action=postpass)|There is no excerpt because this is"
    r" a protected post\.$)"
)
_GHOST = re.compile(rb"<generator>Ghost\b")
_SKIP = re.compile(rb"<skip(Hours|Days)>(.{0,2000}?)</skip", re.DOTALL)


class Feed:
    """The reader for feeds."""

    def read(self, ask: Ask) -> Reading:
        """Fetch and parse it, unless it is as it was."""
        last = ask.last
        page = fetch(
            ask.url,
            headers=ask.headers,
            etag=last.etag,
            last_modified=last.last_modified,
            now=ask.now,
        )
        found = left_behind(page, last)
        fresh = patience.of_headers(page.headers, ask.now)
        if page.status == 304 or found.body_hash == last.body_hash:
            return Reading(
                not_modified=True,
                conditions=found,
                moved_to=page.moved_to,
                at_least=patience.at_least(fresh),
            )
        leaf = _leaf(page)
        if leaf.reading.remark:
            found = Conditions(body_hash=found.body_hash)  # the whole may follow under the same tag
        reading = recovered(leaf, ask, _leaf)
        if _GHOST.search(page.body):
            reading = ghost.beyond(reading, ask)
        return replace(
            reading,
            conditions=found,
            moved_to=page.moved_to,
            at_least=patience.at_least(fresh, leaf.reading.at_least, _pause(page, ask.now)),
        )


def parse(page: Page) -> Reading:
    """The entries of a feed that was fetched. Raises BadInput when it is none."""
    return _leaf(page).reading


def _leaf(page: Page) -> Leaf:
    start = page.body[:4096].replace(b"\0", b"").removeprefix(_BOM).lstrip().lower()
    if not start:
        raise BadInput(f"{page.url} is empty.", "Open it in a browser; it is tried again.")
    if start.startswith((b"<!doctype html", b"<html")):
        raise BadInput(
            f"{page.url} is a web page, not a feed.",
            "Add the site by its own address: its feed is looked for there.",
        )
    if start.startswith((b"{", b"[")):
        return jsonfeed.parse(page)
    body, remark = harmless(page)
    try:
        found = _parsed(body, page)
        return Leaf(replace(_reading(found, page), remark=remark), _before(found, page))
    except _STUMBLES as error:
        raise BadInput(
            f"{page.url} cannot be read: its XML is broken.", "Check it with a feed validator."
        ) from error


def _parsed(body: bytes, page: Page) -> Any:
    headers = {"content-location": page.url}
    if page.content_type:
        charset = f"; charset={page.charset}" if page.charset else ""
        headers["content-type"] = f"{page.content_type}{charset}"
    # We make it safe ourselves: feedparser's own cleaning loses lazy pictures.
    found = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False)
    if not found.version and not found.entries:
        raise BadInput(
            f"{page.url} is no feed that we know.", "RSS, Atom and JSON Feed can be read."
        )
    return found


def _reading(found: Any, page: Page) -> Reading:
    about = found.feed
    language = whole(about.get("language"))
    # RFC 4287, 4.2.1: an entry without an author has the feed's.
    whose = _author(about) if found.version.startswith("atom") else ""
    entries = (_entry(each, page.url, whose, language) for each in found.entries)
    pusher, topic = hub(page, _links(found, page.url))
    return Reading(
        entries=tuple(each for each in entries if not _PROTECTED.match(each.body or each.summary)),
        title=plain(whole(about.get("title"))),
        site_url=one_address(whole(about.get("link")), page.url),
        language=language,
        at_least=patience.at_least(
            patience.of_minutes(whole(about.get("ttl"))),
            patience.of_period(
                whole(about.get("sy_updateperiod")), whole(about.get("sy_updatefrequency"))
            ),
        ),
        hub=pusher,
        topic=topic,
    )


def _links(found: Any, base: str) -> Links:
    links = [*found.feed.get("links", [])]
    return [(whole(each.get("rel")), one_address(whole(each.get("href")), base)) for each in links]


def _before(found: Any, page: Page) -> str:
    """Where the entries before these are, or ""; RFC 5005, or the way of the system."""
    if linked := first(_links(found, page.url), "prev-archive", "next"):
        return linked
    system = whole(found.feed.get("generator")).lower()
    if "wordpress" in system:
        number = field(page.url, "paged")
        return with_fields(page.url, paged=int(number[:4] if number.isdecimal() else 1) + 1)
    if "squarespace" in system and found.entries:
        oldest = _date(found.entries[-1], "published")
        return with_fields(page.url, offset=round(oldest.timestamp() * 1000)) if oldest else ""
    return ""


def _pause(page: Page, now: datetime) -> timedelta | None:
    skipped = {kind: inside.decode("latin-1") for kind, inside in _SKIP.findall(page.body)}
    return patience.of_pauses(skipped.get(b"Hours", ""), skipped.get(b"Days", ""), now)


def _entry(given: Any, base: str, whose: str, language: str) -> Entry:
    body, summary, described = _body(given)
    shown = image(given, base)
    return Entry(
        guid=one_line(whole(given.get("id"))),
        url=_link(given, base),
        title=_title(given),
        author=_author(given) or whose,
        published_at=_date(given, "published") or _date(given, "updated"),
        updated_at=_date(given, "updated"),
        summary=plain(summary),
        body=body,
        image_url=shown.url,
        image_caption=shown.caption,
        tags=tags(whole(tag.get("label") or tag.get("term")) for tag in given.get("tags", [])),
        language=whole(given.get("language")) or _spoken(given) or language,
        comments_url=_comments(given, base),
        teased=described,
    )


def _title(given: Any) -> str:
    title, detail = whole(given.get("title")), given.get("title_detail") or {}
    literal = detail.get("type") == "text/plain"
    return one_line(title) if literal and "<" in title else plain(title)


def _link(given: Any, base: str) -> str:
    alternates = [
        link.get("href") for link in given.get("links", []) if link.get("rel") == "alternate"
    ]
    pages = [given.get("feedburner_origlink"), given.get("link"), *alternates]
    if given.get("guidislink"):
        pages.append(given.get("id"))
    return next(filter(None, (one_address(whole(page), base) for page in pages)), "")


def _author(given: Any) -> str:
    people = [whole(person.get("name")) for person in given.get("authors", [])]
    author = whole(given.get("author"))
    # feedparser cuts a mail address after the fourth letter of its top level domain.
    return names(people if people and not (len(people) == 1 and "@" in author) else [author])


def _date(given: Any, which: str) -> datetime | None:
    # dict.get: feedparser's own takes one date for the other, and warns of doing so.
    text, parsed = dict.get(given, which), dict.get(given, f"{which}_parsed")
    return dates.parse(whole(text)) or dates.of_struct(parsed)


def _body(given: Any) -> tuple[str, str, bool]:
    """(HTML of the whole, summary, whether that whole is a description).

    The longest text is the body, if it has the look of one.
    """
    pictured = captions(given)
    contents = [_html(each) for each in given.get("content", [])]
    contents = [each for each in contents if each not in map(paragraphs, pictured)]
    pieces = [whole(given.get("summary")), *contents]
    pieces = sorted({piece for piece in pieces if piece.strip()}, key=len, reverse=True)
    if not pieces:
        return "", "", False
    longest, *others = pieces
    if contents or _is_whole(longest):
        return longest, others[0] if others else "", not contents
    return "", longest, False


def _html(content: Any) -> str:
    text = whole(content.get("value"))
    return paragraphs(text) if content.get("type") == "text/plain" else text


def _is_whole(html: str) -> bool:
    """Whether a description is the article itself, as at Squarespace, rather than its summary."""
    blocks = len(re.findall(r"<(?:p|div|h\d|li|br)\b", html, re.IGNORECASE))
    return blocks > 1 or bool(re.search(r"<(?:figure|img)\b", html)) or len(to_text(html)) > 600


def _spoken(given: Any) -> str:
    details = [given.get("title_detail") or {}, *given.get("content", [])]
    return next(filter(None, (whole(each.get("language")) for each in details)), "")


def _comments(given: Any, base: str) -> str:
    replies = [
        link.get("href")
        for link in given.get("links", [])
        if link.get("rel") == "replies" and "html" in whole(link.get("type"))
    ]
    found = (one_address(whole(each), base) for each in [given.get("comments"), *replies])
    return next(filter(None, found), "")
