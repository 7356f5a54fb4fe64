"""RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed.

::

    fetch, conditional ─→ 304 or the same bytes: not modified
                       ─→ look what it is ─→ feedparser, or readers.jsonfeed ─→ Reading

feedparser gets bytes in a stream and nothing else: given text, it would open files and addresses.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import feedparser

from syndicate.lib.errors import BadInput
from syndicate.lib.html import to_text
from syndicate.lib.http import Page, fetch
from syndicate.lib.text import one_line
from syndicate.sources import dates
from syndicate.sources.readers import jsonfeed
from syndicate.sources.readers.base import Ask, Conditions, Entry, Reading
from syndicate.sources.readers.text import names, one_address, plain, unique, whole

# What feedparser lets escape on hostile input; a source must not stop for more than itself.
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
_BOM = b"\xef\xbb\xbf"
_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel)\b", re.IGNORECASE)
# feedparser looks for a mail address in an author in time that grows with the square of its length.
_LONG_AUTHOR = re.compile(
    rb"(<(?:[\w-]+:)?(?:author|creator|managingeditor|webmaster|publisher|owner)\b[^<>]*>"
    rb"(?:\s*<!\[CDATA\[)?[^<\]]{500})[^<\]]+",
    re.IGNORECASE,
)
_AVATAR = re.compile(r"gravatar\.com/avatar|/avatars?/|blogger_logo|feedburner", re.IGNORECASE)
_PICTURE = re.compile(r"\.(jpe?g|png|gif|webp|avif)(\?|$)", re.IGNORECASE)


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
        found = Conditions(
            page.etag or (last.etag if page.status == 304 else ""),
            _trusted(page.last_modified or (last.last_modified if page.status == 304 else "")),
            last.body_hash if page.status == 304 else hashlib.sha256(page.body).hexdigest(),
        )
        if page.status == 304 or found.body_hash == last.body_hash:
            return Reading(not_modified=True, conditions=found, moved_to=page.moved_to)
        return replace(parse(page), conditions=found, moved_to=page.moved_to)


def parse(page: Page) -> Reading:
    """The entries of a feed that was fetched. Raises BadInput when it is none."""
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
    _refuse_entities(page)
    try:
        return _reading(_parsed(page), page)
    except _STUMBLES as error:
        raise BadInput(
            f"{page.url} cannot be read: its XML is broken.", "Check it with a feed validator."
        ) from error


def _trusted(last_modified: str) -> str:
    """A Last-Modified of 1970 is a server's shrug, and would be "not modified" for ever."""
    at = dates.parse(last_modified)
    return last_modified if at is not None and at.year >= 2000 else ""


def _refuse_entities(page: Page) -> None:
    """Entities a document declares itself can be made to unfold without end ("billion laughs")."""
    prolog = _ROOT.split(page.body.replace(b"\0", b""), maxsplit=1)[0]
    if re.search(rb"<!entity", prolog, re.IGNORECASE):
        raise BadInput(
            f"{page.url} declares entities of its own, as attacks do.",
            "A feed needs none; ask the site's owner to leave the DOCTYPE out.",
        )


def _parsed(page: Page) -> Any:
    headers = {"content-location": page.url}
    if page.content_type:
        charset = f"; charset={page.charset}" if page.charset else ""
        headers["content-type"] = f"{page.content_type}{charset}"
    # We make it safe ourselves: feedparser's own cleaning loses lazy pictures.
    stream = io.BytesIO(_LONG_AUTHOR.sub(rb"\1", page.body))
    found = feedparser.parse(stream, response_headers=headers, sanitize_html=False)
    if not found.version and not found.entries:
        raise BadInput(
            f"{page.url} is no feed that we know.", "RSS, Atom and JSON Feed can be read."
        )
    return found


def _reading(found: Any, page: Page) -> Reading:
    language = whole(found.feed.get("language"))
    return Reading(
        entries=tuple(_entry(each, page.url, language) for each in found.entries),
        title=plain(whole(found.feed.get("title"))),
        site_url=one_address(whole(found.feed.get("link")), page.url),
        language=language,
    )


def _entry(given: Any, base: str, language: str) -> Entry:
    body, summary = _body(given)
    image = _image(given, base)
    return Entry(
        guid=one_line(whole(given.get("id"))),
        url=_link(given, base),
        title=_title(given),
        author=_author(given),
        published_at=_date(given, "published") or _date(given, "updated"),
        updated_at=_date(given, "updated"),
        summary=plain(summary),
        body=body,
        image_url=image,
        tags=unique(whole(tag.get("label") or tag.get("term")) for tag in given.get("tags", [])),
        language=whole(given.get("language")) or _spoken(given) or language,
        comments_url=_comments(given, base),
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


def _body(given: Any) -> tuple[str, str]:
    """(HTML of the whole, summary): the longest text is the body, if it has the look of one."""
    pieces = [whole(given.get("summary"))]
    pieces += [whole(each.get("value")) for each in given.get("content", [])]
    pieces = sorted({piece for piece in pieces if piece.strip()}, key=len, reverse=True)
    if not pieces:
        return "", ""
    longest, *others = pieces
    if given.get("content") or _is_whole(longest):
        return longest, others[0] if others else ""
    return "", longest


def _is_whole(html: str) -> bool:
    """Whether a description is the article itself, as at Squarespace, rather than its summary."""
    blocks = len(re.findall(r"<(?:p|div|h\d|li|br)\b", html, re.IGNORECASE))
    return blocks > 1 or bool(re.search(r"<(?:figure|img)\b", html)) or len(to_text(html)) > 600


def _image(given: Any, base: str) -> str:
    offered = [
        each.get("url")
        for each in given.get("media_content", [])
        if each.get("medium") == "image"
        or whole(each.get("type")).startswith("image/")
        or _PICTURE.search(whole(each.get("url")))
    ]
    offered += [
        link.get("href")
        for link in given.get("links", [])
        if link.get("rel") == "enclosure" and whole(link.get("type")).startswith("image/")
    ]
    offered += [(given.get("image") or {}).get("href")]
    offered += [each.get("url") for each in given.get("media_thumbnail", [])]
    found = (one_address(whole(each), base) for each in offered)
    return next((each for each in found if each and not _AVATAR.search(each)), "")


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
