"""By what an entry is known again among the articles of its source. Pure.

::

    entries ─→ marked: their marks, without those that tell nothing apart
            ─→ Memory.recall: guid, link, what its page calls itself, text ─→ Known, or None
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.sources.identity import Marks, marks
from syndicate.sources.readers.base import Entry

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """What we remember of an Article; *pk* 0 is one found at this same look."""

    pk: int
    identity: str
    guid: str = ""
    url_key: str = ""
    canonical: str = ""
    content: str = ""
    title: str = ""
    revision: int = 1
    published_at: datetime | None = None
    first_seen: datetime | None = None
    reason: str = ""  # its state_reason
    listed: bool = True
    missing_at: datetime | None = None
    text: str = ""  # HTML; only of those that may be an entry under other marks

    @property
    def dated(self) -> datetime | None:
        """As ``Article.dated``."""
        return self.published_at or self.first_seen


def marked(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Marks]]:
    """Each entry with its marks, but without those that tell nothing apart.

    Some systems give all entries one guid, others one link or one canonical address.
    """
    every = [(entry, marks(entry)) for entry in entries]
    of_guid: dict[str, set[str]] = defaultdict(set)
    of_link: dict[str, set[str]] = defaultdict(set)
    of_canonical: dict[str, set[str]] = defaultdict(set)
    for entry, seen in every:
        of_guid[seen.guid].add(seen.url_key or entry.title)
        of_link[seen.url_key].add(entry.title or seen.guid)
        of_canonical[seen.canonical].add(entry.title or seen.guid)
    for entry, seen in every:
        yield (
            entry,
            replace(
                seen,
                guid=seen.guid if len(of_guid[seen.guid]) == 1 else "",
                url_key=seen.url_key if len(of_link[seen.url_key]) == 1 else "",
                canonical=seen.canonical if len(of_canonical[seen.canonical]) == 1 else "",
            ),
        )


class Memory:
    """The known articles by each of their marks."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._guids: dict[str, Known] = {}
        self._links: dict[str, Known] = {}
        self._canonicals: dict[str, Known] = {}
        self._contents: dict[str, Known] = {}
        self._identities: dict[str, Known] = {}
        for each in known:
            self._learn(each)

    def recall(self, entry: Entry, seen: Marks) -> tuple[Known | None, Marks]:
        """The article that *entry* is, and by which marks it is to go on."""
        match = self._by_marks(entry, seen)
        if (
            match is not None
            and seen.guid
            and match.guid == seen.guid
            and _other(match, entry, seen)
        ):
            # One guid for all, but one entry at a time: it cannot be seen in a single reading.
            seen = replace(seen, guid="")
            match = self._by_marks(entry, seen)
        return match, seen

    def learn(self, entry: Entry, seen: Marks) -> None:
        """Remember an entry of this same reading, which may hold it twice."""
        content = seen.content if seen.telling else ""
        marks = (seen.identity, seen.guid, seen.url_key, seen.canonical, content)
        self._learn(Known(0, *marks, entry.title, published_at=entry.published_at))

    def _learn(self, each: Known) -> None:
        for mark, place in (
            (each.guid, self._guids),
            (each.url_key, self._links),
            (each.canonical, self._canonicals),
            (each.content, self._contents),
            (each.identity, self._identities),
        ):
            if mark:
                place.setdefault(mark, each)

    def _by_marks(self, entry: Entry, seen: Marks) -> Known | None:
        """By the strongest mark that is known."""
        return (
            self._guids.get(seen.guid)
            or self._links.get(seen.url_key)
            or self._identities.get(seen.identity)
            or self._links.get(seen.canonical)
            or self._canonicals.get(seen.url_key)
            or self._by_text(entry, seen)
        )

    def _by_text(self, entry: Entry, seen: Marks) -> Known | None:
        """The one that says the very same; but some say it every week, as of another day."""
        match = self._contents.get(seen.content) if seen.telling else None
        dates = (entry.published_at, match.published_at if match else None)
        return None if dates[0] and dates[1] and abs(dates[0] - dates[1]) > DAY else match


def _other(match: Known, entry: Entry, seen: Marks) -> bool:
    """Whether all but the guid says that this is another article."""
    return bool(
        seen.url_key
        and match.url_key
        and seen.url_key != match.url_key
        and entry.title != match.title
        and seen.content != match.content
        and (entry.published_at is None or entry.published_at != match.published_at)
    )
