"""One connection of the judge's: lines and bodies in, replies out, faults where they are due."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tests.fakes.smtpd import Fault, Smtpd

# The largest part of a mail that "body" lets pass before it says no.
SOME = 4_000


class Talk(asyncio.Protocol):
    """Knows where in the conversation it is; all else it asks the server."""

    def __init__(self, server: Smtpd) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._in = bytearray()
        self._out: list[bytes] = []
        self._looked = 0  # how far a body was searched for its end
        self._mode: Callable[[], bool] = self._command
        self._recipients: list[str] = []
        self._known = False  # MAIL was taken
        self._left = 0  # octets of a BDAT
        self._held = False  # something is waited for
        self._tasks: set[asyncio.Task[None]] = set()
        self._dripping: list[tuple[bytes, float]] = []  # and how long the next one waits
        self._last: Callable[[], None] | None = None  # follows when all of it is said
        self._logged_in = self._encrypted = False
        self._answers: list[bytes] = []  # of AUTH LOGIN

    # asyncio -----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast(asyncio.Transport, transport)
        self._server.talks.add(self)
        self._server.connections += 1
        if self._server.shut:
            self._transport.write(b"421 4.3.2 Not now\r\n")
            self._transport.close()
            return
        self._do("connect", b"220 judge.example ESMTP\r\n")
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone, or we are."""
        self._transport = None
        self._server.talks.discard(self)

    def data_received(self, data: bytes) -> None:
        """Commands, or a part of a mail."""
        self._in += data
        self._go_on()

    def cut(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    # Turning -----------------------------------------------------------------------------------

    def _go_on(self) -> None:
        while not self._held and self._transport is not None and self._mode():
            pass
        self._flush()

    def _flush(self, gap: float | None = None) -> None:
        data = b"".join(self._out)
        self._out.clear()
        if not data or self._transport is None:
            return
        gap = self._server.gap if gap is None else gap
        if gap is None and not self._dripping:
            self._transport.write(data)
            return
        idle, size = not self._dripping, len(data) if gap is None else 1
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        self._dripping += [(piece, gap or 0.0) for piece in pieces]
        if idle:
            self._drip()

    def _drip(self) -> None:
        if self._transport is None:
            return
        piece, gap = self._dripping.pop(0)
        self._transport.write(piece)
        if self._dripping:
            self._loop.call_later(gap, self._drip)
        elif self._last is not None:
            self._last()

    def _finally(self, last: Callable[[], None]) -> None:
        """Listen no more, and do that when all has been said."""
        self._flush()
        self._held = True
        if self._dripping:
            self._last = last
        else:
            last()

    def _leave(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _do(
        self, stage: str, says: bytes, then: Callable[[], None] | None = None, to: str = ""
    ) -> None:
        """What is right here, unless something else is to happen; *then* only if it is right."""
        fault = self._server.fault(stage, to)
        if fault is None:
            self._out.append(says)
            if then is not None:
                then()
        elif fault.seconds:
            self._flush()
            self._held = True
            self._loop.call_later(fault.seconds, self._after, fault, says, then)
        else:
            self._misbehave(fault, says, then)

    def _after(self, fault: Fault, says: bytes, then: Callable[[], None] | None) -> None:
        self._held = False
        self._misbehave(fault, says, then)
        self._go_on()

    def _misbehave(self, fault: Fault, says: bytes, then: Callable[[], None] | None) -> None:
        said = fault.says
        if said is None and not fault.drops:
            said = says
        if said is not None:
            if fault.gap is not None:
                self._flush()  # what was said before is not slow
            self._out.append(said)
            if fault.gap is not None:
                self._flush(fault.gap)
            if then is not None and said[:1] == says[:1]:
                then()
        refuses = fault.stage == "connect" and fault.says is not None and not _is_yes(fault)
        if fault.drops or refuses:
            self._finally(self._leave)

    # Commands ----------------------------------------------------------------------------------

    def _command(self) -> bool:
        """One line; False where there is none."""
        end = self._in.find(b"\n")
        if end < 0:
            return False
        line = bytes(self._in[:end]).rstrip(b"\r")
        del self._in[: end + 1]
        self._server.heard.append(line)
        if self._answers:
            self._password(line)
            return True
        verb, _, rest = line.partition(b" ")
        known = getattr(self, "_on_" + verb.decode("ascii", "replace").lower(), None)
        if known is None:
            self._out.append(b"500 5.5.2 What?\r\n")
        else:
            known(rest)
        return True

    def _on_ehlo(self, rest: bytes) -> None:
        server = self._server
        offers = list(server.offers)
        if server.security == "starttls" and not self._encrypted:
            offers.append("STARTTLS")
        elif server.login is not None:
            offers.append(f"AUTH {server.mechanisms}")
        lines = ["judge.example", *offers]
        marks = ["-"] * (len(lines) - 1) + [" "]
        says = "".join(f"250{mark}{line}\r\n" for mark, line in zip(marks, lines, strict=True))
        self._do("ehlo", says.encode())

    def _on_helo(self, rest: bytes) -> None:
        self._do("helo", b"250 judge.example\r\n")

    def _on_starttls(self, rest: bytes) -> None:
        self._do("starttls", b"220 2.0.0 Go ahead\r\n", self._encrypt)

    def _encrypt(self) -> None:
        self._finally(self._begin_upgrade)

    def _begin_upgrade(self) -> None:
        self._last = None
        task = self._loop.create_task(self._upgrade())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _upgrade(self) -> None:
        transport, tls = self._transport, self._server.tls
        assert transport is not None and tls is not None
        self._in.clear()
        with suppress(OSError):
            secret = await self._loop.start_tls(transport, self, tls, server_side=True)
            self._transport = cast(asyncio.Transport, secret)
            self._held, self._encrypted = False, True
            self._go_on()
            return
        self._server.talks.discard(self)

    def _on_auth(self, rest: bytes) -> None:
        how, _, given = rest.partition(b" ")
        if how.upper() == b"LOGIN":
            self._answers = [b"user"]
            self._out.append(b"334 VXNlcm5hbWU6\r\n")
        elif given:
            self._check(b64decode(given).split(b"\0")[1:])
        else:
            self._answers = [b"plain"]
            self._out.append(b"334 \r\n")

    def _password(self, line: bytes) -> None:
        asked, given = self._answers.pop(), b64decode(line)
        if asked == b"user":
            self._answers = [given, b"password"]
            self._out.append(b"334 UGFzc3dvcmQ6\r\n")
        elif asked == b"plain":
            self._check(given.split(b"\0")[1:])
        else:
            self._check([self._answers.pop(), given])

    def _check(self, given: list[bytes]) -> None:
        right = self._server.login
        self._logged_in = right is not None and given == [part.encode() for part in right]
        self._do("auth", b"235 2.7.0 In\r\n" if self._logged_in else b"535 5.7.8 No\r\n")

    def _on_mail(self, rest: bytes) -> None:
        if self._server.login is not None and not self._logged_in:
            self._out.append(b"530 5.7.0 Authentication required\r\n")
        elif self._known:
            self._out.append(b"503 5.5.1 Nested MAIL\r\n")
        else:
            self._do("mail", b"250 2.1.0 Ok\r\n", self._begin)

    def _begin(self) -> None:
        self._known, self._recipients = True, []

    def _on_rcpt(self, rest: bytes) -> None:
        to = rest[rest.find(b"<") + 1 : rest.rfind(b">")].decode()
        if not self._known:
            self._out.append(b"503 5.5.1 Need MAIL\r\n")
        elif self._server.deferred():
            self._out.append(b"454 4.7.1 Not now\r\n")
        else:
            self._do("rcpt", b"250 2.1.5 Ok\r\n", lambda: self._recipients.append(to), to)

    def _on_data(self, rest: bytes) -> None:
        if not self._recipients and not self._server.lenient:
            self._out.append(b"554 5.5.1 No valid recipients\r\n")
        else:
            self._do("data", b"354 Go ahead\r\n", self._expect, "".join(self._recipients[:1]))

    def _expect(self) -> None:
        self._mode, self._looked = self._body, 0

    def _on_bdat(self, rest: bytes) -> None:
        self._left, self._mode = int(rest.split()[0]), self._chunk

    def _on_rset(self, rest: bytes) -> None:
        self._known, self._recipients = False, []
        self._out.append(b"250 2.0.0 Ok\r\n")

    def _on_noop(self, rest: bytes) -> None:
        self._out.append(b"250 2.0.0 Ok\r\n")

    def _on_quit(self, rest: bytes) -> None:
        self._out.append(b"221 2.0.0 Bye\r\n")
        self._finally(self._leave)

    # Mails -------------------------------------------------------------------------------------

    def _body(self) -> bool:
        """Up to the dot; False where it has not come."""
        if len(self._in) > SOME and (fault := self._server.fault("body")) is not None:
            self._mode = self._command
            self._held = True
            if self._transport is not None:
                self._transport.pause_reading()
            self._misbehave(fault, b"", None)
            return False
        if self._in.startswith(b".\r\n"):
            end, after = 0, 3
        else:
            found = self._in.find(b"\r\n.\r\n", max(0, self._looked - 4))
            if found < 0:
                self._looked = len(self._in)
                return False
            end, after = found + 2, found + 5
        mail = self._in[:end]
        del self._in[:after]
        self._complete(mail.replace(b"\r\n..", b"\r\n.") if b"\r\n.." in mail else mail)
        return True

    def _chunk(self) -> bool:
        """A whole BDAT."""
        if len(self._in) < self._left:
            return False
        mail = self._in[: self._left]
        del self._in[: self._left]
        if self._recipients:
            self._complete(mail)
        else:
            self._mode = self._command
            self._out.append(b"554 5.5.1 No valid recipients\r\n")
        return True

    def _complete(self, mail: bytearray) -> None:
        """The dot: first it is written down, then answered."""
        self._mode, recipients = self._command, self._recipients
        self._known, self._recipients = False, []
        if not recipients:
            self._server.empty += 1
            self._out.append(b"250 2.0.0 Ok, nobody gets it\r\n")
            return
        fault = self._server.fault("dot", recipients[0])
        if fault is None or (fault.says is None and fault.keeps) or _is_yes(fault):
            self._server.take(recipients, mail)
        if fault is None:
            self._out.append(b"250 2.0.0 Ok: queued\r\n")
        elif fault.seconds:
            self._flush()
            self._held = True
            self._loop.call_later(fault.seconds, self._after, fault, b"250 2.0.0 Late\r\n", None)
        else:
            self._misbehave(fault, b"250 2.0.0 Ok: queued\r\n", None)


def _is_yes(fault: Fault) -> bool:
    return fault.says is not None and fault.says.startswith(b"2")
