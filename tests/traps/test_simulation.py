"""A year in the life of a publication, at random: nothing lost, nothing twice.

Each seed is a publication whose system does all that such systems do: it publishes, dates back,
edits, renames, gives new guids, deletes, shows old stories again, answers 304 wrongly, breaks
down, and is emptied; and we fall over in the middle of a look. Every story that a look could see
must have gone out once.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from syndicate.lib import clock
from syndicate.sources.models import Article
from tests.traps.conftest import DAY, Watch

STEPS = 60
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

    def step(self) -> None:
        """Something happens, then we look."""
        acts = [self.publish] * 4 + [
            self.edit, self.rename, self.new_guid, self.delete, self.show_again, self.burst,
            self.lie, self.break_down, self.empty, self.crash, self.rest,
        ]  # fmt: skip
        self.dice.choice(acts)()
        with self.time():
            self.slide()

    def look(self) -> None:
        """A look at which all is well; what it shows has been seen."""
        self.watch.look(after=timedelta(minutes=self.dice.randint(10, 300)))
        self.visible |= set(self.shown())

    def shown(self) -> Iterator[int]:
        """The numbers of the stories in the feed."""
        for story in self.site.publication.stories:
            if found := re.search(r"Number (\d+)", story.paragraphs[0]):
                yield int(found[1])

    @contextmanager
    def time(self) -> Iterator[None]:
        """The site's clock."""
        with clock.frozen(self.watch.at):
            yield

    def any(self) -> str:
        """The address of some story in the feed."""
        return self.site.url + str(self.dice.choice(self.site.publication.stories).path)

    # What happens -------------------------------------------------------------------------------

    def publish(self) -> None:
        self.number += 1
        back = self.dice.choice([0, 0, 0, 1, 30, 2_000])
        told = self.dice.choice([True, True, False])
        with self.time():
            self.site.publish(
                f"Story {self.number}",
                [f"Number {self.number} of our stories. " + "The tide comes in. " * 12],
                images=[],
                date=self.watch.at - timedelta(minutes=back) if told or back else None,
            )
        self.slide()
        self.look()

    def slide(self) -> None:
        """Only the newest are shown."""
        stories = self.site.publication.stories
        self.attic += stories[SHOWN:]
        del stories[SHOWN:]

    def burst(self) -> None:
        for _ in range(self.dice.randint(2, 5)):
            self.number += 1
            text = [f"Number {self.number} of our stories. " + "It rains. " * 30]
            with self.time():
                self.site.publish(f"Story {self.number}", text, images=[], date=self.watch.at)
        self.slide()
        self.look()

    def edit(self) -> None:
        with self.time():
            self.site.edit(self.any(), title=f"Mended {self.dice.random()}")
        self.look()

    def rename(self) -> None:
        with self.time():
            self.site.edit(self.any(), path=f"/renamed/{self.dice.random()}")
        self.look()

    def new_guid(self) -> None:
        with self.time():
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


@pytest.mark.parametrize("seed", range(8))
def test_a_year_of_publishing(watch: Watch, seed: int) -> None:
    life = Life(watch, seed)
    went: dict[int, set[int]] = {}
    for _ in range(STEPS):
        life.step()
        for pk, body in Article.objects.filter(state="new").values_list("pk", "body"):
            if found := re.search(r"Number (\d+)", body):
                went.setdefault(int(found[1]), set()).add(pk)
    copies = {number: len(rows) for number, rows in went.items() if len(rows) > 1}
    rows_of = Counter(
        int(found[1])
        for body in Article.objects.values_list("body", flat=True)
        if (found := re.search(r"Number (\d+)", body))
    )
    assert life.visible - set(went) == set(), "lost"
    assert copies == {}, "twice"
    assert max(rows_of.values()) == 1
