"""What is remembered of the articles that a reading may hold; never all of a source's.

One question for each few hundred entries, answered by indexes: fifty thousand articles cost as much
as fifty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet

from syndicate.sources.decide import strangers
from syndicate.sources.identity import Marks, marks
from syndicate.sources.memory import Known
from syndicate.sources.models import Article, Source
from syndicate.sources.moved import Stranger
from syndicate.sources.readers.base import Entry

_COLUMNS = (
    "pk", "identity", "guid", "url_key", "canonical_key", "content_hash", "title", "revision",
    "published_at", "first_seen", "state_reason", "listed", "missing_at",
)  # fmt: skip
# Entries in one question; each has six marks at most, and SQLite takes 32,766 values.
_AT_ONCE = 500
# Articles that may have moved are among so many of the latest: a source shows no others.
_MOVED = 500


def known(source: Source, entries: Sequence[Entry]) -> list[Known]:
    """The articles of *source* that *entries* may be, by any mark, or by title, date and text."""
    if source.pk is None or not source.articles.exists():
        return []
    found = list(_by_marks(source, entries))
    missing = strangers(found, entries)
    if missing:
        found += _alike(source, missing, all_of_them=len(missing) == len(entries))
    return list({each.pk: each for each in found}.values())


def marked_like(source: Source, seen: Sequence[Marks]) -> QuerySet[Article]:
    """Articles with one of these marks, of this source or, but for guids, of any.

    Each condition has an index of its own; the source stands in none of the others, since SQLite
    would then walk through all its articles.
    """
    links = {each.url_key for each in seen} - {""}
    canonicals = {each.canonical for each in seen} - {""}
    guids = {each.guid for each in seen} - {""}
    identities = {each.identity for each in seen}
    contents = {each.content for each in seen if each.telling}
    return Article.objects.order_by().filter(
        Q(url_key__in=links | canonicals)
        | Q(canonical_key__in=links | canonicals)
        | Q(content_hash__in=contents)
        | Q(source=source, guid__in=guids)
        | Q(source=source, identity__in=identities)
    )


def _by_marks(source: Source, entries: Sequence[Entry]) -> Iterator[Known]:
    for some in chunks([marks(entry) for entry in entries]):
        rows = marked_like(source, some).values_list("source_id", *_COLUMNS)
        yield from (Known(*row[1:]) for row in rows if row[0] == source.pk)


def _alike(source: Source, missing: Sequence[Stranger], *, all_of_them: bool) -> Iterator[Known]:
    """Of the latest, those with the title or the moment of a stranger, with their texts.

    All of the latest, if nothing of the reading is known: then the path alone may tell.
    """
    titles = {entry.title.casefold() for entry, _ in missing if entry.title}
    times = {entry.published_at for entry, _ in missing if entry.published_at}
    latest = source.articles.order_by("-first_seen").values_list(*_COLUMNS)[:_MOVED]
    near = [Known(*row) for row in latest]
    same = {e.pk for e in near if e.title.casefold() in titles or e.published_at in times}
    texts = dict(Article.objects.filter(pk__in=same).values_list("pk", "body")) if same else {}
    for each in near:
        if all_of_them or each.pk in same:
            yield replace(each, text=texts.get(each.pk, ""))


def chunks(every: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """*every* in parts that one question may hold."""
    for begin in range(0, len(every), _AT_ONCE):
        yield every[begin : begin + _AT_ONCE]
