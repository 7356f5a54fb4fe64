"""A tray of letters for a transport to draw from, that remembers what became of each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from syndicate.lib.config import Smtp
from syndicate.lib.errors import BadInput
from syndicate.mail.transports.base import Accepted, Refused, Transport

BODY = b"From: news@harbour.example.org\r\nMessage-ID: <%b@x>\r\n\r\nEnd\r\n"


@dataclass(eq=False)
class Letter:
    """One mail; *text* empty: it cannot be written."""

    recipient: bytes
    sender: bytes = b"news@harbour.example.org"
    needs_utf8: bool = False
    text: bytes = BODY

    def content(self) -> Sequence[bytes]:
        """Its bytes, in two pieces."""
        if not self.text:
            raise BadInput("it has no text")
        return self.whole[:20], self.whole[20:]

    @property
    def whole(self) -> bytes:
        """Its bytes, with the recipient in them."""
        return self.text.replace(b"%b", self.recipient.partition(b"@")[0])


@dataclass
class Tray:
    """Letters to hand over, in this order. *forbidden*: who must not get one at the last moment."""

    letters: Sequence[Letter]
    forbidden: Sequence[bytes] = ()
    log: list[str] = field(default_factory=list)  # "dot ada", "sent ada", "back ada", …
    answers: dict[str, Accepted | Refused] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.waiting = deque(self.letters)
        self.out: list[Letter] = []

    def take(self) -> Letter | None:
        """The next one."""
        if not self.waiting:
            return None
        self.out.append(self.waiting.popleft())
        return self.out[-1]

    async def more(self) -> bool:
        """Whether one waits; ours never come later."""
        return bool(self.waiting)

    def dot(self, mail: Letter) -> bool:
        """Most may go."""
        assert mail in self.out
        if mail.recipient in self.forbidden:
            self.out.remove(mail)
            return False
        self._note("dot", mail)
        self.dotted()
        return True

    def dotted(self) -> None:
        """A test's own, just before a mail goes."""

    def done(self, mail: Letter, answer: Accepted | Refused) -> None:
        """Once for each."""
        self.out.remove(mail)
        assert _name(mail) not in self.answers
        self.answers[_name(mail)] = answer
        self._note(outcome(answer), mail)

    def soon(self, write: Callable[[], None]) -> None:
        """At once."""
        write()

    def put_back(self, mail: Letter) -> None:
        """To the front."""
        self.out.remove(mail)
        self.waiting.appendleft(mail)
        self._note("back", mail)

    def _note(self, what: str, mail: Letter) -> None:
        self.log.append(f"{what} {_name(mail)}")


def letters(*names: str) -> list[Letter]:
    """To ada@example.org and so on."""
    return [Letter(b"%b@example.org" % name.encode()) for name in names]


def outcome(answer: Accepted | Refused | None) -> str:
    """An answer in two words at most."""
    if not isinstance(answer, Refused):
        return "sent" if answer else "well"
    if answer.unknown:
        return "unknown"
    whose = "all " if answer.everybody else ""
    return whose + ("fail" if answer.permanent else "defer")


def carry(transport: Transport, tray: Tray) -> Refused | None:
    """One connection's life; what it holds against everybody."""

    async def life() -> Refused | None:
        try:
            await transport.serve(tray)
        except Refused as error:
            return error
        return None

    ended = asyncio.run(life())
    assert not tray.out, "each letter is settled or put back"
    return ended


def smtp(port: int, **values: object) -> Smtp:
    """A server on this machine, and patience for half a second."""
    given: dict[str, object] = {
        "host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 5,
        "username": "", "password": "", "connections": 1, "messages_per_connection": 100,
    }  # fmt: skip
    return Smtp(**{**given, **values})  # type: ignore[arg-type]


def _name(mail: Letter) -> str:
    return mail.recipient.decode().partition("@")[0]
