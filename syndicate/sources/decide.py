"""What one look at a source means. Pure: what is known and what was seen in, a decision out.

::

    entry ─→ known by its marks, or moved? ─→ changed, shown again, or nothing
         └─→ first look? too old? filtered? post-dated? no link? too many? ─→ new, held or seen
    pages read ─→ weigh: what a page added may speak against an entry after all
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syndicate.lib.html import to_text
from syndicate.sources.identity import Marks
from syndicate.sources.memory import Known, Memory, marked
from syndicate.sources.models import Article
from syndicate.sources.moved import Stranger, moved
from syndicate.sources.readers.base import Entry
from syndicate.sources.sift import Filters, sift

State = Article.State

# A post-dated article waits for its date; one dated later than this is a slip, or an event.
FAR = timedelta(days=30)
# An advertisement inside the body changes it at every look: after so many, only titles count.
MAX_REVISIONS = 24
# Why an entry waits that says nothing; it is judged anew when it does.
BLANK = "The source shows it without a title and without a text."


@dataclass(frozen=True)
class Policy:
    """The rules of this look, and its moment."""

    now: datetime
    began: datetime | None = None  # the first look that succeeded; None: this may be it
    reach: datetime | None = None  # how far back that one could see; None: to the beginning
    take_newest: int = 0  # of a first look, let so many go on
    max_new: int = 20
    max_age: timedelta = timedelta(days=14)
    since: datetime | None = None  # what is dated earlier is only noted
    settle: timedelta = timedelta(0)  # what goes on waits so long
    filters: Filters = field(default_factory=dict)
    besides: int = 0  # others that count with the new ones for the brake


@dataclass(frozen=True)
class Find:
    """An entry not known before, and what is to become of it; *reason* is for the editor.

    *pk* is that of its row, if it was kept while it was blank.
    """

    entry: Entry
    marks: Marks
    state: State
    available_at: datetime
    reason: str = ""
    pk: int = 0


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
    shown: frozenset[int] = frozenset()  # known ones that are there
    back: frozenset[int] = frozenset()  # those of them that were missing
    listed: frozenset[int] = frozenset()  # those that a whole look shows for the first time
    dates: tuple[datetime | None, ...] = ()  # of all that is there, in the source's order

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


def strangers(known: Iterable[Known], entries: Sequence[Entry]) -> list[Stranger]:
    """Those of *entries* that share no mark with anything known."""
    memory = Memory(known)
    return [
        (entry, seen) for entry, seen in marked(entries) if memory.recall(entry, seen)[0] is None
    ]


def decide(known: Sequence[Known], entries: Sequence[Entry], policy: Policy) -> Decision:
    """Sort *entries* (as the source gives them, newest first) by what is to be done with them."""
    matched = _match(known, entries)
    last = max((n for n, (_, _, match) in enumerate(matched) if match and match.pk), default=None)
    finds: list[Find] = []
    changed: dict[int, Change] = {}
    for place, (entry, seen, match) in enumerate(matched):
        if match is None or (match.reason == BLANK and not is_blank(entry)):
            below = last is not None and place > last and _is_oldest(matched[last][2], matched)
            find = _judge(entry, seen, policy, below=below)
            finds.append(replace(find, pk=match.pk if match else 0))
        elif match.pk and match.pk not in changed and _differs(match, entry, seen, policy.now):
            changed[match.pk] = Change(match.pk, entry, seen)
    finds.reverse()
    chosen = _newest(finds, policy) if policy.began is None else _brake(finds, policy)
    there = {match.pk: match for _, _, match in matched if match and match.pk}
    return Decision(
        tuple(chosen),
        tuple(reversed(changed.values())),
        shown=frozenset(there),
        back=frozenset(pk for pk, each in there.items() if each.missing_at),
        listed=frozenset(pk for pk, each in there.items() if not each.listed),
        dates=tuple(
            entry.published_at or (match.dated if match else None) for entry, _, match in matched
        ),
    )


def weigh(decision: Decision, policy: Policy) -> Decision:
    """*decision* once more, now that pages have told what the source did not."""
    return replace(decision, finds=tuple(_weighed(find, policy) for find in decision.finds))


def is_blank(entry: Entry) -> bool:
    """Whether it says nothing: Squarespace shows such ones for a while, some with empty boxes."""
    if entry.title.strip() or entry.summary.strip():
        return False
    return "<img" not in entry.body and not to_text(entry.body)


Matched = tuple[Entry, Marks, Known | None]


def _match(known: Sequence[Known], entries: Sequence[Entry]) -> list[Matched]:
    """Each entry with the article it is: by its marks; else one that lost them in a move."""
    memory = Memory(known)
    matched: list[Matched] = []
    for entry, given in marked(entries):
        match, seen = memory.recall(entry, given)
        if match is None:
            memory.learn(entry, seen)
        matched.append((entry, seen, match))
    there = {match.pk for _, _, match in matched if match and match.pk}
    lost = [place for place, (_, _, match) in enumerate(matched) if match is None]
    absent = [each for each in known if each.pk not in there]
    again = moved([matched[place][:2] for place in lost], absent, all_at_once=not there)
    for n, each in again.items():
        entry, seen, _ = matched[lost[n]]
        matched[lost[n]] = (entry, seen, each)
    return matched


def _is_oldest(one: Known | None, matched: Sequence[Matched]) -> bool:
    """Whether *one*, as undated as what is below it, is the known one that we learnt of first."""
    if one is None or one.published_at:
        return False
    return one.pk == min(match.pk for _, _, match in matched if match and match.pk)


def _differs(match: Known, entry: Entry, seen: Marks, now: datetime) -> bool:
    if entry.unsure:
        return False  # an address alone says nothing of the article
    was, dated = match.published_at, entry.published_at
    if was and dated and now < was and dated < was:
        return True  # it waits for a date that it has no more
    if match.revision >= MAX_REVISIONS:
        return bool(entry.title) and entry.title != match.title
    return seen.content != match.content or bool(seen.url_key and seen.url_key != match.url_key)


def _judge(entry: Entry, seen: Marks, policy: Policy, *, below: bool) -> Find:
    """What becomes of an entry that is not known, looked at by itself.

    *below*: it stands under all that we know, where a source shows what is older.
    """
    dated, now, began = entry.published_at, policy.now, policy.began
    if began is None:
        return Find(entry, seen, State.SEEN, now, "It was there before we began to watch.")
    if policy.since and (dated or now) < policy.since:
        reason = f"It is dated before {policy.since:%-d %B %Y}, from when on this source counts."
        return Find(entry, seen, State.SEEN, now, reason)
    if dated and dated < now - policy.max_age:
        reason = f"It was {(now - dated).days} days old when it appeared."
        return Find(entry, seen, State.SEEN, now, reason)
    if reason := sift(entry, policy.filters, whole=False):
        return Find(entry, seen, State.SEEN, now, reason)
    # All that the first look saw may have been yet to come.
    reach = min(policy.reach, began) if policy.reach else None
    if reach and ((dated and dated < reach) or (below and not dated)):
        # A source that shows its last ten shows an eleventh again when one is deleted.
        reason = "It is older than all we know from here: new, or an old one shown again?"
        return Find(entry, seen, State.HELD, now, reason)
    return _let_go(entry, seen, policy)


def _let_go(entry: Entry, seen: Marks, policy: Policy) -> Find:
    """New, unless it cannot be shared or is dated where no article is."""
    now = policy.now
    dated, reason = entry.published_at or now, ""
    if not entry.url:
        reason = "The source gives no link to it."
    elif dated > now + FAR:
        reason = f"It is dated {dated:%-d %B %Y}, far in the future."
    if reason:
        return Find(entry, seen, State.HELD, now, reason)
    return Find(entry, seen, State.NEW, max(dated, now + policy.settle))


def _newest(finds: list[Find], policy: Policy) -> Iterator[Find]:
    """At a first look, the newest few that were asked for go on."""
    fit = [
        n for n, find in enumerate(finds)
        if not find.entry.unsure and not sift(find.entry, policy.filters, whole=False)
    ]  # fmt: skip
    order = sorted(fit, key=lambda n: (finds[n].entry.published_at or policy.now, n))
    taken = set(order[max(len(order) - policy.take_newest, 0) :])
    for n, find in enumerate(finds):
        yield _let_go(find.entry, find.marks, policy) if n in taken else find


def _brake(finds: list[Find], policy: Policy) -> Iterator[Find]:
    """More at once than a publication writes is an archive saved anew: an editor decides."""
    new = sum(find.state == State.NEW for find in finds) + policy.besides
    reason = f"{new} articles came at once, more than sources.max_new ({policy.max_new})."
    for find in finds:
        stopped = find.state == State.NEW and new > policy.max_new
        yield replace(find, state=State.HELD, reason=reason) if stopped else find


def _weighed(find: Find, policy: Policy) -> Find:
    if find.state == State.SEEN:
        return find
    if is_blank(find.entry):
        return replace(find, state=State.HELD, reason=BLANK)
    if find.state == State.NEW and policy.began is not None:
        find = replace(_judge(find.entry, find.marks, policy, below=False), pk=find.pk)
    reason = sift(find.entry, policy.filters)
    return replace(find, state=State.SEEN, reason=reason) if reason else find
