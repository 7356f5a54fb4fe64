"""Bytes that wait for those of other connections: in order, and never past a standstill."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Any, cast

import pytest

from syndicate.mail.hands import Hands
from syndicate.mail.load import Item
from syndicate.mail.message import Recipient
from syndicate.mail.outcome import Policy
from syndicate.mail.pace import pacer
from syndicate.mail.transports.base import Work
from syndicate.mail.transports.smtp import SmtpTransport
from tests.fakes.inbox import Inbox
from tests.mail.tray import Tray, letters, outcome, smtp


class Slow(Tray):
    """Has everybody wait for :meth:`write`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.writes: list[Callable[[], None]] = []

    def soon(self, write: Callable[[], None]) -> None:
        self.writes.append(write)

    def write(self) -> None:
        """Let them."""
        writes, self.writes = self.writes, []
        for write in writes:
            write()


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def test_what_waits_goes_in_order() -> None:
    tray = Slow(letters("ada", "bob", "cleo"))

    async def life() -> None:
        serving = asyncio.create_task(SmtpTransport(smtp(inbox.port)).serve(tray))
        while not serving.done():
            tray.write()
            await asyncio.sleep(0.001)
        await serving

    with Inbox() as inbox:
        asyncio.run(life())
    assert [outcome(tray.answers[name]) for name in ("ada", "bob", "cleo")] == ["sent"] * 3
    assert [mail.raw for mail in inbox.messages] == [letter.whole for letter in tray.letters]


@pytest.mark.parametrize("how", ["cancelled", "closed by the server"])
def test_a_mail_past_its_dot_whose_bytes_wait_here_did_not_go(how: str) -> None:
    tray = Slow(letters("ada"))

    async def life() -> None:
        serving = asyncio.create_task(SmtpTransport(smtp(inbox.port)).serve(tray))
        while "dot ada" not in tray.log:
            await until(lambda: tray.writes)
            if "dot ada" not in tray.log:
                tray.write()
            await asyncio.sleep(0.01)
        if how == "cancelled":
            serving.cancel()
        else:
            await asyncio.to_thread(server.close)
        await asyncio.wait([serving])

    with ExitStack() as server:
        inbox = server.enter_context(Inbox())
        asyncio.run(life())
    assert outcome(tray.answers["ada"]) == "defer"
    assert not inbox.messages


def test_a_mail_whose_writing_fails_at_once_did_not_go() -> None:
    tray = Slow(letters("ada"))

    def talk(server: socket.socket, said: list[socket.socket]) -> None:
        peer, _ = server.accept()
        peer.sendall(b"220 Hello\r\n")
        for answer in (b"250 Hello\r\n", b"250 Ok\r\n", b"250 Ok\r\n", b"354 Go\r\n"):
            peer.recv(1000)
            peer.sendall(answer)
        said.append(peer)

    async def life(server: socket.socket) -> None:
        said: list[socket.socket] = []
        talking = asyncio.create_task(asyncio.to_thread(talk, server, said))
        transport = SmtpTransport(smtp(server.getsockname()[1]))
        serving = asyncio.create_task(transport.serve(tray))
        while "dot ada" not in tray.log:
            tray.write()
            await asyncio.sleep(0.005)
        await talking
        said[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        said[0].close()
        tray.write()
        await asyncio.wait([serving])

    with socket.create_server(("127.0.0.1", 0)) as server:
        asyncio.run(life(server))
    assert outcome(tray.answers["ada"]) == "defer"


class Busy:
    """A transport whose one connection has something to write in each turn of the loop."""

    name, connections = "busy", 1

    def __init__(self) -> None:
        self.asked = self.written = 0

    async def serve(self, work: Work) -> None:
        while self.asked < 1000:
            self.asked += 1
            work.soon(self._write)
            await asyncio.sleep(0)

    def _write(self) -> None:
        self.written += 1


@pytest.mark.django_db
def test_nothing_waits_while_the_loop_stands_still(now: datetime) -> None:
    busy = Busy()
    with Hands(cast(Any, busy), Policy(3, "hold"), pacer("smtp", now)) as hands:
        hands.give([Item(Recipient(1, "ada@example.org", "", 1, 1), 1)], last=False)
        for turn in (hands.wait, hands.rest):
            for _ in range(5):
                turn(0)
                assert 0 < busy.asked == busy.written < 1000
