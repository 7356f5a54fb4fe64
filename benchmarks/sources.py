"""Watching a thousand sources: polls a second, what one costs, and who waits where a host hangs.

    python -m benchmarks.sources [--sources N] [--rounds N] [--hanging N] [--unchanged] [--json]

Ours is ``syndicate worker`` with its database: claimed, read, decided, stored. Against ``requests``
in sixteen threads with feedparser, which stores nothing, with conditions and without. In each round
all sources are due at once; then, with and without hosts that hang, they are due one after another,
and the longest that any waits is told.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks.publisher import Publisher
from benchmarks.rounds import Rounds, Run, interleave
from benchmarks.site import Site, Worker
from benchmarks.table import show, show_json

OURS, CONDITIONAL, PLAIN = "syndicate", "requests, conditional", "requests"
# Sources at one host.
EACH = 5
_LONG_AGO = "2020-01-01 00:00:00"


class Watch:
    """One worker that watches the publisher's feeds."""

    def __init__(self, site: Site, worker: Worker, publisher: Publisher) -> None:
        self._site, self._worker, self._publisher = site, worker, publisher
        self.memory: list[float] = []

    def round(self) -> Run:
        """All sources once, all due at once."""
        self._publisher.publish()
        cpu, begun = self._worker.cpu(), time.time()
        self._due_at_once("url NOT LIKE '%/hangs'")
        self._site.until(lambda: not self._waiting(), "the looks", pause=0.05)
        asked = [at for at in self._publisher.asked().values() if at > begun]
        self.memory.append(self._worker.peak_mb())
        feeds = len(self._publisher.feeds)
        return Run(feeds, time.time() - min(asked), self._worker.cpu() - cpu)

    def longest_wait(self, seconds: float, hanging: bool) -> float:
        """The longest from a source's hour to the request, all due within so many *seconds*."""
        begin = time.time() + 1
        paths = [url.partition("/127.0.0.1:")[2].partition("/")[2] for url in self._publisher.feeds]
        step = seconds / len(paths)
        if hanging:
            self._due_at_once("url LIKE '%/hangs'", innocent=True)
        for number, path in enumerate(paths):
            at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(begin + number * step))
            part = f"{(begin + number * step) % 1:.6f}"[1:]
            self._site.ask(
                f"UPDATE sources_source SET next_check = '{at}{part}' WHERE url LIKE '%/{path}'"
            )
        time.sleep(max(0, begin + seconds - time.time()))
        self._site.until(lambda: not self._waiting(), "the looks", pause=0.05)
        asked = self._publisher.asked()
        return max(asked[f"/{path}"] - begin - n * step for n, path in enumerate(paths))

    def _due_at_once(self, which: str, innocent: bool = False) -> None:
        also = ", failures = 0" if innocent else ""
        self._site.ask(f"UPDATE sources_source SET next_check = '{_LONG_AGO}'{also} WHERE {which}")

    def _waiting(self) -> bool:
        """Whether a source is due, or in hand: a claim lasts five minutes, a rest longer."""
        soon = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 310))
        sql = "SELECT count(*) FROM sources_source WHERE url NOT LIKE '%/hangs' AND next_check < "
        return self._site.ask(f"{sql}'{soon}'") != [(0,)]


class Peer:
    """The naive one, in a process of its own."""

    def __init__(self, how: str, urls: list[str]) -> None:
        words = [sys.executable, "-m", "benchmarks.naive", how]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._count = len(urls)
        self._say(json.dumps(urls))

    def round(self) -> Run:
        """All feeds once."""
        self._say("go")
        told = json.loads(self._process.stdout.readline() if self._process.stdout else "")
        return Run(self._count, told["seconds"], told["cpu"])

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _say(self, line: str) -> None:
        if self._process.stdin:
            print(line, file=self._process.stdin, flush=True)


@contextmanager
def watching(publisher: Publisher) -> Iterator[Watch]:
    """A worker that has had its first look at everything."""
    options = {
        "SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]', "SOURCES__ADAPT": "false",
        "SOURCES__INTERVAL_MINUTES": 600.0, "DAEMON__TICK_SECONDS": 0.1, "DAEMON__DRAIN_SECONDS": 1,
        "LOG__LEVEL": "warning",
    }  # fmt: skip
    with Site(**options) as site:
        urls = [*publisher.feeds, *(f"{url}/hangs" for url in publisher.hanging)]
        site.run("benchmarks.seed", "sources", stdin=json.dumps(urls).encode())
        with site.worker(1) as worker:
            watch = Watch(site, worker, publisher)
            watch.round()
            watch.memory.clear()
            yield watch


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All contestants, *options.rounds* times."""
    hosts = max(1, options.sources // EACH)
    with ExitStack() as stack:
        publisher = stack.enter_context(Publisher(hosts, EACH, options.hanging))
        if options.unchanged:
            publisher.keep_unchanged()
        watch = stack.enter_context(watching(publisher))
        peers = {name: Peer(name, publisher.feeds) for name in ("conditional", "plain")}
        for peer in peers.values():
            stack.callback(peer.close)
        contestants: dict[str, Callable[[], Run]] = {
            OURS: watch.round,
            CONDITIONAL: peers["conditional"].round,
            PLAIN: peers["plain"].round,
        }
        for peer in peers.values():
            peer.round()  # their first look, too
        rounds = interleave(contestants, options.rounds)
        waits = [watch.longest_wait(options.seconds, hanging) for hanging in (False, True)]
        return {"rounds": rounds, "waits": waits, "memory": watch.memory}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hanging", type=int, default=4, help="hosts, with five sources each")
    parser.add_argument("--seconds", type=float, default=20, help="in which all are due once")
    parser.add_argument("--unchanged", action="store_true", help="only feeds that answer 304")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    told = measure(options)
    rounds, waits, memory = told["rounds"], told["waits"], told["memory"]
    if options.json:
        show_json({
            "polls_per_s": rounds.rate(OURS), "cpu_ms": rounds.us(OURS) / 1000,
            "polls_per_cpu_s": 1e6 / rounds.us(OURS),
            "vs_requests_conditional_cpu": _cheaper(rounds, CONDITIONAL),
            "vs_requests_cpu": _cheaper(rounds, PLAIN),
            "vs_requests_conditional": rounds.ratio(OURS, CONDITIONAL),
            "vs_requests": rounds.ratio(OURS, PLAIN),
            "rss_mb": memory, "longest_wait": waits[0], "longest_wait_hanging": waits[1],
            "options": vars(options),
        })  # fmt: skip
        return
    _show(rounds, options)
    show(
        "the longest that a source waits for its turn, seconds",
        ["", "s"],
        [["no host hangs", waits[0]], [f"{options.hanging} hosts hang", waits[1]]],
    )
    print(f"\nmost memory after each round, MB: {', '.join(f'{mb:.0f}' for mb in memory)}")


def _show(rounds: Rounds, options: argparse.Namespace) -> None:
    show(
        f"of {options.sources:,} sources those that answer 304, all due at once"
        if options.unchanged
        else f"{options.sources:,} sources, all due at once",
        ["", "polls/s", "CPU ms a poll", "we: times as fast", "we: times as cheap"],
        (
            [name, rounds.rate(name), rounds.us(name) / 1000, rounds.ratio(OURS, name),
             _cheaper(rounds, name)]
            for name in rounds.runs
        ),
    )  # fmt: skip


def _cheaper(rounds: Rounds, name: str) -> float:
    """How many times our CPU the other takes."""
    return rounds.us(name) / rounds.us(OURS)


if __name__ == "__main__":
    main()
