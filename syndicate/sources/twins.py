"""One story in two sources is one: the later row points at the first.

Decided where articles are stored, one after another: two looks that end at the same moment cannot
both be first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from syndicate.lib.database import one_at_a_time
from syndicate.sources.identity import Marks
from syndicate.sources.known import chunks, marked_like
from syndicate.sources.models import Article, Source

_COLUMNS = (
    "pk", "source", "twin_of", "identity", "guid", "url_key", "canonical_key", "content_hash",
    "title",
)  # fmt: skip


def twins(source: Source, found: Sequence[tuple[Article, Marks]]) -> list[Article]:
    """*found* without those stored meanwhile, each pointing at the first row of its story.

    Within a transaction; nobody else passes here until it ends.
    """
    if not found:
        return []
    one_at_a_time("articles")
    near = _by_mark(source, [seen for _, seen in found])
    fresh: dict[str, Article] = {}
    for article, seen in found:
        alike = {each.pk: each for mark in _marks(seen) for each in near[mark]}.values()
        if not any(each.source_id == source.pk and _same_row(each, seen) for each in alike):
            others = [each for each in alike if each.source_id != source.pk]
            article.twin_of_id = first_of_story(article.title, seen, others)
            fresh.setdefault(article.identity, article)
    return list(fresh.values())


def _by_mark(source: Source, every: Sequence[Marks]) -> dict[str, list[Article]]:
    """Mark → the articles that have it, of those that may matter here."""
    near: dict[str, list[Article]] = defaultdict(list)
    for some in chunks(every):
        for each in marked_like(source, some).only(*_COLUMNS):
            own = (each.identity, each.guid) if each.source_id == source.pk else ()
            for mark in {each.url_key, each.canonical_key, each.content_hash, *own} - {""}:
                near[mark].append(each)
    return near


def _marks(seen: Marks) -> set[str]:
    return {seen.identity, seen.guid, seen.url_key, seen.canonical, seen.content} - {""}


def first_of_story(title: str, seen: Marks, others: Iterable[Article]) -> int | None:
    """The key of the row that told this story first, elsewhere; None where nobody did. Pure."""
    return min((each.story for each in others if _same_story(each, title, seen)), default=None)


def _same_story(each: Article, title: str, seen: Marks) -> bool:
    links = {seen.url_key, seen.canonical} - {""}
    if each.url_key in links or (each.canonical_key and each.canonical_key == seen.url_key):
        return True
    if each.canonical_key and each.canonical_key == seen.canonical and each.title == title:
        return True  # a site that names one address on all its pages is not one story
    return seen.telling and each.content_hash == seen.content


def _same_row(each: Article, seen: Marks) -> bool:
    """Whether another look stored this very article since we decided."""
    return (
        each.identity == seen.identity
        or bool(seen.guid and each.guid == seen.guid)
        or bool(seen.url_key and each.url_key == seen.url_key)
    )
