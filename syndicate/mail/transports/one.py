"""A single mail, handed over now: a Work of one, for who wants to wait for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Accepted, Mail, Refused, Work


class One:
    """Both the mail and the work."""

    def __init__(self, sender: str, recipient: str, message: bytes) -> None:
        self.sender = sender.encode()
        self.recipient = recipient.encode()
        self.needs_utf8 = not (sender.isascii() and recipient.isascii())
        self.answer: Accepted | Refused | None = None
        self._message = message
        self._waits = True

    def content(self) -> Sequence[bytes]:
        """As it was given."""
        return (self._message,)

    def take(self) -> Mail | None:
        """Itself, once."""
        waits, self._waits = self._waits, False
        return self if waits else None

    async def more(self) -> bool:
        """Whether it still waits."""
        return self._waits

    def dot(self, mail: Mail) -> bool:
        """It goes."""
        return True

    def done(self, mail: Mail, answer: Accepted | Refused) -> None:
        """What became of it."""
        self.answer = answer

    def soon(self, write: Callable[[], None]) -> None:
        """There is nothing to wait for."""
        write()

    def put_back(self, mail: Mail) -> None:
        """Another connection may try."""
        self._waits = True


def hand_over(one: One, serve: Callable[[Work], Awaitable[None]]) -> Accepted:
    """Have *serve* carry it, in a loop of its own. Raises Refused."""

    async def life() -> None:
        await serve(one)

    asyncio.run(life())
    if isinstance(one.answer, Accepted):
        return one.answer
    raise one.answer or Refused("The mail was not taken.", kind=Kind.LOST, permanent=False)
