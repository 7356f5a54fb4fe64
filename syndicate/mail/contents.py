"""What mail templates see: plain values, made from rows and the site's configuration.

    Edition, EditionArticles, Config ─→ contents() ─→ {"edition", "articles", "publication", …}

``docs/templates.md`` lists the names for those who write templates of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.utils import translation
from django.utils.formats import date_format
from markupsafe import Markup

from syndicate.lib.colour import contrast, readable
from syndicate.lib.config import Publication, site
from syndicate.lib.html import excerpt, sanitise
from syndicate.mail.body import COLUMN, Body, shape
from syndicate.mail.models import Edition, Newsletter
from syndicate.mail.placeholders import MARK, PLACEHOLDERS
from syndicate.mail.share import Link, share
from syndicate.sources.models import Article

# What the design lays links on, light and dark, where it is hardest to read: the accent is fitted
# to both.
PAPER, NIGHT = "#f7f5ef", "#232930"

_SUMMARY_LIMIT = 300
_RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}


@dataclass(frozen=True)
class Picture:
    """An article's lead picture; *width* in pixels, for clients that obey nothing else."""

    url: str
    alt: str
    caption: str
    width: int = COLUMN


@dataclass(frozen=True)
class Piece:
    """An article as a template sees it; *body* is "" where there is none or no room."""

    title: str
    url: str
    author: str
    day: str
    source: str
    summary: str
    body: Markup
    text: str
    cut: bool
    picture: Picture | None
    pictured: bool  # the body shows it already
    tags: tuple[str, ...]
    comments_url: str
    share: tuple[Link, ...]


def contents(
    edition: Edition, articles: Sequence[Article], limit: int, test: bool
) -> dict[str, object]:
    """Everything a template may use; each body at most *limit* characters, 0 for none."""
    newsletter = edition.newsletter
    made = edition.send_at or edition.composed_at
    return shared() | {
        "newsletter": newsletter.name,
        "list": newsletter.list.name,
        "edition": {
            "subject": clean(edition.subject),
            "preheader": clean(edition.preheader),
            "intro": [part.strip() for part in clean(edition.intro).split("\n\n") if part.strip()],
            "day": day(made.astimezone(newsletter.zone)),
        },
        "articles": [piece(article, newsletter, limit) for article in articles],
        "contact_url": _contact(newsletter, edition.subject),
        "reader": PLACEHOLDERS,
        "test": test,
    }


def shared() -> dict[str, object]:
    """What every mail shows, editions and confirmations alike."""
    publication = site().publication
    language = publication.language
    return {
        "publication": {
            "name": publication.name,
            "url": publication.url,
            "tagline": publication.tagline,
            "logo": publication.logo,
            "postal_address": publication.postal_address,
            "follow": [Link(label, url) for label, url in publication.follow.items()],
        },
        "language": language,
        "direction": "rtl" if language.split("-")[0] in _RIGHT_TO_LEFT else "ltr",
        "colour": colours(publication),
    }


def piece(article: Article, newsletter: Newsletter, limit: int) -> Piece:
    """One article for the templates of *newsletter*."""
    # Sources store it sanitised; once more, since what is mailed cannot be called back.
    safe = sanitise(article.body, article.url) if limit else ""
    body = shape(safe, limit) if safe else Body("", "", False)
    title, url = clean(article.title), clean(article.url)
    return Piece(
        title=title,
        url=url,
        author=clean(article.author),
        day=day(article.dated.astimezone(newsletter.zone)),
        source=article.source.name,
        summary=excerpt(clean(article.summary), _SUMMARY_LIMIT),
        body=Markup(clean(body.html)),  # noqa: S704 - sanitised above
        text=clean(body.text),
        cut=body.cut,
        picture=_picture(article),
        pictured=body.shows(article.image_url),
        tags=tuple(clean(tag) for tag in article.tags),
        comments_url=clean(article.comments_url),
        share=share(title, url),
    )


def colours(publication: Publication) -> dict[str, str]:
    """The accent as chosen, as a button and what is written on it, as text by day and night."""
    accent = publication.accent
    on = "#ffffff" if contrast("#ffffff", accent) >= contrast("#111111", accent) else "#111111"
    return {
        "accent": accent,
        "button": readable(accent, on),
        "on_button": on,
        "link": readable(accent, PAPER),
        "link_dark": readable(accent, NIGHT),
    }


def day(moment: datetime) -> str:
    """A local moment's date, as the publication's language writes it."""
    with translation.override(site().publication.language):
        return date_format(moment, "j F Y")


def clean(text: str) -> str:
    """*text* without placeholders that an article brought along: see mail.placeholders."""
    return text.replace(MARK, "…")


def _picture(article: Article) -> Picture | None:
    if not article.image_url:
        return None
    return Picture(clean(article.image_url), clean(article.image_alt), clean(article.image_caption))


def _contact(newsletter: Newsletter, subject: str) -> str:
    """Where "Get in touch" leads: the address that replies go to."""
    config = site()
    address = newsletter.reply_to or config.publication.contact
    address = address or newsletter.from_address or config.mail.from_address
    return f"mailto:{address}?subject={quote(f'Re: {subject}', safe='')}" if address else ""
