"""What a daemon costs that has nothing to do, and what each look at the clock costs it.

    python -m benchmarks.idle [--accounts 4] [--seconds 20] [--json]

A site with readers, a newsletter and accounts, nothing of which is due. CPU of the whole process
for a second of waiting; and of one tick, in a process that does nothing else.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from benchmarks.inside import run_inside
from benchmarks.site import Site
from benchmarks.table import show, show_json

READERS = 1_000
DISCARD = 9  # no mail is sent, and nobody there
TICKS = 50
CHANNELS = ("mastodon", "bluesky", "telegram", "webhook")


def inside(accounts: int) -> dict[str, Any]:
    """Make so many accounts, then tick, in the site that is measured."""
    from syndicate.daemon import Daemon
    from syndicate.lib import clock
    from syndicate.social.models import Account

    now = clock.now()
    for number in range(accounts):
        channel = CHANNELS[number % len(CHANNELS)]
        Account.objects.create(channel=channel, name=f"No. {number}", created_at=now, since=now)
    daemon = Daemon()
    daemon.tick()
    begun = time.process_time()
    for _ in range(TICKS):
        daemon.tick()
    spent = time.process_time() - begun
    daemon.stop()
    return {"tick_ms": 1e3 * spent / TICKS}


def measure(accounts: int, seconds: float) -> dict[str, Any]:
    """One site: ticks first, then a worker that waits."""
    with Site() as site:
        site.readers(READERS)
        told = site.run("benchmarks.idle", "inside", accounts)
        with site.worker(DISCARD) as worker:
            site.until(lambda: site.said("Running.") > 0, "the worker")
            time.sleep(2)  # what it looks at once, as it begins
            before = worker.cpu()
            time.sleep(seconds)
            spent = worker.cpu() - before
            rss = worker.peak_mb()
    return {"accounts": accounts, **told, "cpu_ms_per_s": 1e3 * spent / seconds, "rss_mb": rss}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.accounts, options.seconds)
    if options.json:
        show_json(result)
        return
    lines = [
        ["CPU of a tick, ms", result["tick_ms"]],
        ["CPU of a second of waiting, ms", result["cpu_ms_per_s"]],
        ["memory, MB", result["rss_mb"]],
    ]
    show(f"a daemon with nothing to do, {options.accounts} accounts", ["", ""], lines)


if __name__ == "__main__":
    if not run_inside(inside):
        main()
