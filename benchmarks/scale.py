"""From ten thousand readers to a million: is the cost of one mail the same, is memory flat?

    python -m benchmarks.scale [--sizes 10000,100000,1000000]
                               [--databases sqlite,postgresql] [--json]

For each size a fresh site: how long an approved edition takes to be queued (``mail.start``: the
text rendered, the audience frozen, a Delivery for each reader), and then what one worker needs for
it, as in ``benchmarks.deliver``, with a note of 5 KB against the fast sink.
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from typing import Any

from benchmarks.deliver import Bench
from benchmarks.sink import FastSink
from benchmarks.site import NOTE, Site
from benchmarks.table import show, show_json
from tests.fakes.postgres import Postgres


def measure(database: str, size: int) -> dict[str, Any]:
    """One size on one database."""
    with (
        Postgres() if database == "postgresql" else nullcontext() as server,
        Site(server.url() if server else "") as site,
    ):
        site.readers(size)
        edition = site.edition("note", NOTE)
        run = Bench(site, FastSink, server).deliver(edition)
        return {
            "database": database,
            "readers": size,
            "queue_s": edition["seconds"],
            "msgs_per_s": run.rate,
            "sender_us": run.us("sender"),
            "database_us": run.us("database"),
            "rss_mb": run.rss_mb,
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = [
        measure(database, int(size))
        for database in options.databases.split(",")
        for size in options.sizes.split(",")
    ]
    if options.json:
        show_json({"results": results})
        return
    show(
        "a note of 5 KB to so many readers",
        ["", "readers", "queued in s", "mails/s", "sender µs", "database µs", "RSS MB"],
        (list(result.values()) for result in results),
    )


if __name__ == "__main__":
    main()
