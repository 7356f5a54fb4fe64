"""Several workers on one PostgreSQL: how much faster than one, and what if one is killed?

    python -m benchmarks.workers [--mails N] [--rounds N] [--workers N] [--latency MS]
                                 [--lease SECONDS] [--engine distributed|local] [--json]

Each is a ``syndicate worker`` of its own; they share the queue (``distributed``), or each asks the
database by itself (``local``). The sink answers each command after 20 ms, as a server
far away does: a worker then mostly waits, and more of them send more. All are up before the edition
is started; the clock runs from the first connection to the edition's being sent. The sink's list
of recipients is the judge of what came twice.

In the end, once more: one of them is killed (SIGKILL) in the midst of it, and the time until others
have taken over all that it held is measured, from the kill.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.cpu import family_seconds
from benchmarks.rounds import Run, interleave
from benchmarks.sink import FastSink
from benchmarks.site import Site, Worker
from benchmarks.table import show, show_json
from tests.fakes.postgres import Postgres


class Fleet(NamedTuple):
    """Workers that wait for an edition, and where they will send it."""

    site: Site
    sink: FastSink
    workers: list[Worker]


class Outcome(NamedTuple):
    """What became of an edition, by the sink's list and by the ledger."""

    twice: int
    lost: int
    unknown: int


class Bench:
    """One site on one PostgreSQL; *latency* in seconds."""

    def __init__(self, site: Site, server: Postgres, latency: float) -> None:
        self._site, self._server, self._latency = site, server, latency
        self.outcomes: list[Outcome] = []

    def run(self, workers: int) -> Run:
        """One edition by so many."""
        with self._fleet(workers) as fleet:
            edition = self._site.edition()["edition"]
            self._wait(lambda: fleet.sink.count() > 0, "the first mail")
            cpu, base = self._cpu(fleet), self._base()
            self._wait(partial(self._site.is_sent, edition), "the edition's end")
            seconds = time.monotonic() - fleet.sink.seen().first
            cpu, base = self._cpu(fleet) - cpu, self._base() - base
            mails, rss = fleet.sink.count(), max(w.peak_mb() for w in fleet.workers)
            self.outcomes.append(self._judge(fleet, edition))
        return Run(mails, seconds, cpu, 0, base, rss)

    def kill_one(self, workers: int, mails: int) -> float:
        """The seconds until what a killed worker held is in other hands."""
        with self._fleet(workers) as fleet:
            edition = self._site.edition()["edition"]
            self._wait(lambda: fleet.sink.count() > mails // 4, "a quarter")
            victim = self._holder(fleet, edition)
            victim.kill()
            begun, held = time.monotonic(), self._held(victim.pid)
            self._wait(lambda: not held & self._held(victim.pid), "the takeover")
            seconds = time.monotonic() - begun
            self._wait(partial(self._site.is_sent, edition), "the edition's end")
            self.outcomes.append(self._judge(fleet, edition))
        return seconds

    @contextmanager
    def _fleet(self, workers: int) -> Iterator[Fleet]:
        up = self._site.said("Running.") + workers
        with ExitStack() as all_, tempfile.NamedTemporaryFile(prefix="recipients-") as log:
            sink = all_.enter_context(FastSink(self._latency, Path(log.name)))
            crew = [all_.enter_context(self._site.worker(sink.port)) for _ in range(workers)]
            self._wait(lambda: self._site.said("Running.") >= up, "the workers")
            yield Fleet(self._site, sink, crew)

    def _held(self, pid: int) -> set[int]:
        """The batches in a worker's hands."""
        rows = self._site.ask(
            f"SELECT id FROM mail_batch WHERE status = 'sending' AND owner LIKE '%:{pid}:%'"
        )
        return {int(key) for (key,) in rows}

    def _holder(self, fleet: Fleet, edition: int) -> Worker:
        """One that has batches in hand, whichever it is: on a busy machine some get none."""
        holders: list[Worker] = []

        def found() -> bool:
            holders[:] = [worker for worker in fleet.workers if self._held(worker.pid)]
            return bool(holders) or self._site.is_sent(edition)

        self._wait(found, "a batch in anybody's hands")
        if not holders:
            raise RuntimeError("all had been sent before one could be killed: take more --mails")
        return holders[0]

    def _judge(self, fleet: Fleet, edition: int) -> Outcome:
        came = Counter(fleet.sink.recipients())
        rows = dict(self._site.ask(
            "SELECT s.email, d.status FROM mail_delivery d"
            f" JOIN audience_subscriber s ON s.id = d.subscriber_id WHERE edition_id = {edition}"
        ))  # fmt: skip
        return Outcome(
            twice=sum(count - 1 for count in came.values()),
            lost=sum(status != "unknown" and email not in came for email, status in rows.items()),
            unknown=sum(status == "unknown" for status in rows.values()),
        )

    def _wait(self, true: Callable[[], bool], what: str) -> None:
        self._site.until(true, what)

    def _cpu(self, fleet: Fleet) -> float:
        return sum(worker.cpu() for worker in fleet.workers)

    def _base(self) -> float:
        return family_seconds(self._server.pid)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Throughput of one and of all, then the kill."""
    given = {
        "SMTP__CONNECTIONS": 20, "DAEMON__TICK_SECONDS": 0.5,
        "DAEMON__LEASE_SECONDS": options.lease, "DAEMON__ENGINE": options.engine,
    } | dict(pair.split("=", 1) for pair in options.set)  # fmt: skip
    one, all_ = "one worker", f"{options.workers} workers"
    with Postgres() as server, Site(server.url(), **given) as site:
        site.readers(options.mails)
        (site.home / "log").touch()
        bench = Bench(site, server, options.latency / 1000)
        rounds = interleave(
            {one: lambda: bench.run(1), all_: lambda: bench.run(options.workers)}, options.rounds
        )
        takeover = bench.kill_one(options.workers, options.mails)
    *orderly, killed = bench.outcomes
    return {
        "speedup": rounds.ratio(all_, one),
        "one_msgs_per_s": rounds.rate(one), "all_msgs_per_s": rounds.rate(all_),
        "one_sender_us": rounds.us(one), "all_sender_us": rounds.us(all_),
        "one_database_us": rounds.us(one, "database"),
        "all_database_us": rounds.us(all_, "database"),
        "twice": sum(outcome.twice for outcome in orderly),
        "lost": sum(outcome.lost for outcome in orderly),
        "takeover_s": takeover, "lease_s": options.lease, "engine": options.engine,
        "killed": killed._asdict(),
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--latency", type=float, default=20, metavar="MS", help="of each reply")
    parser.add_argument("--lease", type=int, default=10, metavar="SECONDS")
    parser.add_argument("--engine", choices=("distributed", "local"), default="distributed")
    parser.add_argument("--set", action="append", default=[], metavar="SMTP__CONNECTIONS=20")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options)
    if options.json:
        show_json(result)
        return
    columns = ("msgs_per_s", "sender_us", "database_us")
    show(
        f"{options.mails:,} mails, each reply after {options.latency:g} ms, {options.engine}",
        ["", "mails/s", "sender µs", "database µs"],
        (
            [name, *(result[f"{key}_{column}"] for column in columns)]
            for name, key in (("one worker", "one"), (f"{options.workers} workers", "all"))
        ),
    )
    print("\n  {speedup:.2f} times as fast; twice {twice}, lost {lost}".format(**result))
    print("  one killed: taken over after {takeover_s:.1f} s (lease {lease_s} s);".format(**result))
    print("  twice {twice}, lost {lost}, unknown {unknown}".format(**result["killed"]))


if __name__ == "__main__":
    main()
