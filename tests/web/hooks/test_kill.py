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
SHOWN = 12  # the last articles in the feed
LONG = ["It is long, and it is made of wood. " * 30]  # nothing that a page could add


class Victims:
    """Processes that hear and take what they are told, each to be killed at another step."""

    def __init__(self, home: Path, site: Website) -> None:
        self.titles = ["Old news"]  # of all that was published
        self._site, self._home, self._at = site, home, NOON
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
        """A new site."""
        self._site.publish(self.titles[0])
        assert self._do("begin", self._site.feed_url) == 0

    def publish(self) -> str:
        """One more article; its address. As feeds do, this one shows the latest few alone."""
        self.titles.append(f"Story {len(self.titles)}")
        del self._site.publication.stories[SHOWN:]
        return self._site.publish(self.titles[-1], LONG, date=self._at)

    def run(self, act: str, step: int, *words: str) -> bool:
        """Whether it lived; an hour has passed since the last."""
        self._at += timedelta(hours=1)
        ended = self._do(act, str(int(self._at.timestamp())), str(step), *words)
        assert ended in {0, KILLED}, (self._home / "log").read_text()[-3000:]
        return ended == 0

    def stored(self) -> list[str]:
        """The titles of all articles that go on, or were there before us, as they came."""
        return self._ask("SELECT title FROM sources_article WHERE state != 'held' ORDER BY id")

    def left(self) -> list[str]:
        """What was told and is not yet taken."""
        return self._ask("SELECT url FROM sources_notice")

    def _ask(self, question: str) -> list[str]:
        with closing(sqlite3.connect(self._home / "data" / "syndicate.sqlite3")) as file:
            return [value for (value,) in file.execute(question)]

    def _do(self, *words: str) -> int:
        return self._slipway.launch("tests.web.hooks.victim", *words).wait(60)


@pytest.fixture(scope="module")
def victims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victims]:
    """Of all kinds, one after the other, at one site."""
    home = tmp_path_factory.mktemp("home")
    with clock.frozen(NOON), Website() as site, Victims(home, site) as found:
        found.begin()
        yield found


KINDS = pytest.mark.parametrize("kind", ["push", "ping", "webhook"])


@KINDS
def test_a_message_killed_before_each_step_of_being_kept(victims: Victims, kind: str) -> None:
    """Who is not thanked says it again, as hubs and plugins do."""
    again: list[str] = []
    for step in count(1):
        url = victims.publish()
        if victims.run("hear", step, kind, *again, url):
            break
        again = [url]
    assert step > 3, "it has more steps than that"
    assert victims.run("take", 0, kind, victims.publish())
    assert (victims.stored(), victims.left()) == (victims.titles, [])


@KINDS
def test_a_take_killed_before_each_of_its_steps(victims: Victims, kind: str) -> None:
    for step in count(1):
        if victims.run("take", step, kind, victims.publish()):
            break
    assert step > 8, "it has more steps than that"
    assert (victims.stored(), victims.left()) == (victims.titles, [])
