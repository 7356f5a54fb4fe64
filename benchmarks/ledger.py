"""What the ledger costs: read, written, settled and counted, one batch after the other.

    python -m benchmarks.ledger [--readers 1000000] [--databases sqlite,postgresql] [--json]

No mail is sent: each round asks who is next and records that all of them were sent, as a worker
does. CPU µs for a row: of this program, and of its database session where there is one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from benchmarks.cpu import cpu_seconds
from benchmarks.inside import run_inside
from benchmarks.site import NOTE, Site
from benchmarks.table import show, show_json
from tests.fakes.postgres import Postgres

BATCHES = 200
ROUND = 250


class Meter:
    """Seconds by name: CPU of this program, CPU of the database's session, the clock's."""

    def __init__(self, session: int | None) -> None:
        self.spent: dict[str, list[float]] = {}
        self._session = session

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Measure what is done meanwhile."""
        before = self._read()
        yield
        spent = self.spent.setdefault(name, [0.0, 0.0, 0.0])
        for place, (after, then) in enumerate(zip(self._read(), before, strict=True)):
            spent[place] += after - then

    def _read(self) -> tuple[float, float, float]:
        there = cpu_seconds(self._session) if self._session else 0.0
        return time.process_time(), there, time.perf_counter()


def inside(edition: int) -> dict[str, Any]:
    """The rounds of one edition, in the site that is measured."""
    from django.db import connection, transaction

    from syndicate.lib import clock
    from syndicate.lib.status import Status
    from syndicate.mail.claim import Claim
    from syndicate.mail.models import Batch, Edition
    from syndicate.mail.outcome import Outcome
    from syndicate.mail.portion import portion
    from syndicate.mail.record import record
    from syndicate.mail.settle import settle
    from syndicate.mail.tally import count, recount, tally

    now, of = clock.now(), Edition.objects.select_related("newsletter__list").get(pk=edition)
    meter, rows = Meter(_session(connection)), 0
    for batch in Batch.objects.filter(edition=of).order_by("first_seq")[:BATCHES]:
        first, last = batch.first_seq, batch.last_seq
        mine = Claim(batch.pk, edition, first, last, "bench", 1, now)
        after = 0
        while after < last:
            with meter("round"), transaction.atomic():
                with meter("read"):
                    found = portion(mine, of.newsletter.list, after, ROUND)
                outcomes = [
                    Outcome(item.seq, 1, Status.SENT, 250, f"2.0.0 Ok: queued as 4cX{item.seq:08X}")
                    for item in found.items
                ]
                with meter("write"):
                    record(edition, outcomes, now)
            after, rows = found.last, rows + len(outcomes)
        with meter("settle"), transaction.atomic():
            settle(batch, now)
    for name, act in (
        ("tally", lambda: tally(edition)),
        ("count", lambda: count(edition, 1, of.audience)),
        ("recount", lambda: recount(edition)),
    ):
        with meter(name):
            act()
    return _told(meter, rows)


def _session(connection: Any) -> int | None:
    """The process that serves us, if it is not this one."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _told(meter: Meter, rows: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in ("read", "write", "round", "settle"):
        ours, theirs, _ = (1e6 * seconds / rows for seconds in meter.spent[name])
        told |= {f"{name}_us": ours, f"{name}_db_us": theirs}
    return told | {
        f"{name}_ms": 1e3 * meter.spent[name][2] for name in ("tally", "count", "recount")
    }


def measure(database: str, readers: int) -> dict[str, Any]:
    """One database."""
    with (
        Postgres() if database == "postgresql" else nullcontext() as server,
        Site(server.url() if server else "") as site,
    ):
        site.readers(readers)
        edition = site.edition("note", NOTE)
        told = site.run("benchmarks.ledger", "inside", edition["edition"])
        return {"database": database, "readers": readers, "queue_s": edition["seconds"], **told}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = [measure(name, options.readers) for name in options.databases.split(",")]
    if options.json:
        show_json({"results": results})
        return
    heads = [name.replace("_", " ") for name in results[0]]
    lines = zip(heads, *(result.values() for result in results), strict=True)
    show("the ledger; µs are CPU for one row, here and in the database", [""] * (len(results) + 1),
         lines)  # fmt: skip


if __name__ == "__main__":
    run_inside(inside) or main()
