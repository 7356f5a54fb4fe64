"""Feeds as most programs watch them: ``requests`` in a pool of threads, and feedparser.

    python -m benchmarks.naive conditional < FEEDS     a line of JSON for each line "go"

A session for each thread keeps its connections; what was seen is kept in memory, nothing is stored.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import feedparser
import requests

WIDTH = 16


class Naive:
    """*conditional*: with the ETag of the last time."""

    def __init__(self, conditional: bool) -> None:
        self._conditional = conditional
        self._local = threading.local()
        self._tags: dict[str, str] = {}
        self._seen: set[str] = set()

    def look(self, url: str) -> int:
        """One poll; returns how many entries are new."""
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        tag = self._tags.get(url) if self._conditional else None
        answer = self._local.session.get(
            url, headers={"If-None-Match": tag} if tag else {}, timeout=20
        )
        answer.raise_for_status()
        if answer.status_code == 304:
            return 0
        self._tags[url] = answer.headers.get("ETag", "")
        found = {entry.id for entry in feedparser.parse(answer.content).entries}
        new = found - self._seen
        self._seen |= new
        return len(new)

    def round(self, urls: list[str]) -> dict[str, float]:
        """All of them once."""
        begun, cpu = time.monotonic(), time.process_time()
        with ThreadPoolExecutor(WIDTH) as pool:
            new = sum(pool.map(self.look, urls))
        return {
            "seconds": time.monotonic() - begun, "cpu": time.process_time() - cpu, "new": new
        }  # fmt: skip


def main() -> None:
    """The addresses as JSON, then a round for each further line."""
    urls, naive = json.loads(sys.stdin.readline()), Naive(sys.argv[1] == "conditional")
    for _ in sys.stdin:
        print(json.dumps(naive.round(urls)), flush=True)


if __name__ == "__main__":
    main()
