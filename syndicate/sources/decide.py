"""What one look at a source means. Pure: what is known and what was seen in, a decision out.

::

    entry ─→ known by guid, by link, by content? ─→ changed, or nothing
         └─→ first look? too old? post-dated? no link? too many? ─→ new, held or seen
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.sources.identity import Marks, marks
from syndicate.sources.models import Article
from syndicate.sources.readers.base import Entry

State = Article.State

# A post-dated article waits for its date; one dated later than this is a slip, or an event.
FAR = timedelta(days=30)
# An advertisement inside the body changes it at every look: after so many, only titles count.
MAX_REVISIONS = 24


@dataclass(frozen=True)
class Known:
    """What we remember of an Article."""

    pk: int
    identity: str
    guid: str = ""
    url_key: str = ""
    content: str = ""
    title: str = ""
    revision: int = 1
    published_at: datetime | None = None


@dataclass(frozen=True)
class Policy:
    """The rules of this look, and its moment."""

    now: datetime
    began: datetime | None = None  # the first look that succeeded; None: this may be it
    take_newest: int = 0  # of a first look, let so many go on
    max_new: int = 20
    max_age: timedelta = timedelta(days=14)


@dataclass(frozen=True)
class Find:
    """An entry not known before, and what is to become of it; *reason* is for the editor."""

    entry: Entry
    marks: Marks
    state: State
    available_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Change:
    """A known article that reads differently now."""

    pk: int
    entry: Entry
    marks: Marks


@dataclass(frozen=True)
class Decision:
    """All that one look means; in the order in which the articles appeared, oldest first."""

    finds: tuple[Find, ...] = ()
    changed: tuple[Change, ...] = ()

    @property
    def new(self) -> list[Find]:
        """Those that go on by themselves."""
        return [find for find in self.finds if find.state == State.NEW]

    @property
    def held(self) -> list[Find]:
        """Those an editor is asked about."""
        return [find for find in self.finds if find.state == State.HELD]

    @property
    def seen(self) -> list[Find]:
        """Those only remembered."""
        return [find for find in self.finds if find.state == State.SEEN]


def decide(known: Iterable[Known], entries: Sequence[Entry], policy: Policy) -> Decision:
    """Sort *entries* (as the source gives them, newest first) by what is to be done with them."""
    memory = _Memory(known)
    finds: list[Find] = []
    changed: dict[int, Change] = {}
    for entry, seen in _marked(entries):
        match = memory.recall(seen)
        if match is None:
            finds.append(_judge(entry, seen, memory.oldest, policy))
            memory.learn(seen)
        elif match.pk and match.pk not in changed and _differs(match, entry, seen):
            changed[match.pk] = Change(match.pk, entry, seen)
    finds.reverse()
    chosen = _newest(finds, policy) if policy.began is None else _brake(finds, policy)
    return Decision(tuple(chosen), tuple(reversed(changed.values())))


def _marked(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Marks]]:
    """Each entry with its marks, but without those that tell nothing apart.

    Some systems give all entries one guid, others one link.
    """
    every = [(entry, marks(entry)) for entry in entries]
    links_of: dict[str, set[str]] = defaultdict(set)
    guids_of: dict[str, set[str]] = defaultdict(set)
    for entry, seen in every:
        links_of[seen.guid].add(seen.url_key or entry.title)
        guids_of[seen.url_key].add(seen.guid or entry.title)
    for entry, seen in every:
        guid = seen.guid if len(links_of[seen.guid]) == 1 else ""
        link = seen.url_key if len(guids_of[seen.url_key]) == 1 else ""
        yield entry, replace(seen, guid=guid, url_key=link)


class _Memory:
    """The known articles by each of their marks."""

    def __init__(self, known: Iterable[Known]) -> None:
        every = list(known)
        self._guids = {each.guid: each for each in every if each.guid}
        self._links = {each.url_key: each for each in every if each.url_key}
        self._contents = {each.content: each for each in every if each.content}
        self._identities = {each.identity: each for each in every}
        self.oldest = min((k.published_at for k in every if k.published_at), default=None)

    def recall(self, seen: Marks) -> Known | None:
        """The article these marks belong to, by the strongest mark that is known."""
        return (
            self._guids.get(seen.guid)
            or self._links.get(seen.url_key)
            or self._identities.get(seen.identity)
            or (self._contents.get(seen.content) if seen.telling else None)
        )

    def learn(self, seen: Marks) -> None:
        """Remember an entry of this same reading, which may hold it twice."""
        self._identities[seen.identity] = Known(0, seen.identity)


def _differs(match: Known, entry: Entry, seen: Marks) -> bool:
    if match.revision >= MAX_REVISIONS:
        return bool(entry.title) and entry.title != match.title
    return seen.content != match.content or bool(seen.url_key and seen.url_key != match.url_key)


def _judge(entry: Entry, seen: Marks, oldest: datetime | None, policy: Policy) -> Find:
    """What becomes of an entry that is not known, looked at by itself."""
    dated, reason = entry.published_at, ""
    if policy.began is None:
        reason = "It was there before we began to watch."
    elif dated and dated < policy.now - policy.max_age:
        reason = f"It was {(policy.now - dated).days} days old when it appeared."
    if reason:
        return Find(entry, seen, State.SEEN, policy.now, reason)
    if dated and policy.began and oldest and dated < min(oldest, policy.began):
        # A source that shows its last ten shows an eleventh again when one is deleted.
        reason = "It is dated before all we know from here: new, or an old one shown again?"
        return Find(entry, seen, State.HELD, policy.now, reason)
    return _let_go(entry, seen, policy.now)


def _let_go(entry: Entry, seen: Marks, now: datetime) -> Find:
    """New, unless it cannot be shared or is dated where no article is."""
    dated, reason = entry.published_at or now, ""
    if not entry.url:
        reason = "The source gives no link to it."
    elif dated > now + FAR:
        reason = f"It is dated {dated:%-d %B %Y}, far in the future."
    if reason:
        return Find(entry, seen, State.HELD, now, reason)
    return Find(entry, seen, State.NEW, max(dated, now))


def _newest(finds: list[Find], policy: Policy) -> Iterator[Find]:
    """At a first look, the newest few that were asked for go on."""
    order = sorted(range(len(finds)), key=lambda n: (finds[n].entry.published_at or policy.now, n))
    taken = set(order[max(len(order) - policy.take_newest, 0) :])
    for n, find in enumerate(finds):
        yield _let_go(find.entry, find.marks, policy.now) if n in taken else find


def _brake(finds: list[Find], policy: Policy) -> Iterator[Find]:
    """More at once than a publication writes is an archive saved anew: an editor decides."""
    new = sum(find.state == State.NEW for find in finds)
    reason = f"{new} articles came at once, more than sources.max_new ({policy.max_new})."
    for find in finds:
        stopped = find.state == State.NEW and new > policy.max_new
        yield replace(find, state=State.HELD, reason=reason) if stopped else find
