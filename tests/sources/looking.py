"""Looks at what a test says is there: no site, no bytes, only readings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from syndicate.sources.detect import detect
from syndicate.sources.models import Article, Source
from syndicate.sources.readers.base import Ask, Conditions, Entry, Reading
from tests import rows
from tests.conftest import NOON

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TEXT = "<p>" + "A sentence that says something about the harbour. " * 20 + "</p>"
PICTURE = "https://e.example/pier.jpg"


class Stage:
    """A reader that reads what was set out for its source."""

    shows: ClassVar[dict[str, Reading]] = {}
    asked: ClassVar[list[Ask]] = []

    def read(self, ask: Ask) -> Reading:
        """What stands there."""
        self.asked.append(ask)
        return self.shows[ask.url]


def entry(n: int, **values: Any) -> Entry:
    """One without gaps, so that no page is asked for it; the higher *n*, the later."""
    given = {
        "guid": f"g{n}", "url": f"https://e.example/2026/{n}", "title": f"T{n}",
        "body": f"{TEXT}{n}",
        "author": "Ada Example", "image_url": PICTURE, "published_at": NOON + n * MINUTE,
    }  # fmt: skip
    return Entry(**given | values)


def show(source: Source, entries: Iterable[Entry], **values: Any) -> None:
    """From now on *source* shows *entries*, newest first."""
    given = {"conditions": Conditions('"a tag"', "", "the hash")}
    Stage.shows[source.url] = Reading(entries=tuple(entries), **given | values)


def staged(entries: Iterable[Entry] = (), **values: Any) -> Source:
    """A source that shows *entries*, never looked at."""
    given = {"kind": "stage", "baseline_at": None, "health": Source.Health.NEW}
    source = rows.source(**given | values)
    show(source, entries)
    return source


def look(source: Source, at: datetime) -> Source:
    """Look at *at*, whatever the clock said."""
    Source.objects.filter(pk=source.pk).update(next_check=at)
    detect(source.pk, at)
    source.refresh_from_db()
    return source


def states(source: Source | None = None) -> dict[str, str]:
    """Title → state."""
    found = Article.objects.order_by("pk")
    chosen = found if source is None else found.filter(source=source)
    return dict(chosen.values_list("title", "state"))
