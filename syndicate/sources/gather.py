"""What the pages of articles add to a look: confirm mere addresses, and fill gaps.

::

    addresses (a sitemap's, a listing's) ─→ confirm ─→ articles, and what is none
    what goes on, with gaps ─→ complete ─→ the same, filled

All pages of one look together have a time; what is not read by then comes again at the next look.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from syndicate.lib import clock, robots, stop
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Refused, may_hear
from syndicate.sources import pages
from syndicate.sources.decide import Change, Decision, Find, State
from syndicate.sources.extract import Extract
from syndicate.sources.identity import url_key
from syndicate.sources.models import Source
from syndicate.sources.readers.base import Entry
from syndicate.sources.shape import filled, has_gaps

log = logging.getLogger(__name__)

# Seconds for all pages of one look; they are read one after another.
PAGES_FOR = 120
Step = TypeVar("Step", Find, Change)
NO_ARTICLE = "There is no article at its address."


class Pages:
    """The pages read at one look, each once. *headers* are shown to the source's own host only."""

    def __init__(self, source: Source, now: datetime) -> None:
        self._at = source.url
        self._headers = source.headers
        self.now = now
        self._end = clock.monotonic() + PAGES_FOR
        self._read: dict[str, Extract] = {}

    @property
    def over(self) -> bool:
        """Whether it is time to go on with what there is."""
        return clock.monotonic() > self._end or stop.requested()

    def read(self, url: str) -> Extract:
        """As ``pages.read``."""
        if url not in self._read:
            headers = self._headers if may_hear(url, self._at) else None
            self._read[url] = pages.read(url, self.now, headers)
        return self._read[url]


@dataclass(frozen=True)
class Confirmed:
    """What became of the addresses of a reading."""

    entries: tuple[Entry, ...]  # to be decided on, in their order
    read: frozenset[str] = frozenset()  # the keys of those of them whose page was read
    none: tuple[tuple[Entry, str], ...] = ()  # what is no article, and why
    left: int = 0  # not read: they come again
    barred: int = 0  # that robots.txt does not let us read


def confirm(
    entries: Sequence[Entry], known: Collection[str], given: Pages, most: int | None = None
) -> Confirmed:
    """Read the pages of the addresses whose key is not among *known*, newest first.

    With *most*, it is a first look: so many articles are wanted, all else stays a mere address.
    """
    asked = _unknown(entries, known)
    verdicts: dict[str, Entry | str] = {}
    barred = 0
    for key, entry in asked.items():
        if _enough(verdicts, most) or given.over:
            break
        if not robots.allowed(entry.url, given.now):
            barred += 1
            continue
        verdicts[key] = _verdict(entry, given)
    waiting = set() if most is not None else {key for key in asked if not verdicts.get(key)}
    return Confirmed(
        tuple(_settled(entries, verdicts, waiting)),
        read=frozenset(key for key, verdict in verdicts.items() if isinstance(verdict, Entry)),
        none=tuple((asked[key], v) for key, v in verdicts.items() if v and isinstance(v, str)),
        left=max(len(waiting) - barred, 0),
        barred=barred,
    )


def _enough(verdicts: dict[str, Entry | str], most: int | None) -> bool:
    articles = sum(isinstance(verdict, Entry) for verdict in verdicts.values())
    return len(verdicts) >= max(site().sources.max_new, 1) or (
        most is not None and articles >= most
    )


def complete(decision: Decision, given: Pages) -> Decision:
    """*decision* with the gaps of its entries filled from their pages, as far as there is time."""
    going = [find.entry for find in decision.finds if find.state != State.SEEN]
    going += [change.entry for change in decision.changed]
    wanted = [entry for entry in going if entry.url and has_gaps(entry)]
    read: dict[Entry, Entry] = {}
    for entry in wanted[: site().sources.max_new]:
        if given.over:
            break
        read[entry] = _filled(entry, given)
    return replace(
        decision,
        finds=tuple(_with(find, read) for find in decision.finds),
        changed=tuple(_with(change, read) for change in decision.changed),
    )


def from_page(entry: Entry, page: Extract) -> Entry:
    """The article at an address of which only that was known."""
    return replace(filled(replace(entry, title=page.title or entry.title), page), unsure=False)


def _unknown(entries: Iterable[Entry], known: Collection[str]) -> dict[str, Entry]:
    """Key → address to be read, newest first where they have a date."""
    asked: dict[str, Entry] = {}
    for entry in entries:
        key = url_key(entry.url)
        if entry.unsure and key and key not in known:
            asked.setdefault(key, entry)
    return dict(sorted(asked.items(), key=lambda pair: _age(pair[1])))


def _age(entry: Entry) -> float:
    at = entry.published_at or entry.updated_at
    return -at.timestamp() if at else 0


def _verdict(entry: Entry, given: Pages) -> Entry | str:
    """The article at an address; why there is none; "" if that cannot be said now."""
    try:
        page = given.read(entry.url)
    except Refused as error:
        return NO_ARTICLE if error.status in {404, 410} else ""
    except pages.Unreadable as error:
        return error.message
    except BadInput as error:
        log.info("%s cannot be read now: %s", entry.url, error)
        return ""
    return from_page(entry, page) if page.is_article else NO_ARTICLE


def _settled(
    entries: Iterable[Entry], verdicts: dict[str, Entry | str], waiting: Collection[str]
) -> Iterator[Entry]:
    """*entries*, articles in place of their addresses, without what is none or waits."""
    for entry in entries:
        key = url_key(entry.url)
        verdict = verdicts.get(key) or entry
        if not entry.unsure:
            yield entry
        elif key and key not in waiting and isinstance(verdict, Entry):
            yield verdict


def _filled(entry: Entry, given: Pages) -> Entry:
    try:
        return filled(entry, given.read(entry.url))
    except BadInput as error:
        log.info("only what the source says of “%s”: %s", entry.title, error)
        return entry


def _with(step: Step, read: dict[Entry, Entry]) -> Step:
    """*step* with its entry as its page fills it, and the address that page calls its own."""
    entry = read.get(step.entry)
    if entry is None:
        return step
    canonical = url_key(entry.canonical)
    mark = canonical if canonical != step.marks.url_key else ""
    return replace(step, entry=entry, marks=replace(step.marks, canonical=mark))
