"""A host that takes a connection and never answers delays no other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from syndicate.engine.local import LocalEngine
from syndicate.jobs import JOBS
from syndicate.lib import clock
from syndicate.sources import places
from syndicate.sources.models import Source
from tests.fakes.website import Website
from tests.installation import until
from tests.rows import source

DETECT = next(job for job in JOBS if job.name == "detect")


@pytest.mark.django_db(transaction=True)
def test_hosts_that_hang_leave_places_to_others(configure: Callable[..., Any]) -> None:
    configure(sources={"look_width": 4, "per_host": 2})
    engine = LocalEngine(1, lambda well: None)
    with ExitStack() as stack:
        stack.callback(engine.close, 5)
        hanging, quick = (stack.enter_context(Website()) for _ in range(2))
        hanging.stall(30)
        for number in range(5):
            source(url=f"{hanging.feed_url}?{number}", next_check=clock.now())
        engine.submit(DETECT, list(DETECT.due(clock.now())))
        until(lambda: len(places._at_work) == 2, what="two looks that hang")
        last = source(url=quick.feed_url, next_check=clock.now())
        assert list(DETECT.due(clock.now())) == [last.pk]
        engine.submit(DETECT, [last.pk])
        until(lambda: Source.objects.get(pk=last.pk).checked_at, what="the look at the other")
        assert len(places._at_work) == 2
