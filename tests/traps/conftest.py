"""A watched site for each trap, and the two questions that matter: what goes out, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.sources.detect import detect
from syndicate.sources.models import Article, Source
from tests.conftest import NOON
from tests.fakes.website import Website

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Watch:
    """A site, the source that watches it, and an hour's distance between two looks."""

    def __init__(self, site: Website, **values: Any) -> None:
        self.site, self.at = site, NOON
        self.source = Source.objects.create(
            name="Harbour", url=site.feed_url, created_at=NOON, next_check=NOON, **values
        )

    def look(self, *, after: timedelta = HOUR, times: int = 1) -> Source:
        """Let time pass, and look; so many times."""
        for _ in range(times):
            self.at += after
            with clock.frozen(self.at):
                self.look_at(self.at)
        return self.source

    def look_at(self, at: datetime) -> None:
        """Look, whatever the rhythm says."""
        Source.objects.filter(pk=self.source.pk).update(next_check=at)
        detect(self.source.pk, at)
        self.source.refresh_from_db()

    @property
    def going(self) -> list[str]:
        """The titles of what goes out by itself, in the order in which it does."""
        waiting = Article.objects.filter(state=Article.State.NEW, missing_at__isnull=True)
        return list(waiting.order_by("available_at", "pk").values_list("title", flat=True))

    @property
    def held(self) -> int:
        """How many wait for an editor."""
        return Article.objects.filter(state=Article.State.HELD).count()


@pytest.fixture
def site() -> Iterator[Website]:
    with clock.frozen(NOON), Website() as made:
        yield made


@pytest.fixture
def watch(db: None, site: Website) -> Watch:
    """A source whose first look is behind it: three old articles are known."""
    for n in (3, 2, 1):
        site.publish(f"Old news {n}", date=NOON - n * DAY)
    found = Watch(site)
    found.look_at(NOON)
    assert found.going == []
    return found
