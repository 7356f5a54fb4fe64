"""From publication to Article: how long it takes until we have what a site has just published.

    python -m benchmarks.notice [--publications N] [--interval SECONDS] [--json]

A site and a hub on loopback, and one ``syndicate run`` with its options as they are by default. An
article is published, somebody tells us (or nobody does, and we look every so often), and the clock
stops when its row stands in the database. One after the other, each way in its turn.

What is told at once is told before the clock starts its next round; looking by itself is measured
at a random moment within the interval, and its worst case is the interval and the tick.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from statistics import median, quantiles
from typing import Any

from benchmarks.inside import run_inside
from benchmarks.site import Site
from benchmarks.table import show, show_json
from tests.fakes.hub import Hub
from tests.fakes.website import Answer, Website

# Seconds between rounds: of a source, no more than 60 messages a minute are heard.
PAUSE = 2.0
Tell = Callable[[str], None]  # of an article's address


class Announced(Website):
    """A site whose feed names a hub, and which can say itself what is new."""

    def __init__(self, hub: str) -> None:
        super().__init__()
        self.hub = hub

    def respond(self, target: str, headers: Mapping[str, str]) -> Answer | None:
        """The feed, with its hub in the header."""
        if target != "/feed.xml" or not self.hub:
            return None
        links = f'<{self.hub}>; rel="hub", <{self.feed_url}>; rel="self"'
        return 200, self.feed(), {"Content-Type": "application/rss+xml", "Link": links}

    def feed(self) -> bytes:
        """As it stands now."""
        return self.publication.feed("rss")[1].encode()


class Bench:
    """One running site, and those who tell it."""

    def __init__(self, site: Site, website: Announced, hub: Hub, port: int) -> None:
        self._site, self._website, self._hub, self._port = site, website, hub, port
        self._number = count(1)
        self.token = ""

    def begin(self) -> None:
        """A source that has had its first look, pushed by the hub."""
        number = int(self._website.url.rpartition(":")[2])
        self.token = self._site.run("benchmarks.notice", "inside", number)["token"]

    def pushed(self) -> bool:
        """Whether the hub has confirmed, and the look that follows is over."""
        rows = self._site.ask("SELECT state FROM sources_push")
        return rows == [("verified",)] and len(self._website.asked("/feed.xml")) > 2

    def alone(self) -> None:
        """From now on nobody tells us anything: we look, in the interval that is configured."""
        self._website.hub = ""
        self._hub.subscribers.clear()
        self._site.ask("DELETE FROM sources_push")
        self._site.ask("UPDATE sources_source SET next_check = '2000-01-01 00:00:00'")

    def one(self, tell: Tell) -> float:
        """Publish, *tell*, and wait; seconds."""
        title = f"Story {next(self._number)}"
        url = self._website.publish(title)
        begun = time.perf_counter()
        tell(url)
        self._site.until(lambda: self._has(title), title, pause=0.002, seconds=60)
        return time.perf_counter() - begun

    def _has(self, title: str) -> bool:
        return self._site.ask(f"SELECT 1 FROM sources_article WHERE title = '{title}'") != []

    # --- who tells ----------------------------------------------------------------------------

    def fat(self, url: str) -> None:
        """The hub, with the feed."""
        assert self._hub.push(self._website.feed()) == [202]

    def thin(self, url: str) -> None:
        """The hub, without anything."""
        assert self._hub.push(b"") == [202]

    def ping(self, url: str) -> None:
        """The site, with the article's address."""
        self._post({"url": url})

    def webhook(self, url: str) -> None:
        """Ghost, with the article."""
        story = self._website.publication.stories[0]
        html = "".join(f"<p>{paragraph}</p>" for paragraph in story.paragraphs)
        post = {"id": story.guid, "url": url, "title": story.title, "html": html}
        self._post({"post": {"current": {**post, "status": "published"}, "previous": {}}})

    def nobody(self, url: str) -> None:
        """We look by ourselves."""

    def _post(self, said: object) -> None:
        caller = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        path = f"/hooks/ping/{self.token}"
        caller.request("POST", path, json.dumps(said), {"Content-Type": "application/json"})
        assert caller.getresponse().status == 202
        caller.close()


WAYS = {
    "WebSub, the feed pushed": Bench.fat,
    "WebSub, an empty push": Bench.thin,
    "a ping with the address": Bench.ping,
    "Ghost's webhook": Bench.webhook,
}


@contextmanager
def running(interval: float) -> Iterator[Bench]:
    """All of it at work."""
    port = free_port()
    options = {
        "WEB__PORT": port,
        "SITE__BASE_URL": f"http://127.0.0.1:{port}",
        "SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]',
        "SOURCES__INTERVAL_MINUTES": interval / 60,
        "SOURCES__ADAPT": "false",
        "SOURCES__SHORTEST_MINUTES": 0.01,
        "MAIL__TRANSPORT": "directory",
    }
    with Hub() as hub, Announced(hub.url) as website, Site(**options) as site:
        website.publish("Old news")
        bench = Bench(site, website, hub, port)
        bench.begin()
        with site.worker(25, "run"):
            site.until(lambda: hub.asked != [], "the hub's being asked", seconds=60)
            hub.verify()
            site.until(bench.pushed, "the hub's subscriber", seconds=60)
            yield bench


def inside(port: int) -> dict[str, Any]:
    """In the site: its database, and the source."""
    from syndicate.lib import clock
    from syndicate.lib.migrate import migrate
    from syndicate.paths import data
    from syndicate.sources.add import add_source
    from syndicate.sources.detect import detect

    migrate(clock.now(), data())
    source = add_source(f"http://127.0.0.1:{port}/feed.xml", now=clock.now())
    detect(source.pk, clock.now())
    return {"source": source.pk, "token": source.ping_token}


def free_port() -> int:
    """One that nobody has at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def measure(publications: int, interval: float) -> dict[str, list[float]]:
    """Seconds of each publication, by the way in which we learnt of it."""
    found: dict[str, list[float]] = {name: [] for name in WAYS}
    with running(interval) as bench:
        for _ in range(publications):
            for name, tell in WAYS.items():
                found[name].append(bench.one(lambda url, tell=tell: tell(bench, url)))
            time.sleep(PAUSE)
        bench.alone()
        name = f"looking every {interval:g} s"
        found[name] = []
        chance = random.Random(1)
        for _ in range(publications):
            time.sleep(chance.random() * interval)
            found[name].append(bench.one(bench.nobody))
    return found


def told(seconds: list[float]) -> dict[str, float]:
    """Milliseconds: median, 95 of 100, the worst."""
    high = quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
    three = {"median": median(seconds), "p95": min(high, max(seconds)), "max": max(seconds)}
    return {name: value * 1000 for name, value in three.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--publications", type=int, default=50)
    parser.add_argument("--interval", type=float, default=5.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.publications, options.interval)
    result = {name: told(seconds) for name, seconds in found.items()}
    if options.json:
        return show_json(result)
    rows = [(name, *numbers.values()) for name, numbers in result.items()]
    show("From publication to Article, ms", ("", "median", "p95", "max"), rows)


if __name__ == "__main__":
    run_inside(inside) or main()
