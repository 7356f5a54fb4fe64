"""One SMTP connection in asyncio: moves bytes between a socket and a dialogue.

    connect() ─ the steps of opening.py ─→ carry(work): what comes in → Dialogue → what goes out
                                           └ one recurring look at the clock         └→ QUIT

A BufferedProtocol spares the 256 KiB that a plain Protocol allocates for each read. For a mail
there is no coroutine, no task and no timer: all of it happens in the callback of its replies, but
for writing, which is done for several connections at once.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, cast

from syndicate.lib.config import Smtp
from syndicate.lib.errors import SyndicateError
from syndicate.mail.replies import Stage
from syndicate.mail.transports.base import Work
from syndicate.mail.transports.dialogue import Dialogue, Terms
from syndicate.mail.transports.opening import Ask, Offers, opening
from syndicate.mail.transports.refusal import broken, reason_of
from syndicate.mail.transports.reply import Replies, Reply

# Replies are short; what is longer comes in several reads.
READ_BYTES = 16 * 1024
# How long a server may take to say goodbye. Seconds.
GOODBYE = 2.0


class Line(NamedTuple):
    """The server, what we call ourselves there, and whom to trust where it is encrypted."""

    smtp: Smtp
    us: str
    trust: ssl.SSLContext | None

    @property
    def where(self) -> str:
        """The server, for people."""
        return f"{self.smtp.host}:{self.smtp.port}"


@asynccontextmanager
async def connect(line: Line) -> AsyncIterator[Connection]:
    """A connection over which mails may go. Raises Refused, for everybody."""
    connection = Connection(line)
    try:
        await connection.open()
        yield connection
        await connection.quit()
    finally:
        await connection.close()


class Connection(asyncio.BufferedProtocol):
    """From the first byte to the last."""

    def __init__(self, line: Line) -> None:
        self.offers = Offers()
        self._line = line
        self._patience = line.smtp.timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._time = self._loop.time
        self._view = memoryview(bytearray(READ_BYTES))
        self._transport: asyncio.Transport | None = None
        self._gone = self._loop.create_future()
        self._woken: asyncio.Future[None] | None = None
        self._replies = Replies()
        self._heard: deque[Reply] = deque()  # while there is no dialogue
        self._dialogue: Dialogue | None = None
        self._failure: BaseException | None = None  # the work could not go on
        self._outgoing = b""  # will be written in this turn of the loop
        self._choked = False  # the server reads more slowly than we write
        self._upload: tuple[object, float] = (None, 0.0)  # how far it was, and since when
        self._watch: asyncio.TimerHandle | None = None

    # Its life ------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect, and walk the steps of the opening. Raises Refused."""
        stage = Stage.CONNECT
        try:
            async with asyncio.timeout(self._patience):
                await self._dial()
            steps = opening(self._line.smtp, self._line.us)
            ask = next(steps)
            while True:
                stage = ask.stage
                async with asyncio.timeout(self._patience):
                    reply = await self._answer(ask)
                ask = steps.send(reply)
        except StopIteration as end:
            self.offers = end.value
        except OSError as error:  # a TimeoutError is one
            raise broken(self._line.where, stage, error) from error

    async def carry(self, work: Work) -> None:
        """Draw mails until no more come, or this connection is gone or has had its share.

        Raises Refused where that holds for everybody, and what the work raises.
        """
        smtp = self._line.smtp
        terms = Terms(self._line.where, self._patience, smtp.messages_per_connection)
        dialogue = self._dialogue = Dialogue(terms, self.offers, work)
        self._look()
        try:
            await self._converse(dialogue, work)
        finally:
            if self._watch is not None:
                self._watch.cancel()
            dialogue.unsent = self._unsent()
            dialogue.cut()

    async def quit(self) -> None:
        """Say goodbye, where there is somebody to say it to."""
        over = self._dialogue is not None and self._dialogue.over
        self._dialogue = None
        if not over:
            with suppress(OSError):
                async with asyncio.timeout(min(GOODBYE, self._patience)):
                    await self._answer(Ask(Stage.CONNECT, b"QUIT\r\n"))

    async def close(self) -> None:
        """Cut it, if it is still there."""
        if self._transport is not None:
            self._transport.abort()
            await self._gone
        else:
            await asyncio.sleep(0)  # asyncio closes what did not become a connection

    # The opening ---------------------------------------------------------------------------------

    async def _dial(self) -> None:
        smtp, trust = self._line.smtp, self._line.trust
        await self._loop.create_connection(
            lambda: self,
            smtp.host,
            smtp.port,
            ssl=trust if smtp.security == "tls" else None,
            ssl_handshake_timeout=self._patience if smtp.security == "tls" else None,
        )

    async def _answer(self, ask: Ask) -> Reply:
        """What the server says to it."""
        if ask.tls:
            await self._encrypt()
            return 0, b""
        if ask.line:
            self._write(ask.line)
        while not self._heard:
            if self._gone.done():
                raise ConnectionError("it closed the connection")
            await self._pause()
        return self._heard.popleft()

    async def _encrypt(self) -> None:
        """Go over to TLS. What was heard before may have been said by anybody: it is forgotten."""
        plain, trust, host = self._transport, self._line.trust, self._line.smtp.host
        self._transport = None  # until it succeeds, asyncio closes it and tells us nothing
        if plain is None or trust is None:
            return
        secret = await self._loop.start_tls(
            plain, self, trust, server_hostname=host, ssl_handshake_timeout=self._patience
        )
        self.connection_made(secret)
        self._heard.clear()
        self._replies = Replies()

    # While mails go ------------------------------------------------------------------------------

    async def _converse(self, dialogue: Dialogue, work: Work) -> None:
        while not (dialogue.over or dialogue.spent):
            self._write(dialogue.begin(self._time()))
            while dialogue.deadline is not None and self._failure is None:
                await self._pause()
            if (error := self._failure or dialogue.error) is not None:
                raise error
            if dialogue.over or dialogue.spent or not await work.more():
                return

    def _look(self) -> None:
        """Every second or so: has the deadline passed?"""
        dialogue, now = self._dialogue, self._time()
        if dialogue is None:
            return
        if dialogue.deadline is not None and now >= dialogue.deadline:
            self._drop("timed out")
        elif self._is_stuck(dialogue, now):
            self._drop("timed out, as it reads no more")
        else:
            self._watch = self._loop.call_later(min(1.0, self._patience / 4), self._look)

    def _is_stuck(self, dialogue: Dialogue, now: float) -> bool:
        """Whether bytes wait to be read by the server, and none was for too long."""
        unsent = self._unsent()
        if (unsent, dialogue.deadline) != self._upload[0]:
            self._upload = (unsent, dialogue.deadline), now
        return unsent > 0 and now - self._upload[1] >= self._patience

    def _drop(self, reason: str) -> None:
        """It is of no more use."""
        if self._dialogue is not None:
            self._dialogue.unsent = self._unsent()
            try:
                self._dialogue.lost(reason)
            except (SyndicateError, OSError) as error:
                self._failure = self._failure or error
        if self._transport is not None:
            self._transport.abort()
        self._wake()

    # What asyncio says ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport | None) -> None:
        """The socket is open, and for implicit TLS encrypted."""
        self._transport = cast(asyncio.Transport, transport)
        # So that we know when something waits here.
        self._transport.set_write_buffer_limits(high=1, low=0)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to put what comes in: always the same place."""
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        """The hot path: replies in, and the next mail out."""
        data = self._view[:nbytes].tobytes()
        dialogue = self._dialogue
        if dialogue is None:
            self._heard += self._replies.feed(data)
            self._wake()
            return
        dialogue.unsent = self._unsent() if self._choked or self._outgoing else 0
        try:
            out = dialogue.receive(data, self._time())
        except (SyndicateError, OSError) as error:
            self._failure = error
            self._wake()
            return
        if out:
            self._outgoing += out
            dialogue.work.soon(self._flush)
        if dialogue.deadline is None:
            self._wake()

    def pause_writing(self) -> None:
        """Some of what was written waits here."""
        self._choked = True

    def resume_writing(self) -> None:
        """All has left us."""
        self._choked = False

    def eof_received(self) -> None:
        """They say no more: what we still had to say does not matter."""
        self._drop("it closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is about to be closed."""
        if exc is not None and not isinstance(exc, OSError):
            self._failure = exc  # a mistake of ours, that asyncio caught
        self._last_words()
        self._gone.set_result(None)
        self._drop(reason_of(exc))

    def _last_words(self) -> None:
        """A server may refuse a mail half-way and hang up: writing fails before we have heard it.

        asyncio leaves it in the socket. Under TLS it cannot be read without the rest.
        """
        sock = self._transport.get_extra_info("socket") if self._transport else None
        if self._dialogue is None or self._line.smtp.security != "none" or sock is None:
            return
        with suppress(OSError):
            if said := os.read(sock.fileno(), READ_BYTES):
                self._view[: len(said)] = said
                self.buffer_updated(len(said))

    # Small things --------------------------------------------------------------------------------

    def _write(self, data: bytes) -> None:
        self._outgoing += data
        self._flush()

    def _flush(self) -> None:
        out, self._outgoing = self._outgoing, b""
        if out and self._transport is not None:
            self._transport.write(out)
            if self._transport.is_closing():
                self._outgoing = out  # it failed at once: nothing of this has left us

    def _unsent(self) -> int:
        """How many bytes wait here to be written, at least: asyncio forgets them when it fails."""
        waiting = self._transport.get_write_buffer_size() if self._transport is not None else 0
        return max(waiting, int(self._choked)) + len(self._outgoing)

    async def _pause(self) -> None:
        """Until something has happened."""
        self._woken = self._loop.create_future()
        await self._woken

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)
