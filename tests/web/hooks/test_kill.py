"""kill -9 between any two steps: what was thanked for is not lost, and no article comes twice."""

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


class Victims:
    """Processes that hear and take what they are told, each to be killed at another step."""

    def __init__(self, home: Path, site: Website) -> None:
        self.site, self._home = site, home
        self._at = NOON
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SYNDICATE_")}
        named = {
            "SYNDICATE_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "syndicate.settings",
            "SYNDICATE_SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]',
        }
        self._slipway = Slipway(clean | named, home / "log")

    def __enter__(self) -> Victims:
        self._slipway.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._slipway.__exit__()

    def run(self, act: str, step: int, *words: str) -> bool:
        """Whether it lived; an hour has passed since the last."""
        self._at += timedelta(hours=1)
        ended = self._do(act, str(int(self._at.timestamp())), str(step), *words)
        assert ended in {0, KILLED}, (self._home / "log").read_text()[-3000:]
        return ended == 0

    def begin(self) -> None:
        """A new site."""
        assert self._do("begin", self.site.feed_url) == 0

    def rows(self, table: str, column: str) -> list[str]:
        """What is in the database."""
        with closing(sqlite3.connect(self._home / "data" / "syndicate.sqlite3")) as file:
            found = file.execute(f"SELECT {column} FROM sources_{table} ORDER BY id").fetchall()
        return [value for (value,) in found]

    def _do(self, *words: str) -> int:
        return self._slipway.launch("tests.web.hooks.victim", *words).wait(60)


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[Victims]:
    with clock.frozen(NOON), Website() as site:
        site.publish("Old news")
        with Victims(tmp_path, site) as found:
            found.begin()
            yield found


@pytest.mark.parametrize("kind", ["push", "ping", "webhook"])
def test_killed_before_each_step(victims: Victims, kind: str) -> None:
    """Who is not thanked says it again, as hubs and plugins do; the rest is ours."""
    expected, lived = ["Old news"], False
    for step in count(1):
        url = victims.site.publish(f"Story {step}")
        expected.append(f"Story {step}")
        heard = victims.run("hear", step, kind, url)
        if not heard:
            assert victims.run("hear", 0, kind, url)
        lived = victims.run("take", step) and heard
        if lived:
            break
        victims.run("take", 0)
    assert len(expected) > 10, "it has more steps than that"
    assert victims.rows("article", "title") == expected
    assert victims.rows("notice", "id") == []
