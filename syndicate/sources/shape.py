"""An entry, and what its page added, into the fields of an Article.

Everything is cut to what the row holds; the body is made safe here, once, before it is stored.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import urlsplit

from syndicate.lib.html import Image, excerpt, images, sanitise, to_text
from syndicate.lib.text import one_line
from syndicate.sources.extract import Extract
from syndicate.sources.identity import Marks
from syndicate.sources.lead import lead
from syndicate.sources.readers.base import Entry
from syndicate.sources.summary import is_ended, summary

# Characters. No mail carries more, and each reader of the row would pay for it.
MAX_BODY = 500_000
# Below this a body may be a teaser, whose page holds the rest.
TEASER = 600
# By so many of its first letters a teaser is known again in the whole text.
_BEGINNING = 40


def has_gaps(entry: Entry) -> bool:
    """Whether the article's own page may add what the entry lacks."""
    return not entry.author or not _pictured(entry) or len(to_text(entry.body)) < TEASER


def filled(entry: Entry, page: Extract) -> Entry:
    """*entry* with its gaps filled from its page; what the source says itself is never replaced."""
    own = Image(entry.image_url, entry.image_alt, entry.image_caption)
    image = own if own.url or images(entry.body) else page.image
    return replace(
        entry,
        title=entry.title or page.title,
        author=entry.author or page.author,
        published_at=entry.published_at or page.published_at,
        body=page.body if _goes_on(entry, page.body) else entry.body,
        summary=entry.summary or page.description,
        image_url=image.url,
        image_alt=image.alt,
        image_caption=image.caption,
        tags=entry.tags or page.tags,
        language=entry.language or page.language,
        canonical=entry.canonical or (page.canonical if page.canonical != entry.url else ""),
        comments_url=entry.comments_url or page.comments_url,
    )


def is_teaser(entry: Entry) -> bool:
    """Whether its body may be only the beginning.

    What stands for the content and ends in a sentence is whole, however short; a description may
    be a summary in whole sentences.
    """
    text = to_text(entry.body)
    return len(text) < TEASER and (entry.teased or not is_ended(text))


def _goes_on(entry: Entry, page: str) -> bool:
    """Whether *page* has the rest of the body, rather than the text of something beside it."""
    if not entry.body.strip():
        return True
    begun, told = to_text(entry.body), to_text(page)
    known = entry.teased or _letters(begun)[:_BEGINNING] in _letters(told)
    return is_teaser(entry) and known and len(told) > 1.2 * len(begun)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def fields(entry: Entry, marks: Marks) -> tuple[dict[str, Any], str]:
    """(values for an Article, a remark for the editor or "")."""
    body, remark = _body(entry)
    # Ghost's feed gives the headline for what each picture shows, which tells nobody anything.
    alt = "" if entry.image_alt == entry.title else entry.image_alt
    given = Image(entry.image_url, alt, entry.image_caption)
    image = lead(given, images(body))
    short = summary(entry.summary, body, entry.title)
    values = {
        "guid": marks.guid,
        "url": entry.url,
        "url_key": marks.url_key,
        "canonical_key": marks.canonical,
        "content_hash": marks.content,
        "title": _title(entry, body)[:1000],
        "author": entry.author[:300],
        "published_at": entry.published_at,
        "summary": short,
        "body": body,
        "image_url": image.url if len(image.url) <= 2000 else "",
        "image_alt": image.alt,
        "image_caption": image.caption,
        "tags": list(entry.tags),
        "language": entry.language[:35],
        "comments_url": entry.comments_url,
    }
    return values, remark


def _body(entry: Entry) -> tuple[str, str]:
    size = len(entry.body)
    if size <= MAX_BODY:
        return _without_echo(sanitise(entry.body, entry.url), entry.title), ""
    # A cut inside a tag or a comment is no harm: what is left open is closed, or goes.
    kept = entry.body[:MAX_BODY]
    remark = f"Its body is {size / 1e6:.1f} MB; only the first {MAX_BODY / 1e6:g} MB were kept."
    return sanitise(kept[: kept.rfind("<")] if "<" in kept else kept, entry.url), remark


def _without_echo(body: str, title: str) -> str:
    """Pictures of which only the headline is told are told nothing of."""
    echo = escape(title, quote=False).replace('"', "&quot;")
    return body.replace(f'alt="{echo}"', 'alt=""') if title else body


def _title(entry: Entry, body: str) -> str:
    """Its title; else its first words, or the end of its address."""
    words = entry.title or excerpt(entry.summary or body, 80)
    last = urlsplit(entry.url).path.rstrip("/").rpartition("/")[2]
    slug = re.sub(r"\.\w{2,5}$|[-_]+", " ", last).strip().capitalize()
    return one_line(words) or slug or "Untitled"


def _pictured(entry: Entry) -> bool:
    return bool(entry.image_url) or "<img" in entry.body
