"""How much room a reader and a Delivery take on PostgreSQL, and how much log a mail writes.

    python -m benchmarks.room [--readers 100000] [--json]

No mail is sent: an edition is started as the daemon does, then all of it is recorded as sent, in
rounds of the size that a worker's have. Bytes for one row: the table, its indexes, and the
write-ahead log (WAL), which is what a disk and a replica have to follow.
"""

from __future__ import annotations

import argparse
from typing import Any

import psycopg

from benchmarks.inside import run_inside
from benchmarks.ledger import ROUND
from benchmarks.site import NOTE, Site
from benchmarks.table import show, show_json
from tests.fakes.postgres import Postgres

_SIZES = "SELECT pg_table_size(%s::regclass), pg_indexes_size(%s::regclass)"
_LOG = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"


class Room:
    """What one database takes, for one of so many rows."""

    def __init__(self, url: str, readers: int) -> None:
        self._url, self._readers = url, readers
        self._log = 0.0

    def table(self, name: str) -> dict[str, float]:
        """Bytes for a row of a table, and of its indexes."""
        heap, indexes = self._ask(_SIZES, name, name)
        return {"table": heap / self._readers, "indexes": indexes / self._readers}

    def log(self) -> float:
        """Bytes of WAL for a row since this was last asked."""
        before, self._log = self._log, float(self._ask(_LOG)[0])
        return (self._log - before) / self._readers

    def _ask(self, question: str, *values: str) -> tuple[Any, ...]:
        with psycopg.connect(self._url) as server:
            found = server.execute(question, values).fetchone()  # type: ignore[arg-type]
            assert found is not None
            return found


def inside(edition: int) -> dict[str, int]:
    """Record all of an edition as sent, in the site that is measured."""
    from django.db import transaction

    from syndicate.lib import clock
    from syndicate.lib.status import Status
    from syndicate.mail.models import Batch
    from syndicate.mail.outcome import Outcome
    from syndicate.mail.record import record
    from syndicate.mail.settle import settle

    now = clock.now()
    for batch in Batch.objects.filter(edition=edition).order_by("first_seq"):
        for first in range(batch.first_seq, batch.last_seq + 1, ROUND):
            last = min(first + ROUND - 1, batch.last_seq)
            with transaction.atomic():
                record(edition, [
                    Outcome(seq, 1, Status.SENT, 250, f"2.0.0 Ok: queued as 4cX{seq:08X}")
                    for seq in range(first, last + 1)
                ], now)  # fmt: skip
        with transaction.atomic():
            settle(batch, now)
    return {}


def measure(readers: int) -> dict[str, dict[str, float]]:
    """Readers, then an edition for them, started and sent."""
    with Postgres() as server:
        url = server.url()
        with Site(url) as site:
            site.readers(readers)
            room = Room(url, readers)
            told = {name: room.table(f"audience_{name}") for name in ("subscriber", "subscription")}
            room.log()
            edition = site.edition("note", NOTE)["edition"]
            told["delivery, queued"] = room.table("mail_delivery") | {"log": room.log()}
            site.run("benchmarks.room", "inside", edition)
            told["delivery, sent"] = room.table("mail_delivery") | {"log": room.log()}
            told["batches"] = room.table("mail_batch")
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    told = measure(options.readers)
    if options.json:
        show_json({name.replace(", ", "_"): sizes for name, sizes in told.items()})
        return
    lines = [(name, s["table"], s["indexes"], s.get("log")) for name, s in told.items()]
    show("bytes for one row", ["", "table", "indexes", "log"], lines)


if __name__ == "__main__":
    run_inside(inside) or main()
