"""A watched site for each trap, and the two questions that matter: what goes out, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.sources.detect import detect
from syndicate.sources.models import Article, Notice, Source
from syndicate.sources.notice import take
from syndicate.sources.tell import tell
from tests.conftest import NOON
from tests.fakes.website import Website

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Whole articles: nothing that their pages could add.
LONG = ("It is long, and it is made of wood. " * 30,)
OLD = ("Old news 3", "Old news 2", "Old news 1")


class Watch:
    """A site, the source that watches it, and an hour's distance between two looks."""

    def __init__(self, site: Any, *, url: str = "", **values: Any) -> None:
        self.site, self.at = site, NOON
        self.source = Source.objects.create(
            name="Harbour", url=url or site.feed_url, created_at=NOON, next_check=NOON, **values
        )

    def look(self, *, after: timedelta = HOUR, times: int = 1) -> Source:
        """Let time pass, and look; so many times."""
        for _ in range(times):
            self.at += after
            with self.time():
                self.look_at(self.at)
        return self.source

    def look_at(self, at: datetime) -> None:
        """Look, whatever the rhythm says."""
        Source.objects.filter(pk=self.source.pk).update(next_check=at)
        detect(self.source.pk, at)
        self.source.refresh_from_db()

    def publish(self, title: str, **values: Any) -> str:
        """A whole article, at the hour it is now; its address."""
        with self.time():
            made: str = self.site.publish(title, LONG, **values)
        return made

    def hear(self, body: bytes) -> None:
        """A hub pushes a feed, and it is taken."""
        tell(self.source, Notice.Kind.PUSH, self.at, body=body, content_type="application/rss+xml")
        with self.time():
            for pk in Notice.objects.due(self.at).values_list("pk", flat=True):
                take(pk, self.at)

    @contextmanager
    def time(self) -> Iterator[None]:
        """The hour it is, here and at the site."""
        with clock.frozen(self.at):
            self.site.tick()
            yield

    def article(self, title: str) -> Article:
        """The one with this title; there must be no other."""
        return Article.objects.get(title=title)

    @property
    def going(self) -> list[str]:
        """The titles of what goes out by itself, in the order in which it does."""
        waiting = Article.objects.filter(state=Article.State.NEW, missing_at__isnull=True)
        return list(waiting.order_by("available_at", "pk").values_list("title", flat=True))

    @property
    def held(self) -> int:
        """How many wait for an editor."""
        return Article.objects.filter(state=Article.State.HELD).count()


def begin(site: Any, **values: Any) -> Watch:
    """*site*, watched from now on: its first look knows three old articles."""
    for n, title in enumerate(OLD):
        site.publish(title, LONG, date=NOON - (3 - n) * DAY)
    watch = Watch(site, **values)
    with watch.time():
        watch.look_at(NOON)
    assert (watch.going, watch.source.error) == ([], "")
    return watch


@pytest.fixture
def site() -> Iterator[Website]:
    with clock.frozen(NOON), Website() as made:
        yield made


@pytest.fixture
def watch(db: None, site: Website) -> Watch:
    """A source whose first look is behind it: three old articles are known."""
    return begin(site)
