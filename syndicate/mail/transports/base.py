"""What every transport promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from syndicate.lib.errors import NotSent, Scope
from syndicate.mail.replies import Kind


@dataclass(frozen=True)
class Accepted:
    """The other side took the mail. *reply* is what it said."""

    code: int
    reply: str


class Refused(NotSent):
    """NotSent, with the server's own words; *code* is None where there was no answer."""

    def __init__(
        self,
        message: str,
        *,
        kind: Kind,
        permanent: bool,
        code: int | None = None,
        reply: str = "",
        hint: str = "",
        everybody: bool = False,
        unknown: bool = False,
    ) -> None:
        super().__init__(
            message,
            hint=hint,
            permanent=permanent,
            scope=Scope.LANE if everybody else Scope.ITEM,
            unknown=unknown,
            auth=kind is Kind.LOGIN,
        )
        self.kind = kind
        self.code = code
        self.reply = reply


class Transport(Protocol):
    """One connection, or what stands for it; used by one thread, ended by leaving its context."""

    name: str

    def send(
        self, sender: str, recipient: str, message: bytes, on_dot: Callable[[], None]
    ) -> Accepted:
        """Hand over one mail (CRLF lines). Raises Refused.

        *on_dot* is called once, just before the step that makes the mail theirs: what fails before
        is certainly not sent, what fails after it without an answer is ``unknown``. When *on_dot*
        raises, nothing is sent.
        """

    def check(self) -> None:
        """Find out whether mail could leave, sending none. Raises Refused."""

    def abort(self) -> None:
        """Cut the connection, from another thread; a send that waits ends at once."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
