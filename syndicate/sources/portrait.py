"""How a source is watched, in words: for its page on the desk and for `source show`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.timezone import localtime

from syndicate.lib.config import site
from syndicate.sources.after import wait
from syndicate.sources.hand import HAND
from syndicate.sources.look import policy
from syndicate.sources.models import Article, Source
from syndicate.sources.readers import READERS
from syndicate.sources.readers.api import without_key

_MOMENT = timedelta(seconds=45)
_FILTERS = {
    "tags": "only with the tag {}",
    "not_tags": "not with the tag {}",
    "authors": "only by {}",
    "not_authors": "not by {}",
    "words": "only with the word {}",
    "not_words": "not with the word {}",
}


class Fact(NamedTuple):
    """One line: *name* is its heading."""

    name: str
    text: str


def portrait(source: Source, now: datetime) -> list[Fact]:
    """All that is to be known of how *source* is watched; never what its credentials are."""
    if source.kind == HAND:
        return [Fact("Kind", "articles that were added by their address")]
    return [*_place(source), *_rhythm(source, now), *_taken(source, now), *_apart(source)]


def _place(source: Source) -> Iterator[Fact]:
    yield Fact("Kind", label(source.kind))
    yield Fact("Address", without_key(source.url))
    if source.site_url and source.site_url != source.url:
        yield Fact("Site", source.site_url)
    if source.moved_to and source.moved_to != source.url:
        yield Fact("Moved to", source.moved_to)
    if source.sealed:
        yield Fact("Let in by", ways_in(source))


def _rhythm(source: Source, now: datetime) -> Iterator[Fact]:
    usual = span(source.interval or source.rhythm or wait(source, now))
    if source.interval:
        yield Fact("Looked at", f"every {usual}, as set here")
    elif source.hours and site().sources.adapt:
        yield Fact("Looked at", f"about every {usual}, as often as it publishes")
    else:
        yield Fact("Looked at", f"about every {usual}")
    if source.at_least:
        heeded = "; here it is set otherwise" if source.interval else ""
        yield Fact("It asks for", f"{span(source.at_least)} between two looks{heeded}")


def _taken(source: Source, now: datetime) -> Iterator[Fact]:
    rules = policy(source, now)
    if rules.since:
        yield Fact("Since", f"{rules.since:%-d %B %Y}; what is dated earlier is only noted")
    yield Fact("Too old", f"dated more than {span(rules.max_age)} before it is found; only noted")
    yield Fact("Too many", f"more than {rules.max_new} new at once; held for an editor")
    if rules.settle:
        yield Fact("Settling", f"taken once it has not changed for {span(rules.settle)}")
    if source.filters:
        yield Fact("Filters", "; ".join(_filters(source)))


def _filters(source: Source) -> Iterator[str]:
    for kind, words in _FILTERS.items():
        if source.filters.get(kind):
            yield words.format(" or ".join(f"“{word}”" for word in source.filters[kind]))


def _apart(source: Source) -> Iterator[Fact]:
    missing = source.articles.filter(missing_at__isnull=False)
    if count := missing.exclude(state=Article.State.WITHDRAWN).count():
        words = "article is" if count == 1 else "articles are"
        yield Fact("Missing", f"{count} {words} shown no more by the source, and will not go")


def telling(articles: QuerySet[Article]) -> QuerySet[Article]:
    """*articles*, with all that their :func:`remark` needs."""
    return articles.select_related("twin_of__source").prefetch_related("twins__source")


def remark(article: Article, now: datetime) -> str:
    """What an editor should know of it: that it waits, is missing, also stands elsewhere."""
    said = [article.remark] if article.remark else []
    if article.state == Article.State.NEW and article.available_at > now:
        said.append(f"It waits until {localtime(article.available_at):%-d %B, %H:%M}.")
    if article.twin_of is not None:
        said.append(f"Also from {article.twin_of.source}, which had it first; it goes once.")
    elif others := sorted(twin.source.name for twin in article.twins.all()):
        said.append(f"Also from {', '.join(others)}; it goes once.")
    return " ".join(said)


def ago(moment: datetime, now: datetime) -> str:
    """“7 minutes ago”, of a moment that has passed."""
    return f"{span(now - moment)} ago" if now - moment > _MOMENT else "just now"


def ahead(moment: datetime, now: datetime) -> str:
    """“in 7 minutes”, of a moment that is to come."""
    return f"in {span(moment - now)}" if moment - now > _MOMENT else "now"


def label(kind: str) -> str:
    """What a kind of source is called."""
    return READERS[kind][0] if kind in READERS else kind


def ways_in(source: Source) -> str:
    """The names of its credentials: “username, password”."""
    return ", ".join(source.credentials)


def span(length: timedelta) -> str:
    """“20 minutes”, “3 hours”, “2 days”: rounded, as a person says it."""
    minutes = max(round(length / timedelta(minutes=1)), 1)
    if minutes < 90 and minutes != 60:
        return _count(minutes, "minute")
    if minutes < 36 * 60:
        return _count(round(minutes / 60), "hour")
    return _count(round(minutes / 1440), "day")


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
