"""What a run knows of its batches, and the database's side of a round. All in its transaction.

note      leases renewed      fence broken? the batch is lost to us
          what came back → Deliveries
          A batch's row is held before anything is written of it, or the gate of the pace is
          opened; of several batches, all of them, by their keys (mail.settle says why).
next      who is due and still reads, of the batches in hand; else the edition's next batch
put_down  batches of which all is told: settled
committed the journals of these are done with      rolled_back  as if there had been no round
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import connection

from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.status import Status
from syndicate.mail.claim import Claim, claim, claim_next, owner
from syndicate.mail.journal import Journal
from syndicate.mail.load import Item, Load
from syndicate.mail.message import compile
from syndicate.mail.models import Edition
from syndicate.mail.pace import Pacer
from syndicate.mail.portion import portion
from syndicate.mail.record import bar, late, put_off, record
from syndicate.mail.recover import answers
from syndicate.mail.settle import settle
from syndicate.mail.window import window

log = logging.getLogger(__name__)

_SENT = Status.SENT

# A mail that waits for its connection this long is asked about again. Seconds.
ASK_AGAIN = 0.15
# So often a run looks whether another worker has left a batch of its edition behind. Seconds.
LOOK = 1.0


class Ledger:
    """One run's batches of one edition. *came*: outcomes noted in the last round."""

    def __init__(self, edition: Edition, pacer: Pacer) -> None:
        self.came = 0
        self.last = False  # no further batch is to be claimed
        self.wanted = True  # the edition is being sent, and nobody said wait
        self._edition = edition
        self._list = edition.newsletter.list
        self._window = window(edition.newsletter)
        self._compiled = compile(edition)
        self._pacer = pacer
        self._owner = owner()
        self._loads: list[Load] = []
        self._lost: list[Load] = []  # another worker has them; some mails are on their way still
        self._done: list[Load] = []  # settled in this transaction
        self._home: list[Load] = []  # to be settled in it
        self._before: list[tuple[Load, Claim]] = []  # as the database has them
        self._asked: list[Item] = []  # in this transaction, whether they still read
        self._held: list[Load] = []  # in this transaction: their rows are ours
        self._begun = False
        self._looks_at = 0.0  # on clock.monotonic

    @property
    def is_open(self) -> bool:
        """Whether there is anything that this run must still see to."""
        return bool(self._loads or self._lost)

    def note(self, now: datetime, *, all_of_it: bool) -> int:
        """Record what came back; returns how many were sent. *all_of_it*: nothing more goes."""
        self._done, self._held = [], []
        self._home = [load for load in self._loads
                      if (load.dry or all_of_it) and not load.out]  # fmt: skip
        self.wanted = _is_wanted(self._edition.pk)
        mine = sorted([*self._loads, *self._lost], key=lambda load: load.claim.batch_id)
        for load in mine:
            self._look_after(load, now, alone=len(mine) == 1)
        sent, outcomes = 0, []
        for item, outcome in [pair for load in self._loads for pair in load.told]:
            if outcome.status is not _SENT or self._pacer.active:
                outcome = self._pacer.learn(item, outcome, now)
            sent += outcome.status is _SENT
            outcomes.append(outcome)
        record(self._edition.pk, outcomes, now)
        self.came = len(outcomes)
        return sent

    def next(self, batch_id: int, limit: int, now: datetime) -> list[Item]:
        """What may be handed over now, *limit* of them at most."""
        items: list[Item] = []
        if not self.wanted:
            if not self._begun:  # it is due all the same: its worker fell silent, see claim()
                self._claim(batch_id, limit, now)
            return items
        for load in list(self._loads):
            if not load.dry or self._waits(load):
                items += self._pass_over(load, limit, now)
        if len(items) < limit and not self.last and all(load.dry for load in self._loads):
            claimed = self._claim(batch_id, limit, now)
            items += self._pass_over(claimed, limit, now) if claimed else []
        return items

    def put_down(self, now: datetime) -> None:
        """Settle the batches of which nothing is on its way, and nothing is left to give."""
        for load in [load for load in self._home if load in self._loads]:
            mine = range(load.claim.first_seq, load.claim.last_seq + 1)
            reopens = self._pacer.settle(now, mine)
            # Who was not asked for yet need not wait with those whom the pace holds back.
            settle(load.claim.batch, now, reopens if load.dry else None)
            self._loads.remove(load)
            self._done.append(load)

    def committed(self) -> None:
        """The database has it. What was asked in it is as fresh as its answer."""
        asked = clock.monotonic()
        for item in self._asked:
            item.asked = asked
        self._asked = []
        for load in [*self._loads, *self._lost, *self._done]:
            load.told.clear()
        self._done += [load for load in self._lost if load.is_home]
        self._lost = [load for load in self._lost if not load.is_home]
        for load in self._done:
            load.journal.discard()
        self._remember()

    def rolled_back(self) -> None:
        """The database has none of it: what came back is still to be told, the rest asked anew."""
        self._asked = []
        known = [load for load, _ in self._before]
        for load in self._loads:
            if load not in known:
                load.journal.close()  # if it was claimed after all, this says that nothing went
        for load, as_it_was in self._before:
            load.claim = as_it_was if load not in self._lost else load.claim
            load.fetch_again(as_it_was.first_seq)
        self._loads = [load for load in known if load not in self._lost]
        self._done = []
        self._remember()

    def close(self) -> None:
        """After an error, too: what is not in the database, whoever takes over finds on disk."""
        for load in [*self._loads, *self._lost, *self._done]:
            load.journal.close()

    def _remember(self) -> None:
        self._before = [(load, replace(load.claim)) for load in self._loads]

    # Fetching --------------------------------------------------------------------------------

    def _claim(self, batch_id: int, limit: int, now: datetime) -> Load | None:
        """The batch that this run was started for, then any of its edition."""
        edition = self._edition.pk
        if self._begun:
            taken = self._further(limit, now)
        else:
            taken = claim(self._owner, now, limit, edition=edition, batch=batch_id)
        self._begun = True
        if taken is None:
            return None
        mails = taken.last_seq - taken.first_seq + 1
        journal = Journal(taken.batch_id, self._owner, mails)
        load = Load(taken, journal, self._compiled, after=taken.first_seq - 1)
        self._loads.append(load)
        self._held.append(load)
        return load

    def _further(self, limit: int, now: datetime) -> Claim | None:
        """What a worker fell silent with comes before what nobody has had yet; but as it takes
        several statements, it is not looked for each time."""
        edition = self._edition.pk
        ways = [
            partial(claim_next, edition, self._owner, now, limit),
            partial(claim, self._owner, now, limit, edition=edition),
        ]
        if clock.monotonic() >= self._looks_at:
            self._looks_at = clock.monotonic() + LOOK
            ways.reverse()
        return ways[0]() or ways[1]()

    def _pass_over(self, load: Load, limit: int, now: datetime) -> list[Item]:
        """The next of one batch; looks further where the pace holds back all that it finds."""
        items = self._fetch(load, limit, now)
        while load.withheld and not items and not load.dry and load in self._loads:
            limit *= 2
            items = self._fetch(load, limit, now)
        return items

    def _fetch(self, load: Load, limit: int, now: datetime) -> list[Item]:
        """The next of one batch, and whether those that a connection holds still read."""
        taken = load.taken()
        after = min((load.after, *(seq - 1 for seq in taken)))
        skip = {*load.withheld, *(load.out.keys() - taken.keys())}
        limit += len(taken)
        found = portion(load.claim, self._list, after, limit, skip, self._window)
        seqs = [item.seq for item in found.items]
        rest = [*found.barred, *(seq for some in found.later.values() for seq in some)]
        load.dry = len(seqs) + len(rest) < limit
        load.after = max((load.after, *seqs[-1:], *rest))
        for seq in rest:
            if seq in taken:
                taken[seq].asked = 0.0  # its dot will not be
        if (rest or seqs) and not self._hold(load, now):
            return []
        bar(self._edition.pk, found.barred, now)
        put_off(self._edition.pk, found.later)
        return self._admit(load, found.items, taken, now)

    def _admit(
        self, load: Load, found: Sequence[Item], taken: Mapping[int, Item], now: datetime
    ) -> list[Item]:
        """Those that the pace lets go, and no connection holds already."""
        fresh = []
        for item in found:
            held = taken.get(item.seq)
            if held is not None:
                self._asked.append(held)
            else:
                item.load = load
                fresh.append(item)
        every, fresh = fresh, self._pacer.admit(fresh, now)
        if fresh is not every:
            load.withheld |= {item.seq for item in every} - {item.seq for item in fresh}
        if fresh and fresh[-1].seq > load.claim.horizon:
            load.claim.horizon = fresh[-1].seq
            load.claim.keep(now)  # its row is held: it cannot be another's
        self._asked += fresh
        return fresh

    @staticmethod
    def _waits(load: Load) -> bool:
        """Whether a connection holds a mail so long that its reader may have left."""
        since = clock.monotonic() - ASK_AGAIN
        return any(item.asked < since for item in load.taken().values())

    # Noting ----------------------------------------------------------------------------------

    def _look_after(self, load: Load, now: datetime, *, alone: bool) -> None:
        """Hold its row, if there is anything to write. What servers answered to us of a batch that
        is another's is true all the same."""
        if load in self._loads:
            if alone and not load.told and load not in self._home and load.claim.is_fresh():
                return
            if self._hold(load, now):
                return
        if told := answers(outcome for _, outcome in load.told):
            late(load.claim.batch, told, now)

    def _hold(self, load: Load, now: datetime) -> bool:
        """Nobody else changes its batch until this round ends; False: another worker has it."""
        if load not in self._held:
            if not load.claim.keep(now):
                self._lose(load)
                return False
            self._held.append(load)
        return True

    def _lose(self, load: Load) -> None:
        """Another worker has it: nothing more of it goes by us."""
        log.warning("another worker took over %s: this one was silent for too long", self._edition)
        load.claim.until = 0.0
        self._loads.remove(load)
        self._lost.append(load)


def _is_wanted(edition_id: int) -> bool:
    """Whether it is being sent, and no editor said wait."""
    statement = "SELECT status = 'sending' AND paused_at IS NULL{} FROM mail_edition WHERE id = %s"
    half = site().daemon.lease_seconds * 500
    frozen = _FROZEN.format(half) if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(frozen), [edition_id])
        row = cursor.fetchone()
    return row is not None and bool(row[0])


# A worker that is frozen, or whose machine is lost, must not hold its locks for ever: for half a
# lease, in milliseconds. Nothing else waits within a round.
_FROZEN = ", set_config('idle_in_transaction_session_timeout', '{}', true)"
