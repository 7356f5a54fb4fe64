"""Signed mails made ahead: each whole and its own, whatever becomes of the processes that sign."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from syndicate.lib.config import Config
from syndicate.lib.errors import BadInput
from syndicate.mail import dkim, press
from syndicate.mail.load import Item
from syndicate.mail.message import compile
from syndicate.mail.press import Press
from tests.mail.test_dkim import ONE, TWO, pem, rsa_key, verified
from tests.mail.test_message import edition, reader


class Room:
    """A press, its loop, and those who wait; what is taken is checked."""

    def __init__(self, config: Config) -> None:
        signer = dkim.signer(config)
        assert signer is not None
        self.loop = asyncio.new_event_loop()
        self.press = Press(signer, self.loop, self._tell)
        self.waiting: deque[Item] = deque()
        self.told = 0
        self._config = config
        self._compiled = compile(edition())

    def wait(self, *emails: str) -> None:
        """Let these wait as well; a round begins."""
        for email in emails:
            item = Item(reader(email=email, seq=len(self.waiting) + 1), attempt=1)
            item.load = cast(Any, self)
            self.waiting.append(item)
        self.press.given(self.waiting)

    @property
    def compiled(self) -> Any:
        """Of the load that this room stands for."""
        return self._compiled

    def take(self) -> str:
        """The next one's address, when it is ready; what was made of it is right."""
        item = self.waiting.popleft()
        self.press.taken(self.waiting)
        self.press.make(item)
        signature, message = item.content()
        assert message == b"".join(item.splice())
        assert verified(self._config, signature + message)
        return item.reader.email

    def take_all(self) -> list[str]:
        """All, each as it gets ready."""
        found = []
        while self.waiting:
            self.until_ready()
            found.append(self.take())
        return found

    def until_ready(self) -> None:
        """Until the next one can be taken; rounds begin meanwhile."""
        end = time.monotonic() + 20
        while not self.press.is_ready(self.waiting[0]):
            assert time.monotonic() < end, "it will never be signed"
            self.turn(0.2 if self.pids() else 0)
            self.press.given(self.waiting)

    def turn(self, seconds: float) -> None:
        """Let the loop turn until the next one is ready, at most for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.press.is_ready(self.waiting[0]):
            self.loop.run_until_complete(asyncio.sleep(0.002))

    def pids(self) -> list[int]:
        """The processes at work."""
        return [desk.process.pid for desk in self.press._desks]

    def _tell(self, mails: int) -> None:
        self.told += mails


@contextmanager
def a_room(config: Config) -> Iterator[Room]:
    room = Room(config)
    try:
        yield room
    finally:
        room.press.close()
        room.loop.close()


@pytest.fixture
def room(configure: Callable[..., Config], monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Two processes, from the fifth mail on."""
    monkeypatch.setattr(press, "FEW", 4)
    monkeypatch.setattr(press, "_cores", lambda: 2)
    with a_room(configure(dkim={**ONE, "private_key": pem(rsa_key())})) as made:
        yield made


def people(count: int) -> Sequence[str]:
    return [f"r{n}@example.org" for n in range(count)]


def test_a_few_are_made_here(room: Room) -> None:
    room.wait(*people(4))
    assert room.pids() == []
    assert room.take_all() == people(4)
    room.wait("last@example.org")
    assert len(room.pids()) == 2, "these were few, but not the first ones"


def test_more_are_made_by_others(room: Room) -> None:
    room.wait(*people(100))
    assert len(room.pids()) == 2
    assert not room.press.is_ready(room.waiting[0])
    assert room.take_all() == people(100)
    assert room.told == 100


def test_no_more_are_made_ahead_than_are_wanted_soon(room: Room) -> None:
    room.wait(*people(200))
    assert sum(item.pressed for item in room.waiting) == 2 * press.AHEAD
    room.wait()
    assert sum(item.pressed for item in room.waiting) == 2 * press.AHEAD


def test_whoever_is_taken_makes_room_for_another(room: Room) -> None:
    """Within a round: the next may be long in coming."""
    room.wait(*people(200))
    for _ in range(press.TOGETHER):
        room.turn(20)
        room.take()
    assert sum(item.pressed for item in room.waiting) == 2 * press.AHEAD


def test_two_signatures(configure: Callable[..., Config], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "FEW", 0)
    config = configure(dkim={**ONE, **TWO, "private_key": pem(rsa_key())})
    with a_room(config) as room:
        room.wait(*people(9))
        room.until_ready()
        signature, message = room.waiting[0].content()
        assert signature == dkim.Signer(dkim.keys(config))(message)
        assert signature.count(b"DKIM-Signature: ") == 2
        assert room.take_all() == people(9)


def test_an_address_that_cannot_be_is_its_own_matter(room: Room) -> None:
    room.wait(*people(5), "no address", *people(3))
    for _ in range(5):
        room.until_ready()
        room.take()
    room.until_ready()
    with pytest.raises(BadInput):
        room.take()
    assert room.take_all() == people(3)


def test_of_those_that_die_nothing_is_lost(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.wait(*people(60))
    first, second = room.pids()
    os.kill(first, signal.SIGKILL)
    with caplog.at_level(logging.WARNING):
        assert room.take_all() == people(60)
        assert room.pids() == [second]
        room.wait(*people(60))
        os.kill(second, signal.SIGKILL)
        assert room.take_all() == people(60)
        assert room.pids() == []
        room.wait(*people(60))
        assert room.take_all() == people(60), "by itself, and without trying again"
    assert [record.getMessage().rpartition("; ")[2] for record in caplog.records] == [
        "1 are left",
        "this run signs by itself",
    ]


def test_who_waits_is_told_of_a_death(room: Room) -> None:
    room.wait(*people(5))
    os.kill(room.pids()[0], signal.SIGKILL)
    told = room.told
    end = time.monotonic() + 20
    while len(room.pids()) == 2 and time.monotonic() < end:
        room.loop.run_until_complete(asyncio.sleep(0.002))
    assert room.told > told


def test_one_that_hangs_is_given_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "SILENT", 3)
    room.wait(*people(5))
    asked, other = room.pids()
    os.kill(asked, signal.SIGSTOP)
    for _ in range(3):
        room.turn(0.05)
        room.wait()
    assert room.pids() == [asked, other]
    room.wait()
    assert room.pids() == [other]
    assert room.take_all() == people(5)


def test_one_that_is_always_busy_is_kept(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "SILENT", 3)
    room.wait(*people(200))
    pids = room.pids()
    for _ in range(10):
        room.loop.run_until_complete(asyncio.sleep(0.05))
        for _ in range(press.TOGETHER):
            room.turn(20)
            room.take()
        room.wait()
    assert room.pids() == pids


def test_where_none_can_be_had(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with caplog.at_level(logging.WARNING):
        room.wait(*people(5))
    assert "this run signs by itself" in caplog.text
    assert room.take_all() == people(5)
