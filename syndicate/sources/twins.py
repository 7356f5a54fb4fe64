"""One story in two sources is one: the later row points at the first.

Decided where articles are stored, one after another: two looks that end at the same moment cannot
both be first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syndicate.lib.database import one_at_a_time
from syndicate.sources.identity import Marks
from syndicate.sources.known import marked_like
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
    near = list(marked_like(source, [seen for _, seen in found]).only(*_COLUMNS))
    own = [each for each in near if each.source_id == source.pk]
    others = [each for each in near if each.source_id != source.pk]
    fresh: dict[str, Article] = {}
    for article, seen in found:
        if not any(_same_row(each, seen) for each in own):
            article.twin_of_id = first_of_story(article.title, seen, others)
            fresh.setdefault(article.identity, article)
    return list(fresh.values())


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
