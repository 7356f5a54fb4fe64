"""A year in the life of a publication, at random: nothing lost, nothing twice.

Each seed is a publication whose system does all that such systems do: it publishes, dates back,
edits, renames, gives new guids, deletes, shows old stories again, answers 304 wrongly, breaks
down, is emptied, and moves as a whole; a second source shows the same; and we fall over in the
middle of a look. Every story that a look could see must have gone out once.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from syndicate.lib import clock
from syndicate.sources.models import Article
from tests.conftest import NOON
from tests.fakes.wordpress import WordPress
from tests.traps.conftest import DAY, HOUR, Watch, begin

STEPS = 40
SHOWN = 12  # so many stories does the feed hold


class Crash(BaseException):
    """We are gone, in the middle of something."""


class Life:
    """One publication, its judge, and the dice."""

    def __init__(self, watch: Watch, seed: int) -> None:
        self.watch, self.site, self.dice = watch, watch.site, random.Random(seed)
        self.visible: set[int] = set()  # the numbers of stories that a good look could see
        self.number = 0
        self.attic: list[Any] = []  # what slid out of the feed
        self.second = self.begin_second()

    def begin_second(self) -> Watch | None:
        """Another feed of the same site, which we look at now and then."""
        second = Watch(self.site, url=f"{self.site.url}/atom.xml")
        second.look_at(NOON)
        return second

    def acts(self) -> list[Any]:
        """What may happen."""
        return [self.publish] * 4 + [
            self.edit, self.rename, self.new_guid, self.delete, self.show_again, self.burst,
            self.lie, self.break_down, self.empty, self.move, self.crash, self.rest,
        ]  # fmt: skip

    def step(self) -> None:
        """Something happens, then we look."""
        self.dice.choice(self.acts())()
        self.slide()
        if self.second and self.dice.random() < 0.3:
            self.second.at = self.watch.at
            self.second.look(after=timedelta(0))

    def look(self) -> None:
        """A look at which all is well; what it shows has been seen."""
        self.watch.look(after=timedelta(minutes=self.dice.randint(10, 300)))
        self.visible |= set(self.shown())

    def write(self, date: Any) -> None:
        """One more story, in the system's own way."""
        self.number += 1
        text = f"Number {self.number} of our stories. " + "The tide comes in. " * 40
        with self.watch.time():
            self.site.publish(f"Story {self.number}", [text], date=date)
        self.slide()

    def shown(self) -> Iterator[int]:
        """The numbers of the stories in the feed."""
        stories = self.site.publication.stories
        yield from filter(None, (number_of(story.paragraphs[0]) for story in stories))

    def any(self) -> str:
        """The address of some story in the feed."""
        return self.site.url + str(self.dice.choice(self.site.publication.stories).path)

    # What happens -------------------------------------------------------------------------------

    def publish(self) -> None:
        back = self.dice.choice([0, 0, 0, 1, 30, 2_000])
        told = self.dice.choice([True, True, False])
        self.write(self.watch.at - timedelta(minutes=back) if told or back else None)
        self.look()

    def slide(self) -> None:
        """Only the newest are shown."""
        stories = self.site.publication.stories
        self.attic += stories[SHOWN:]
        del stories[SHOWN:]

    def burst(self) -> None:
        for _ in range(self.dice.randint(2, 5)):
            self.write(self.watch.at)
        self.look()

    def edit(self) -> None:
        with self.watch.time():
            self.site.edit(self.any(), title=f"Mended {self.dice.random()}")
        self.look()

    def rename(self) -> None:
        with self.watch.time():
            self.site.edit(self.any(), path=f"/renamed/{self.dice.random()}")
        self.look()

    def new_guid(self) -> None:
        with self.watch.time():
            self.site.edit(self.any(), guid=f"new-{self.dice.random()}")
        self.look()

    def delete(self) -> None:
        if len(self.site.publication.stories) > 4:
            self.site.withdraw(self.any())
        self.look()

    def show_again(self) -> None:
        if self.attic:
            self.site.publication.stories.insert(0, self.attic.pop())
        self.slide()
        self.look()

    def lie(self) -> None:
        """The server says that nothing has changed, for longer than we believe it."""
        self.site.trust_validators_only()
        self.watch.look(times=2)
        self.site.recover()
        self.look()

    def break_down(self) -> None:
        self.dice.choice(
            [
                lambda: self.site.answer_with(503),
                self.site.break_off,
                lambda: self.site.redirect("/"),
            ]
        )()
        self.watch.look(times=2)
        self.site.recover()
        self.look()

    def empty(self) -> None:
        stories, self.site.publication.stories = self.site.publication.stories, []
        self.watch.look()
        self.site.publication.stories = stories
        self.look()

    def move(self) -> None:
        """To another host, by another system: every address and every guid is a new one."""
        stories, mark = self.site.publication.stories, self.dice.randint(2, 200)
        scheme, port = self.dice.choice(["http", "https"]), self.site.url.rpartition(":")[2]
        self.site.publication.url = f"{scheme}://127.0.0.{mark}:{port}"
        for some in (stories, self.attic):
            some[:] = [replace(each, guid=f"moved-{mark}{each.path}") for each in some]
        self.look()

    def crash(self) -> None:
        left = self.dice.randint(1, 14)

        def fall(execute: Any, *arguments: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Crash
            return execute(*arguments)

        try:
            with connection.execute_wrapper(fall):
                self.watch.look()
        except Crash:
            self.look()

    def rest(self) -> None:
        self.watch.look(after=DAY)


class WordPressLife(Life):
    """One at a WordPress: dates back behind a 304, schedules, comments, has no second feed."""

    def begin_second(self) -> None:
        """The other looks would be at the very same."""

    def acts(self) -> list[Any]:
        """What may happen there."""
        return [self.publish] * 4 + [
            self.edit, self.rename, self.delete, self.burst, self.schedule, self.comment,
            self.break_down, self.crash, self.rest,
        ]  # fmt: skip

    def look(self) -> None:
        """As it comes; but only when all was asked for has all been seen that is shown."""
        self.watch.look(after=timedelta(minutes=self.dice.randint(10, 300)))
        if self.dice.random() < 0.5:
            self.rest()

    def rest(self) -> None:
        """A day, after which all is asked for."""
        self.watch.look(after=DAY)
        self.visible |= set(self.shown())

    def write(self, date: Any) -> None:
        """A story that may have come from a draft."""
        self.number += 1
        text = f"Number {self.number} of our stories. " + "The tide comes in. " * 12
        with self.watch.time():
            draft = self.dice.choice([True, False])
            self.site.publish(f"Story {self.number}", [text], date=date, from_draft=draft)

    def shown(self) -> Iterator[int]:
        """Of the feed, only the newest; of the API, all."""
        posts = self.site._sorted("date")[: 10 if self.watch.source.kind == "feed" else None]
        yield from filter(None, (number_of(post.html) for post in posts))

    def any(self) -> str:
        """The address of some post that is shown."""
        return str(self.site._link(self.dice.choice(self.site._sorted("date")[:10])))

    def slide(self) -> None:
        """It does so by itself."""

    def rename(self) -> None:
        with self.watch.time():
            self.site.rename(self.any(), f"renamed-{self.dice.randint(0, 10**9)}")
        self.look()

    def delete(self) -> None:
        if len(self.site.posts) > 14:
            self.site.delete(self.any())
        self.look()

    def schedule(self) -> None:
        self.write(self.watch.at + self.dice.randint(1, 9) * HOUR)
        self.look()

    def comment(self) -> None:
        self.site.comment(self.any())
        self.look()


def number_of(body: str) -> int:
    """The number of the story that *body* tells; 0 for an old one."""
    found = re.search(r"Number (\d+)", body)
    return int(found[1]) if found else 0


def live(life: Life) -> None:
    """A year; then what was lost, and what came twice."""
    went: dict[int, set[int]] = {}
    for _ in range(STEPS):
        life.step()
        for article in Article.objects.filter(state="new").only("body", "twin_of"):
            went.setdefault(number_of(article.body), set()).add(article.story)
    rows = Counter(
        (source, number_of(body)) for source, body in Article.objects.values_list("source", "body")
    )
    assert life.visible - set(went) == set(), "lost"
    assert [number for number, stories in went.items() if len(stories) > 1] == [], "twice"
    assert [each for each, copies in rows.items() if copies > 1 and each[1]] == []


@pytest.mark.parametrize("seed", range(6))
def test_a_year_of_publishing(watch: Watch, seed: int) -> None:
    live(Life(watch, seed))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", ["feed", "wordpress"])
def test_a_year_at_a_wordpress(db: None, kind: str, seed: int) -> None:
    with clock.frozen(NOON), WordPress() as site:
        url = site.feed_url if kind == "feed" else site.api_url
        live(WordPressLife(begin(site, kind=kind, url=url), seed))
