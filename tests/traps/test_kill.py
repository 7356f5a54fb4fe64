"""kill -9 between any two steps of a look: no article is lost, and none goes twice."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from syndicate.lib import clock
from tests.conftest import NOON
from tests.fakes.website import Website
from tests.faults.slipway import Slipway

KILLED = -9
HOUR = timedelta(hours=1)
# What each look would spend its time on: imports.
IMPORTED = (
    "tests.traps.victim", "syndicate.sources.readers.feed", "syndicate.sources.witness",
    "trafilatura",
)  # fmt: skip


class Victims:
    """Processes that look at a site, each to be killed at another step."""

    def __init__(self, home: Path, site: Website) -> None:
        self.site, self._home, self._hour = site, home, count(1)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SYNDICATE_")}
        named = {
            "SYNDICATE_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "syndicate.settings",
            "SYNDICATE_SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]',
        }
        self._slipway = Slipway(clean | named, home / "log", *IMPORTED)

    def __enter__(self) -> Victims:
        self._slipway.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._slipway.__exit__()

    def begin(self) -> None:
        """A new site, and the first look, which sends nothing."""
        assert self._run("tests.traps.victim", self.site.feed_url) == 0
        assert self.look() == 0

    def look(self, step: int = 0) -> int:
        """An hour later; returns how the process ended."""
        at = NOON + next(self._hour) * HOUR
        return self._run("tests.traps.victim", "1", str(int(at.timestamp())), str(step))

    def articles(self) -> list[tuple[str, str, int]]:
        """(title, state, revision), in the order in which they were found."""
        with closing(sqlite3.connect(self._home / "data" / "syndicate.sqlite3")) as file:
            return file.execute(
                "SELECT title, state, revision FROM sources_article ORDER BY id"
            ).fetchall()

    def _run(self, *words: str) -> int:
        return self._slipway.launch(*words).wait(60)


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[Victims]:
    with clock.frozen(NOON), Website() as site:
        site.publish("Old news")
        with Victims(tmp_path, site) as found:
            found.begin()
            yield found


def test_a_look_killed_before_each_of_its_steps(victims: Victims) -> None:
    expected = [("Old news", "seen", 1)]
    for step in count(1):
        victims.site.publish(f"Story {step}", full=False, summary="Short.")
        expected.append((f"Story {step}", "new", 1))
        ended = victims.look(step)
        assert ended in {0, KILLED}
        victims.look()  # nothing else has changed meanwhile: it must see what was not stored
        assert victims.articles() == expected
        if ended == 0:
            break
    assert step > 6, "a look has more steps than that: nobody was killed"
