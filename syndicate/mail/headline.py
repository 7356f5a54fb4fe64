"""The subject and the preheader an edition begins with; an editor may change both.

A newsletter's own subject is a line of Jinja, with ``articles``, ``newsletter``, ``publication``
and ``date``: ``{{ newsletter }}: {{ articles[0].title }}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.html import excerpt
from syndicate.mail.contents import day
from syndicate.mail.models import Edition, Newsletter
from syndicate.mail.sandbox import fill_line
from syndicate.sources.models import Article

# Most clients show 40 to 70 characters of a subject; a longer title is cut at a word.
SUBJECT_LIMIT = 150
PREHEADER_LIMIT = 110


@dataclass(frozen=True)
class Headline:
    """Subject and preheader; *error* and *hint* say why the newsletter's own subject failed."""

    subject: str
    preheader: str
    error: str = ""
    hint: str = ""


def write(newsletter: Newsletter, articles: Sequence[Article], now: datetime) -> Headline:
    """The headline of an edition of *articles* (at least one), first things first."""
    titles = [article.title or newsletter.name for article in articles]
    preheader = excerpt(_preheader(titles, articles[0].summary), PREHEADER_LIMIT)
    if not newsletter.subject:
        return Headline(_subject(titles), preheader)
    try:
        own = fill_line(newsletter.subject, _values(newsletter, articles, now))
    except BadInput as slip:
        return Headline(_subject(titles), preheader, slip.message, slip.hint)
    return Headline(own[:300] or _subject(titles), preheader)


def of(edition: Edition) -> Headline | None:
    """The headline that *edition* would begin with by what stands in the rows now."""
    articles = [entry.article for entry in edition.chosen()]
    return write(edition.newsletter, articles, edition.composed_at) if articles else None


def _subject(titles: Sequence[str]) -> str:
    """``A new pier``, or ``A new pier, and 2 more``."""
    more = f", and {len(titles) - 1} more" if len(titles) > 1 else ""
    return excerpt(titles[0], SUBJECT_LIMIT - len(more)) + more


def _preheader(titles: Sequence[str], summary: str) -> str:
    """What stands beside the subject in an inbox: it goes on where the subject ends."""
    return " · ".join(titles[1:]) or summary


def _values(
    newsletter: Newsletter, articles: Sequence[Article], now: datetime
) -> dict[str, object]:
    shown = [{"title": a.title, "author": a.author, "tags": a.tags} for a in articles]
    return {
        "articles": shown,
        "newsletter": newsletter.name,
        "publication": site().publication.name,
        "date": day(now.astimezone(newsletter.zone)),
    }
