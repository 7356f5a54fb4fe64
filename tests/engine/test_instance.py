"""Which database is at work: one that was copied or put back says so; nothing goes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicate import paths
from syndicate.engine import instance
from syndicate.engine.instance import Doubt, Memory, verdict
from syndicate.engine.models import Instance
from syndicate.lib.status import Status
from syndicate.mail.models import Edition
from syndicate.sources.models import Source
from tests import rows
from tests.web.furniture import edition, post

pytestmark = pytest.mark.django_db(transaction=True)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def folder() -> Iterator[Path]:
    """The file in which the folder remembers; none before and none after."""
    file = paths.data() / "instance"
    file.unlink(missing_ok=True)
    yield file
    file.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("place", "memory", "found"),
    [
        ("here", None, None),
        ("here", Memory("a", 5), None),
        ("here", Memory("a", 6), Doubt.OLDER),
        ("here", Memory("of another database", 900), None),
        ("elsewhere", None, Doubt.COPIED),
    ],
)
def test_the_verdict(place: str, memory: Memory | None, found: Doubt | None, now: datetime) -> None:
    row = Instance(key="a", place=place, turn=5, seen_at=now)
    assert verdict(row, "here", memory) == found


def test_beats_are_counted_and_remembered(now: datetime, folder: Path) -> None:
    assert [instance.beat(now), instance.beat(now), instance.doubt()] == [None] * 3
    assert Instance.objects.get().turn == 2
    assert '"turn": 2' in folder.read_text()


def test_what_was_put_back_is_noticed_by_all(now: datetime, folder: Path) -> None:
    instance.beat(now), instance.beat(now)
    Instance.objects.update(turn=1)
    assert instance.doubt() == Doubt.OLDER and not instance.is_doubted()
    assert instance.beat(now) == Doubt.OLDER
    folder.unlink()  # another worker, on a machine that remembers nothing
    assert instance.beat(now) == Doubt.OLDER and instance.is_doubted()


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'{"key": 1}'])
def test_a_damaged_memory_accuses_nobody(now: datetime, folder: Path, damaged: bytes) -> None:
    instance.beat(now)
    folder.write_bytes(damaged)
    assert instance.beat(now) is None


def test_what_waited_in_a_copy_waits_for_an_editor(now: datetime) -> None:
    instance.beat(now)
    Instance.objects.update(place="elsewhere")
    queued = edition(status=Status.QUEUED, send_at=now + DAY)
    going = edition(status=Status.SENDING, started_at=now)
    waiting = post(status=Status.QUEUED, due_at=now)
    rows.source(take_newest=3)
    assert instance.adopt(now) == 3
    assert instance.beat(now) is None
    for one in (queued, going, waiting):
        one.refresh_from_db()
        assert "restored" in one.error
    assert (queued.status, going.paused_at, waiting.status) == (Status.HELD, now, Status.HELD)
    assert not Source.objects.exclude(take_newest=0, baseline_at=None).exists()


def test_what_is_late_because_nobody_was_at_work_is_held(now: datetime) -> None:
    instance.beat(now - DAY)
    late = edition(status=Status.QUEUED, send_at=now - DAY)
    going = edition(status=Status.SENDING, started_at=now - DAY)
    fresh = edition(status=Status.QUEUED, send_at=now - MINUTE)
    assert instance.begin(now) is None
    statuses = dict(Edition.objects.values_list("pk", "status"))
    assert (statuses[late.pk], statuses[fresh.pk]) == (Status.HELD, Status.QUEUED)
    assert Edition.objects.get(pk=going.pk).paused_at == now


def test_after_a_short_stop_everything_goes_on(now: datetime) -> None:
    instance.beat(now - MINUTE)
    edition(status=Status.QUEUED, send_at=now - DAY)
    instance.begin(now)
    assert Edition.objects.get().status == Status.QUEUED
