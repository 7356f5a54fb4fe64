"""The subject and the preheader an edition begins with; an editor may change both.

A newsletter's own subject is a line of Jinja, with ``articles``, ``newsletter``, ``publication``,
``date`` and ``reader``: ``{{ newsletter }}: {{ articles[0].title }}``. One that uses
``reader.name`` is written twice: with a place for the name, and for those who gave none. The
latter is the edition's name everywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.html import excerpt
from syndicate.mail.contents import clean, day
from syndicate.mail.models import Edition, Newsletter
from syndicate.mail.placeholders import MARK, NAME
from syndicate.mail.sandbox import fill_line
from syndicate.sources.models import Article

# Most clients show 40 to 70 characters of a subject; a longer title is cut at a word.
SUBJECT_LIMIT = 150
PREHEADER_LIMIT = 110
LIMIT = 300  # of what an editor writes


@dataclass(frozen=True)
class Headline:
    """Subject and preheader; *error* and *hint* say why the newsletter's own subject failed.

    *personal*: the subject with a place for the reader's name; empty where none stands in it.
    """

    subject: str
    preheader: str
    personal: str = ""
    error: str = ""
    hint: str = ""

    @property
    def words(self) -> dict[str, str]:
        """It as an edition's fields."""
        return {
            "subject": self.subject,
            "personal_subject": self.personal,
            "preheader": self.preheader,
        }


def write(newsletter: Newsletter, articles: Sequence[Article], now: datetime) -> Headline:
    """The headline of an edition of *articles* (at least one), first things first."""
    titles = [article.title or newsletter.name for article in articles]
    preheader = excerpt(_preheader(titles, articles[0].summary), PREHEADER_LIMIT)
    if not newsletter.subject:
        return Headline(_subject(titles), preheader)
    try:
        own, personal = _own(newsletter, articles, now)
    except BadInput as slip:
        return Headline(_subject(titles), preheader, error=slip.message, hint=slip.hint)
    return Headline(own or _subject(titles), preheader, personal)


def of(edition: Edition) -> Headline | None:
    """The headline that *edition* would begin with by what stands in the rows now."""
    articles = [entry.article for entry in edition.chosen()]
    return write(edition.newsletter, articles, edition.composed_at) if articles else None


def _own(newsletter: Newsletter, articles: Sequence[Article], now: datetime) -> tuple[str, str]:
    """The newsletter's own subject without and with a name; raises BadInput for a slip in it."""
    values = _values(newsletter, articles, now)
    own, named = (
        fill_line(newsletter.subject, values | {"reader": {"name": name}}) for name in ("", NAME)
    )
    if MARK in named.replace(NAME, "").lower():
        raise BadInput(
            f"The subject “{newsletter.subject}” changes the reader's name.",
            "Write {{ reader.name }} without a filter: what is put there comes later.",
        )
    return own[:LIMIT], named if NAME in named and len(named) <= LIMIT else ""


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
    # None of the names in it comes from an article: see mail.placeholders.
    shown = [
        {"title": clean(a.title), "author": clean(a.author), "tags": [clean(tag) for tag in a.tags]}
        for a in articles
    ]
    return {
        "articles": shown,
        "newsletter": newsletter.name,
        "publication": site().publication.name,
        "date": day(now.astimezone(newsletter.zone)),
    }
