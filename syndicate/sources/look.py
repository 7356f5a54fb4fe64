"""One look at a source, up to the moment at which it is stored.

::

    ask ─→ read (conditional, and in full now and then) ─→ confirm addresses ─→ decide (pure)
        ─→ fill gaps from pages ─→ weigh (pure) ─→ Look
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.sources.decide import Decision, Find, Policy, State, decide, weigh
from syndicate.sources.gather import Confirmed, Pages, complete, confirm
from syndicate.sources.identity import marks, url_key
from syndicate.sources.known import known
from syndicate.sources.memory import Known
from syndicate.sources.models import Source
from syndicate.sources.readers import reader
from syndicate.sources.readers.base import Ask, Conditions, Entry, Reading

# Every so many looks all is asked for, whatever the hour: a server's 304 may be untrue.
FULL_EVERY = 24
OTHER_ADDRESS = "It is another address of an article that is known."


@dataclass(frozen=True)
class Look:
    """What was seen and what it means. *partial*: somebody told us, we did not see the whole."""

    source: Source
    reading: Reading
    decision: Decision
    policy: Policy
    last: Conditions = field(default_factory=Conditions)
    left: int = 0  # addresses that could not be read yet
    barred: int = 0  # addresses that robots.txt keeps from us
    partial: bool = False

    @property
    def whole(self) -> bool:
        """Whether what is not there is not there."""
        return not (self.partial or self.reading.not_modified or self.reading.remark)


def look(source: Source, now: datetime, last: Conditions | None = None) -> Look:
    """Look at *source*. Raises BadInput, naming it; then nothing is known that was not before."""
    last = conditions(source, now) if last is None else last
    reading = reader(source.kind).read(ask(source, last, now))
    pages = Pages(source, now)
    seen = _decided(Look(source, reading, Decision(), policy(source, now), last), pages)
    return replace(seen, decision=weigh(complete(seen.decision, pages), seen.policy))


def glance(source: Source, now: datetime) -> Look:
    """As :func:`look`, but no page is read: what there is, at little cost."""
    reading = reader(source.kind).read(ask(source, Conditions(), now))
    return _decided(Look(source, reading, Decision(), policy(source, now)), None)


def listen(reading: Reading, source: Source, now: datetime) -> Look:
    """What somebody told us of *source*, decided as if we had looked; a part of it, though."""
    pages = Pages(source, now)
    rules = policy(source, now)
    # What comes one by one counts as coming at once where a look would have found it at once.
    together = source.interval or timedelta(minutes=site().sources.interval_minutes)
    lately = source.articles.filter(first_seen__gt=now - together).exclude(state=State.SEEN)
    # Whoever tells us of an article before our first look means it to be news.
    rules = replace(rules, began=rules.began or now, besides=lately.count())
    seen = _decided(Look(source, reading, Decision(), rules, partial=True), pages)
    return replace(seen, decision=weigh(complete(seen.decision, pages), rules))


def ask(source: Source, last: Conditions, now: datetime) -> Ask:
    """What the reader is to know of the source."""
    return Ask(
        source.url,
        now,
        last,
        headers=source.headers,
        key=source.key,
        knows=source.knows,
        first=source.baseline_at is None,
    )


def conditions(source: Source, now: datetime) -> Conditions:
    """Ask only for what is new, but now and then for everything: a server's 304 may be untrue.

    WordPress answers 304 although an article was added, when that is dated earlier than others.
    """
    distance = timedelta(hours=site().sources.unconditional_hours)
    long_ago = source.full_look_at is None or now - source.full_look_at >= distance
    if long_ago or source.looks % FULL_EVERY == 0:
        return Conditions(body_hash=source.body_hash)
    return Conditions(source.etag, source.last_modified, source.body_hash)


def policy(source: Source, now: datetime) -> Policy:
    """The rules for what is found at *source*: its own, else the site's."""
    usual = site().sources
    days = _either(source.max_age_days, usual.max_age_days)
    return Policy(
        now,
        began=source.baseline_at,
        reach=source.reach,
        take_newest=source.take_newest,
        max_new=_either(source.max_new, usual.max_new),
        max_age=timedelta(days=days),
        since=source.since,
        settle=timedelta(minutes=_either(source.settle_minutes, usual.settle_minutes)),
        filters=source.filters or {},
    )


def _either(own: int | None, usual: int) -> int:
    return usual if own is None else own


def _decided(seen: Look, pages: Pages | None) -> Look:
    """What *seen* means, judged by what is known."""
    source, reading, rules = seen.source, seen.reading, seen.policy
    if reading.not_modified:
        return seen
    if not reading.entries:
        if not seen.partial:
            _refuse_void(source)
        return seen
    entries = [_dated(entry) for entry in reading.entries]
    remembered = known(source, entries)
    sure = _confirmed(entries, remembered, pages, rules)
    if sure.read:
        # A page's own words may be those of an article known by another address.
        remembered = known(source, sure.entries)
    rules = replace(rules, besides=rules.besides + sure.left)
    decision = _without_echoes(decide(remembered, sure.entries, rules), sure, rules.now)
    return replace(seen, decision=decision, policy=rules, left=sure.left, barred=sure.barred)


def _dated(entry: Entry) -> Entry:
    """*entry* without a date that only says that there is none: the first day of some calendar."""
    at = entry.published_at
    nowhere = at is not None and (at.year == 1 or (at.year, at.month, at.day) == (1970, 1, 1))
    return replace(entry, published_at=None) if nowhere else entry


def _confirmed(
    entries: Sequence[Entry], remembered: Sequence[Known], pages: Pages | None, rules: Policy
) -> Confirmed:
    if pages is None or not any(entry.unsure for entry in entries):
        return Confirmed(tuple(entries))
    keys = {each.url_key for each in remembered} | {each.canonical for each in remembered}
    return confirm(entries, keys, pages, rules.take_newest if rules.began is None else None)


def _without_echoes(decision: Decision, sure: Confirmed, now: datetime) -> Decision:
    """Remember addresses that are no article of their own, so that they are not read again."""
    found = {url_key(find.entry.url) for find in decision.finds}
    echoes = [entry for entry in sure.entries if url_key(entry.url) in sure.read - found]
    none = [*sure.none, *((entry, OTHER_ADDRESS) for entry in echoes)]
    if not none:
        return decision
    seen = tuple(Find(e, replace(marks(e), telling=False), State.SEEN, now, why) for e, why in none)
    own = sure.read - found
    changed = tuple(each for each in decision.changed if url_key(each.entry.url) not in own)
    return replace(decision, finds=(*seen, *decision.finds), changed=changed)


def _refuse_void(source: Source) -> None:
    """A source that shows nothing has lost it, or is broken; what was known stays known."""
    if source.pk is not None and source.articles.exists():
        raise BadInput(
            f"{source.url} is a feed without any articles, where there were some before.",
            "Nothing was changed here. If the site was emptied, pause the source.",
        )
