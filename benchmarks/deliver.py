"""The real path, measured: an edition in the database → mails at a sink → outcomes in the database.

    python -m benchmarks.deliver [--mails N] [--rounds N] [--sink fast|smtp-sink]
                                 [--database sqlite|postgresql] [--dkim] [--latency MS] [--json]

What is counted: a ``syndicate worker``, a process as any other, from its first connection at the
sink until the edition stands in the database as sent. In that time it claims each batch, asks who
still reads, makes each mail (greeting in subject and both parts, signed links, Message-ID, bounce
address), hands it over by SMTP, journals its dot and its answer, and records every outcome. Its
start, and that of the edition (``mail.start``), come before; ``benchmarks.scale`` has the latter.

Beside it, in turn and in the same rounds, with the same bytes and a sink of the same kind:
Postfix's ``smtp-source -s 20``, which sends one mail to everybody, a connection for each, and keeps
no books; the same with its connections kept (``-d``); *the limit*, a sender in C that sends as we
do and does nothing else (``source.c``); and ``smtplib`` over one connection, with an EmailMessage
for each reader and with none built. Theirs is the time between the first connection and the last
answer.

With ``--dkim`` also what signs no more than a digest for each mail, on one core: no program that
signs can be cheaper.

``smtp-sink`` does not tell when the first connection came: there, the first mail begins the clock.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from benchmarks import keys, peers
from benchmarks.cpu import family_seconds
from benchmarks.rounds import Rounds, Run, interleave
from benchmarks.sink import FastSink, PostfixSink, Sink
from benchmarks.site import Site
from benchmarks.table import show, show_json
from tests.fakes.postgres import Postgres

OURS, SOURCE, KEPT = "syndicate worker", "smtp-source -s 20", "smtp-source -s 20 -d"
LIMIT, BUILT, SENT = "the limit", "smtplib + EmailMessage", "smtplib, nothing built"
ALONE = "RSA-2048 alone"
CONNECTIONS = 8  # of the limit; ours are smtp.connections
# A slow one sends so much less, that a round takes about as long for each.
FEWER = {SOURCE: 3, KEPT: 1, LIMIT: 1, BUILT: 60, SENT: 12, ALONE: 10}
# A worker that has sent nothing so long after its start never will. Seconds.
START = 60


class Bench:
    """One site and one kind of sink, measured again and again."""

    def __init__(self, site: Site, sink: Callable[[], Any], server: Postgres | None = None) -> None:
        self._site, self._sink, self._server = site, sink, server

    def ours(self) -> Run:
        """One edition to everybody, by one worker."""
        return self.deliver(self._site.edition())

    def deliver(self, edition: Mapping[str, Any]) -> Run:
        """A started edition, by one worker."""
        site, key, audience = self._site, edition["edition"], edition["audience"]
        with self._sink() as sink, site.worker(sink.port) as worker:
            site.until(lambda: _begun(sink), "the first mail", 0.001, START)
            seen, begun, cpu, base = sink.seen(), time.monotonic(), worker.cpu(), self._base()
            site.until(lambda: sink.seen().mails >= audience, "the last mail", 0.02)
            site.until(lambda: site.is_sent(key), "the edition's end", 0.002)
            seconds = time.monotonic() - (seen.first or begun)
            cpu, base = worker.cpu() - cpu, self._base() - base
            sunk, rss = sink.seen(), worker.peak_mb()
        _judge(sunk.mails, site.statuses(key), audience)
        return Run(audience, seconds, cpu, sunk.cpu - seen.cpu, base, rss)

    def source(self, mail: bytes, mails: int, *options: str) -> Run:
        """Postfix's sender."""
        with self._sink() as sink:
            return peers.smtp_source(sink, mail, mails, *options)

    def limit(self, mail: bytes, mails: int) -> Run:
        """A sender in C that does nothing but send."""
        with self._sink() as sink:
            return peers.pipelined(sink, mail, mails, CONNECTIONS)

    def built(self, sample: dict[str, Any], mails: int) -> Run:
        """The standard library, a message for each."""
        with self._sink() as sink:
            return peers.smtplib_built(sink, sample, mails)

    def sent(self, mail: bytes, mails: int) -> Run:
        """The standard library, one message for all."""
        with self._sink() as sink:
            return peers.smtplib_sent(sink, mail, mails)

    def _base(self) -> float:
        return family_seconds(self._server.pid) if self._server else 0.0


def measure(options: argparse.Namespace) -> tuple[Rounds, int]:
    """All contestants, *options.rounds* times; and how many bytes a mail has."""
    with _site(options) as (site, server):
        site.readers(options.mails)
        sample = site.sample()
        mail = sample["mail"].encode()
        bench = Bench(site, _sink(options), server)
        mails = {name: max(1, options.mails // fewer) for name, fewer in FEWER.items()}
        contestants = {
            OURS: bench.ours,
            SOURCE: lambda: bench.source(mail, mails[SOURCE]),
            KEPT: lambda: bench.source(mail, mails[KEPT], "-d"),
            LIMIT: lambda: bench.limit(mail, mails[LIMIT]),
            BUILT: lambda: bench.built(sample, mails[BUILT]),
            SENT: lambda: bench.sent(mail, mails[SENT]),
        }
        if options.dkim:
            contestants[ALONE] = lambda: peers.signatures(mails[ALONE])
        return interleave(contestants, options.rounds), len(mail)


def summary(rounds: Rounds) -> dict[str, object]:
    """What ``--json`` prints."""
    told: dict[str, object] = {
        "vs_smtp_source": rounds.ratio(OURS, SOURCE),
        "vs_smtp_source_kept": rounds.ratio(OURS, KEPT),
        "vs_smtplib": rounds.ratio(OURS, BUILT),
        "vs_smtplib_unbuilt": rounds.ratio(OURS, SENT),
        "msgs_per_s": rounds.rate(OURS),
        "sender_us": rounds.us(OURS),
        "cpu_vs_smtp_source": rounds.cpu_ratio(OURS, SOURCE),
        "cpu_vs_smtp_source_kept": rounds.cpu_ratio(OURS, KEPT),
        "cpu_vs_limit": rounds.cpu_ratio(OURS, LIMIT),
        "sink_us": rounds.us(OURS, "sink"),
        "database_us": rounds.us(OURS, "database"),
        "rss_mb": rounds.rss_mb(OURS),
    }
    if ALONE in rounds.runs:
        told |= {
            "signature_us": rounds.us(ALONE),
            "cpu_vs_signature": rounds.cpu_ratio(OURS, ALONE),
        }
    return told


def report(rounds: Rounds, title: str) -> None:
    """The ratios first: they are what a noisy machine leaves standing."""
    show(
        f"{title}: how many times as fast as",
        ["", "ratio", "CPU, of its", "each round"],
        (
            [name, rounds.ratio(OURS, name), rounds.cpu_ratio(OURS, name), _each(rounds, name)]
            for name in rounds.runs
            if name != OURS
        ),
    )
    show(
        "for one mail",
        ["", "mails/s", "sender µs", "sink µs", "database µs", "RSS MB"],
        (
            [name, rounds.rate(name), rounds.us(name), rounds.us(name, "sink"),
             rounds.us(name, "database") or None, rounds.rss_mb(name) or None]
            for name in rounds.runs
        ),
    )  # fmt: skip


def _each(rounds: Rounds, name: str) -> str:
    pairs = zip(rounds.runs[OURS], rounds.runs[name], strict=True)
    return " ".join(f"{ours.rate / theirs.rate:.2f}" for ours, theirs in pairs)


def _begun(sink: Sink) -> bool:
    seen = sink.seen()
    return bool(seen.first or seen.mails)


def _judge(mails: int, statuses: dict[str, int], audience: int) -> None:
    """A number counts only if every mail arrived once and the ledger says so."""
    if mails != audience or statuses != {"sent": audience}:
        raise RuntimeError(f"{mails} mails came of {audience}; the ledger says {statuses}")


def _sink(options: argparse.Namespace) -> Callable[[], Any]:
    if options.sink == "smtp-sink":
        return PostfixSink
    return lambda: FastSink(latency=options.latency / 1000)


@contextmanager
def _site(options: argparse.Namespace) -> Iterator[tuple[Site, Postgres | None]]:
    signed = {f"DKIM__{key.upper()}": value for key, value in keys.table().items()}
    given = (signed if options.dkim else {}) | dict(pair.split("=", 1) for pair in options.set)
    with (
        Postgres() if options.database == "postgresql" else nullcontext() as server,
        Site(server.url() if server else "", **given) as site,
    ):
        yield site, server


def parser() -> argparse.ArgumentParser:
    """The options, for us and for the other benchmarks that send."""
    made = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    made.add_argument("--mails", type=int, default=30_000)
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--sink", choices=("fast", "smtp-sink"), default="fast")
    made.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    made.add_argument("--latency", type=float, default=0, metavar="MS", help="of each reply")
    made.add_argument("--dkim", action="store_true", help="sign each mail: RSA of 2048 bits")
    made.add_argument("--set", action="append", default=[], metavar="SMTP__CONNECTIONS=8")
    made.add_argument("--json", action="store_true")
    return made


def main() -> None:
    """Measure and print."""
    options = parser().parse_args()
    rounds, size = measure(options)
    if options.json:
        show_json(summary(rounds) | {"options": vars(options), "bytes": size})
        return
    title = f"{options.mails:,} mails of {size:,} bytes, {options.database}, {options.sink} sink"
    report(rounds, title)


if __name__ == "__main__":
    main()
