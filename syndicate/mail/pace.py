"""How fast, and whereto not for now: who of a portion may go, by what all workers have sent.

    portion ─ admit ─→ may go now ─ begin (at the dot) ─ learn (what came of it)
                └────→ held back ─ settle (the batch is given back) ─→ when it is due again

Nobody waits here: who may not go now is not admitted, and their batch is due again when it is their
turn. Of a destination whose pause is over a few are tried; the first that goes lets in the others.
Everything that others must know of is written with the gate of mail.carried in hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from sys import maxsize
from typing import NamedTuple, Protocol, TypeVar

from django.db import transaction

from syndicate.lib.config import site
from syndicate.lib.errors import NotSent
from syndicate.lib.rates import Rate
from syndicate.mail import allowance, pause
from syndicate.mail.carried import opened, store
from syndicate.mail.lane import Pause, domain_lane, transport_lane
from syndicate.mail.meter import Meter, turn
from syndicate.mail.outcome import Outcome
from syndicate.mail.watch import Watch

# What others have paused is looked up at least this often. Seconds.
LOOK = 2.0
# A run that came back sooner would find what it has just seen. Seconds.
SOON = 0.5
# How many mails at a time try a destination whose pause is over, and how long the others give them.
PROBES, PROBED = 2, 5.0


class Item(Protocol):
    """What the pace must know of a mail; *domain* in small letters."""

    @property
    def seq(self) -> int: ...

    @property
    def domain(self) -> str: ...


Mail = TypeVar("Mail", bound=Item)


class Asked(NamedTuple):
    """One mail that asks for room, and the lane of its destination."""

    seq: int
    lane: str


class Grant(NamedTuple):
    """That one mail may go: by which lane it goes, and since when."""

    lane: str
    at: float


class Pacer:
    """One run's view of the pace, from batch to batch of one edition; used by one thread.

    *reopens*: when what the last settle() found held back may go, None where nothing was.
    *limited*: whether begin() is to be told of each mail.
    """

    def __init__(self, route: str, now: datetime) -> None:
        self.reopens: datetime | None = None
        self._lane = transport_lane(route)
        self._way = allowance.way(route)
        self._domains = allowance.domains()
        self.limited = bool(self._way or self._domains)
        self._granted: dict[int, Grant] = {}  # by seq; not yet on its way
        self._held: dict[int, str] = {}  # seq → the lane that has no room for it
        self._full: dict[str, float] = {}  # lane → until when it is no use to ask
        self._shut: dict[str, float] = {}  # lane → until when it is paused; past: on trial
        self._probes: dict[str, set[int]] = {}
        self._news: dict[str, NotSent | None] = {}  # lane → why it is to be paused; None: mended
        self._watch = Watch(site().mail.max_attempts)
        self._look(now)

    @property
    def active(self) -> bool:
        """Whether anything is limited, paused or watched: if so, learn() is told of all mails,
        else of those that were not sent. It may change at any call."""
        return self.limited or bool(self._shut) or self._watch.listens

    def admit(self, items: list[Mail], now: datetime) -> list[Mail]:
        """Those that may go now. Who was admitted before and has not begun is not charged again."""
        self._publish(now)
        if now.timestamp() >= self._looked + LOOK:
            self._look(now)
        if self._shut:
            items = [item for item in items if self._is_open(item, now.timestamp())]
        return self._ration(items, now) if self.limited else items

    def begin(self, item: Item) -> None:
        """*item* goes: just before its dot."""
        self._granted.pop(item.seq, None)

    def learn(self, item: Item, outcome: Outcome, now: datetime) -> Outcome:
        """What came of *item*; returns what is to be recorded, mostly the same."""
        at, lane = now.timestamp(), self._domains.lane(item.domain)
        until = self._shut.get(lane)
        if until is not None:
            self._probes.get(lane, set()).discard(item.seq)
        trial = until is not None and until <= at
        advice = self._watch.see(item.domain, outcome, trial=trial)
        if advice.mended:
            self._news[lane] = None
            del self._shut[lane]
        elif advice.pause is not None and (until is None or trial):
            self._news[lane] = advice.pause
            self._shut[lane] = inf
        return advice.outcome

    def settle(self, now: datetime, seqs: range | None = None) -> datetime | None:
        """The batch of *seqs* (all) is given back: so is what it was granted and has not begun.

        Returns ``reopens``.
        """
        self._publish(now)
        mine = range(maxsize) if seqs is None else seqs
        unused = [seq for seq in self._granted if seq in mine]
        held = [seq for seq in self._held if seq in mine]
        back = Counter(self._granted.pop(seq) for seq in unused)
        waiting = Counter(self._held.pop(seq) for seq in held)
        self._probes = {lane: {s for s in tried if s not in mine}
                        for lane, tried in self._probes.items()}  # fmt: skip
        at = self._give_back(back, waiting, now) if unused or held else None
        self.reopens = None if at is None else datetime.fromtimestamp(at, UTC)
        return self.reopens

    # Pauses -----------------------------------------------------------------------------------

    def _is_open(self, item: Item, at: float) -> bool:
        lane = self._domains.lane(item.domain)
        until = self._shut.get(lane)
        if until is None:
            return True
        probes = self._probes.setdefault(lane, set())
        if until <= at and (item.seq in probes or len(probes) < PROBES):
            probes.add(item.seq)
            self._held.pop(item.seq, None)
            return True
        self._held[item.seq] = lane
        return False

    def _look(self, now: datetime) -> None:
        self._looked = now.timestamp()
        pauses = Pause.objects.filter(lane__startswith=domain_lane("")).order_by()
        self._shut = {lane: t.timestamp() for lane, t in pauses.values_list("lane", "until")}
        self._probes = {lane: seqs for lane, seqs in self._probes.items() if lane in self._shut}

    def _publish(self, now: datetime) -> None:
        """Let all workers know which destinations are paused, or mended."""
        if not self._news:
            return
        with transaction.atomic(savepoint=False):
            opened((), now)
            for lane, error in sorted(self._news.items(), key=lambda one: one[0]):
                if error is None:
                    pause.worked(now, lane)
                else:
                    pause.pause(error, now, lane)
        self._news.clear()
        self._look(now)

    # Limits -----------------------------------------------------------------------------------

    def _ration(self, items: list[Mail], now: datetime) -> list[Mail]:
        at = now.timestamp()
        fresh = [i for i in items if i.seq not in self._granted]
        asked = [Asked(item.seq, self._domains.lane(item.domain)) for item in fresh]
        if asked := self._hopeful(asked, at):
            self._spend(asked, now)
        return [item for item in items if item.seq in self._granted]

    def _hopeful(self, asked: Iterable[Asked], at: float) -> list[Asked]:
        """Without those whose lane is known to be full."""
        self._full = {lane: until for lane, until in self._full.items() if until > at}
        hopeful = []
        for one in asked:
            full = next((lane for lane in (self._lane, one.lane) if lane in self._full), None)
            if full is None:
                hopeful.append(one)
            else:
                self._held[one.seq] = full
        return hopeful

    def _spend(self, asked: Sequence[Asked], now: datetime) -> None:
        at = now.timestamp()
        out = Counter(grant.lane for grant in self._granted.values())
        out[self._lane] = len(self._granted)
        with transaction.atomic(savepoint=False):
            meters = opened(self._limited_of([self._lane, *(one.lane for one in asked)]), now)
            rates = {lane: self._rates(lane, meter, at) for lane, meter in meters.items()}
            room = {lane: m.room(rates[lane], at, out[lane]) for lane, m in meters.items()}
            granted, held = share(asked, self._lane, room)
            took = Counter(granted.values())
            took[self._lane] = len(granted)
            changed = {lane: meters[lane] for lane in took if took[lane] and lane in meters}
            for lane, meter in changed.items():
                meter.take(rates[lane], took[lane], at)
            store(changed, now)
        self._granted |= {seq: Grant(lane, at) for seq, lane in granted.items()}
        self._held = {s: lane for s, lane in self._held.items() if s not in granted} | held
        for lane in set(held.values()):
            self._full[lane] = self._opens(lane, meters[lane], 1, at)

    def _give_back(
        self, back: Mapping[Grant, int], waiting: Mapping[str, int], now: datetime
    ) -> float | None:
        """Undo unused grants; find when it is the turn of who waits, and book it."""
        at = now.timestamp()
        used = [
            (lane, taken, n) for (dest, taken), n in back.items() for lane in (dest, self._lane)
        ]
        with transaction.atomic(savepoint=False):
            meters = opened({*self._limited_of(lane for lane, _, _ in used), *waiting}, now)
            for lane, taken, many in used:
                if lane in meters:
                    rates = self._rates(lane, meters[lane], at)
                    meters[lane].put_back(rates, many, taken, at)
            due = {lane: max(at + SOON, self._opens(lane, meters[lane], n, at))
                   for lane, n in waiting.items()}  # fmt: skip
            turns = {lane: meters[lane].place(opens) for lane, opens in due.items()}
            first = min(turns, key=turns.__getitem__, default=None)
            if first is not None:
                lasts = turn(self._rates(first, meters[first], at))
                meters[first].booked = turns[first] + lasts
            store(meters, now)
        return None if first is None else turns[first]

    def _opens(self, lane: str, meter: Meter, many: int, at: float) -> float:
        """When *many* more may find room on *lane*."""
        opens = meter.opens(self._rates(lane, meter, at), many, at)
        if lane == self._lane:
            return min(opens, self._way.grows(meter.first, at))
        until = self._shut.get(lane)
        return opens if until is None else max(opens, until if until > at else at + PROBED)

    def _limited_of(self, lanes: Iterable[str]) -> set[str]:
        return {
            lane
            for lane in lanes
            if (self._way if lane == self._lane else self._domains.rates(lane))
        }

    def _rates(self, lane: str, meter: Meter, at: float) -> Sequence[Rate]:
        if lane == self._lane:
            return self._way.now(meter.first, at)
        return self._domains.rates(lane)


def share(
    asked: Iterable[Asked], way: str, room: Mapping[str, float]
) -> tuple[dict[int, str], dict[int, str]]:
    """Who goes and who is held back, first come, first served: seq → lane. Pure.

    *room*: how many more may go on each lane that is limited. Who is held back is so by the *way*
    only where the destination has room.
    """
    left, granted, held = dict(room), {}, {}
    for seq, lane in asked:
        full = next((one for one in (lane, way) if left.get(one, inf) < 1), None)
        if full is not None:
            held[seq] = full
            continue
        granted[seq] = lane
        for one in (lane, way):
            left[one] = left.get(one, inf) - 1
    return granted, held


def pacer(route: str, now: datetime) -> Pacer:
    """The pace of one run that takes the way out called *route*."""
    return Pacer(route, now)
