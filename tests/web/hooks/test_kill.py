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
IMPORTED = ("tests.web.hooks.victim", "syndicate.urls", "syndicate.sources.readers.feed")
LONG = ["It is long, and it is made of wood. " * 30]  # nothing that a page could add


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
        self._slipway = Slipway(clean | named, home / "log", *IMPORTED)

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

    def publish(self, titles: list[str]) -> str:
        """One more article, noted among *titles*; its address."""
        titles.append(f"Story {len(titles)}")
        return self.site.publish(titles[-1], LONG)

    def titles(self) -> list[str]:
        """Of all articles, in the order in which they came."""
        return [title for (title,) in self._ask("SELECT title FROM sources_article ORDER BY id")]

    def left(self) -> int:
        """How many notices are not yet taken."""
        return len(self._ask("SELECT id FROM sources_notice"))

    def _ask(self, question: str) -> list[tuple[str]]:
        with closing(sqlite3.connect(self._home / "data" / "syndicate.sqlite3")) as file:
            return file.execute(question).fetchall()

    def _do(self, *words: str) -> int:
        return self._slipway.launch("tests.web.hooks.victim", *words).wait(60)


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[Victims]:
    with clock.frozen(NOON), Website() as site:
        site.publish("Old news")
        with Victims(tmp_path, site) as found:
            found.begin()
            yield found


KINDS = pytest.mark.parametrize("kind", ["push", "ping", "webhook"])


@KINDS
def test_a_message_killed_before_each_step_of_being_kept(victims: Victims, kind: str) -> None:
    """Who is not thanked says it again, as hubs and plugins do."""
    lived, titles = False, ["Old news"]
    for step in count(1):
        url = victims.publish(titles)
        lived = victims.run("hear", step, kind, url)
        if lived:
            break
        assert victims.run("hear", 0, kind, url)
    assert len(titles) > 3, "it has more steps than that"
    assert victims.run("take", 0)
    assert (victims.titles(), victims.left()) == (titles, 0)


@pytest.mark.soak
@KINDS
def test_a_take_killed_before_each_of_its_steps(victims: Victims, kind: str) -> None:
    lived, titles = False, ["Old news"]
    for step in count(1):
        assert victims.run("hear", 0, kind, victims.publish(titles))
        lived = victims.run("take", step)
        if lived:
            break
        assert victims.run("take", 0)
    assert len(titles) > 8, "it has more steps than that"
    assert (victims.titles(), victims.left()) == (titles, 0)
