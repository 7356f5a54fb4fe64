"""An entry, and what its page added, into the fields of an Article.

Everything is cut to what the row holds; the body is made safe here, once, before it is stored.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from syndicate.lib.html import Image, excerpt, images, sanitise, to_text
from syndicate.lib.text import one_line
from syndicate.sources.extract import Extract
from syndicate.sources.identity import Marks
from syndicate.sources.lead import lead
from syndicate.sources.readers.base import Entry
from syndicate.sources.summary import summary

# Characters. No mail carries more, and each reader of the row would pay for it.
MAX_BODY = 500_000
# Below this a body is taken for a teaser, whose page may hold the rest.
TEASER = 600


def has_gaps(entry: Entry) -> bool:
    """Whether the article's own page may add what the entry lacks."""
    return not entry.author or not _pictured(entry) or len(to_text(entry.body)) < TEASER


def filled(entry: Entry, page: Extract) -> Entry:
    """*entry* with its gaps filled from its page; what the source says itself is never replaced."""
    longer = len(to_text(page.body)) > 1.2 * len(to_text(entry.body))
    teaser = len(to_text(entry.body)) < TEASER
    own = Image(entry.image_url, entry.image_alt, entry.image_caption)
    image = own if own.url or images(entry.body) else page.image
    return replace(
        entry,
        title=entry.title or page.title,
        author=entry.author or page.author,
        published_at=entry.published_at or page.published_at,
        body=page.body if teaser and longer else entry.body,
        summary=entry.summary or page.description,
        image_url=image.url,
        image_alt=image.alt,
        image_caption=image.caption,
        tags=entry.tags or page.tags,
        language=entry.language or page.language,
        canonical=entry.canonical or (page.canonical if page.canonical != entry.url else ""),
        comments_url=entry.comments_url or page.comments_url,
    )


def fields(entry: Entry, marks: Marks) -> tuple[dict[str, Any], str]:
    """(values for an Article, a remark for the editor or "")."""
    body, remark = _body(entry)
    given = Image(entry.image_url, entry.image_alt, entry.image_caption)
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
        return sanitise(entry.body, entry.url), ""
    # A cut inside a tag or a comment is no harm: what is left open is closed, or goes.
    kept = entry.body[:MAX_BODY]
    remark = f"Its body is {size / 1e6:.1f} MB; only the first {MAX_BODY / 1e6:g} MB were kept."
    return sanitise(kept[: kept.rfind("<")] if "<" in kept else kept, entry.url), remark


def _title(entry: Entry, body: str) -> str:
    """Its title; else its first words, or the end of its address."""
    words = entry.title or excerpt(entry.summary or body, 80)
    last = urlsplit(entry.url).path.rstrip("/").rpartition("/")[2]
    slug = re.sub(r"\.\w{2,5}$|[-_]+", " ", last).strip().capitalize()
    return one_line(words) or slug or "Untitled"


def _pictured(entry: Entry) -> bool:
    return bool(entry.image_url) or "<img" in entry.body
