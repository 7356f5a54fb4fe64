"""Handing over alone: a finished mail through our SMTP transport, no database, nothing to make.

    python -m benchmarks.handover [--mails N] [--rounds N] [--connections N] [--latency MS]
                                  [--sink fast|smtp-sink] [--json]

Against ``smtp-source -s 20`` with the same bytes and a sink of the same kind, in the same rounds:
from the first connection to the last answer. Ours is a process of its own, as theirs is. *The
limit* is a sender in C that does nothing but send, with as few journeys as we; *at work* it is busy
for 50 µs before each mail, which are not counted: what then costs more is waking a server that had
nothing to do.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import peers, people
from benchmarks.rounds import Rounds, Run, interleave
from benchmarks.sink import FastSink, PostfixSink
from benchmarks.site import Site
from benchmarks.table import show, show_json

OURS, SOURCE, KEPT = "our transport", "smtp-source -s 20", "smtp-source -s 20 -d"
# A sender in C without anything to do but send, and one that is busy before each mail, as we are.
LIMIT, BUSY, WORK = "the limit", "the limit, at work", 50


@dataclasses.dataclass
class Letter:
    """One mail to hand over."""

    body: bytes
    sender: bytes = peers.SENDER.encode()
    recipient: bytes = people.email(1).encode()
    needs_utf8: bool = False

    def content(self) -> Sequence[bytes]:
        """As it is."""
        return (self.body,)


class Pile:
    """So many of one letter; what connections draw from."""

    def __init__(self, letter: Letter, left: int) -> None:
        self._letter, self._left = letter, left
        self._writes: deque[Callable[[], None]] = deque()

    def take(self) -> Letter | None:
        """The next."""
        if not self._left:
            return None
        self._left -= 1
        return self._letter

    async def more(self) -> bool:
        """None will be added."""
        return self._left > 0

    def dot(self, mail: Letter) -> bool:
        """Every one may go."""
        return True

    def done(self, mail: Letter, answer: Any) -> None:
        """A benchmark in which one did not go is none."""
        if isinstance(answer, Exception):
            raise answer

    def soon(self, write: Callable[[], None]) -> None:
        """When all connections have heard what came, as a run does it."""
        if not self._writes:
            asyncio.get_running_loop().call_soon(self._write)
        self._writes.append(write)

    def put_back(self, mail: Letter) -> None:
        """It was not sent."""
        self._left += 1

    def _write(self) -> None:
        while self._writes:
            self._writes.popleft()()


def hand_over(mails: int, connections: int) -> dict[str, float]:
    """In the site's own process: the mail comes by standard input; returns what it took."""
    from syndicate.mail.transports import open_transport

    pile = Pile(Letter(sys.stdin.buffer.read()), mails)
    transport: Any = open_transport()

    async def all_at_once() -> None:
        await asyncio.gather(*(transport.serve(pile) for _ in range(connections)))

    begun, cpu = time.monotonic(), time.process_time()
    asyncio.run(all_at_once())
    return {"seconds": time.monotonic() - begun, "cpu": time.process_time() - cpu}


def measure(options: argparse.Namespace) -> tuple[Rounds, int]:
    """All contestants, *options.rounds* times; and how many bytes a mail has."""
    with Site() as site:
        site.readers(2)
        mail = site.sample()["mail"].encode()
        contestants: dict[str, Callable[[], Run]] = {
            OURS: lambda: _ours(site, mail, options),
            SOURCE: lambda: _source(mail, options, options.mails // 4),
            KEPT: lambda: _source(mail, options, options.mails, "-d"),
            LIMIT: lambda: _limit(mail, options, 0),
            BUSY: lambda: _limit(mail, options, WORK),
        }
        return interleave(contestants, options.rounds), len(mail)


def _ours(site: Site, mail: bytes, options: argparse.Namespace) -> Run:
    with _sink(options) as sink:
        told = site.run(
            "benchmarks.handover", "--child", options.mails, options.connections,
            stdin=mail, SMTP__PORT=sink.port,
        )  # fmt: skip
        seen = sink.seen()
    if seen.mails != options.mails:
        raise RuntimeError(f"{seen.mails} of {options.mails} mails arrived")
    seconds = seen.last - seen.first or told["seconds"]  # smtp-sink tells no moments
    return Run(seen.mails, seconds, told["cpu"], seen.cpu)


def _source(mail: bytes, options: argparse.Namespace, mails: int, *more: str) -> Run:
    with _sink(options) as sink:
        return peers.smtp_source(sink, mail, mails, *more)


def _limit(mail: bytes, options: argparse.Namespace, work: int) -> Run:
    with _sink(options) as sink:
        return peers.pipelined(sink, mail, options.mails, options.connections, work)


def _sink(options: argparse.Namespace) -> Any:
    return PostfixSink() if options.sink == "smtp-sink" else FastSink(options.latency / 1000)


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(hand_over(*map(int, sys.argv[2:]))))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mails", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="of each reply")
    parser.add_argument("--sink", choices=("fast", "smtp-sink"), default="fast")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rounds, size = measure(options)
    if options.json:
        show_json({
            "vs_smtp_source": rounds.ratio(OURS, SOURCE),
            "vs_smtp_source_kept": rounds.ratio(OURS, KEPT),
            "msgs_per_s": rounds.rate(OURS), "sender_us": rounds.us(OURS),
            "sink_us": rounds.us(OURS, "sink"), "limit_us": rounds.us(LIMIT),
            "limit_at_work_us": rounds.us(BUSY), "options": vars(options), "bytes": size,
        })  # fmt: skip
        return
    show(
        f"{options.mails:,} mails of {size:,} bytes, {options.connections} connections: "
        "how many times as fast as",
        ["", "ratio"],
        ([name, rounds.ratio(OURS, name)] for name in (SOURCE, KEPT, LIMIT)),
    )
    show(
        "for one mail",
        ["", "mails/s", "sender µs", "sink µs"],
        ([n, rounds.rate(n), rounds.us(n), rounds.us(n, "sink")] for n in rounds.runs),
    )


if __name__ == "__main__":
    main()
