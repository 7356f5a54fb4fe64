"""What every transport promises.

serve(work) ── one connection: it pulls
  take() → mail → … → dot(mail) → the bytes that make it theirs → done(mail, answer)
  more()   nothing to take: wait, or end
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from syndicate.lib.errors import NotSent, Scope
from syndicate.mail.replies import Kind


class Accepted(NamedTuple):
    """The other side took the mail. *reply* is what it said: one line, at most 500 letters."""

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
        self.everybody = everybody
        self.code = code
        self.reply = reply


class Mail(Protocol):
    """One mail to hand over. *sender* and *recipient* stand between < and >, ASCII or UTF-8."""

    @property
    def sender(self) -> bytes: ...

    @property
    def recipient(self) -> bytes: ...

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 (RFC 6531) can take it."""

    def content(self) -> Sequence[bytes]:
        """The final bytes, in pieces: CRLF lines, the last one ended, none beginning with a dot.

        Asked for late, and once for each time it is taken. Raises BadInput.
        """


class Work(Protocol):
    """What a connection draws from: called in the loop's thread, cheap, never blocking."""

    def take(self) -> Mail | None:
        """The next mail; None when there is none for now."""

    async def more(self) -> bool:
        """Wait until take() may give something. False: no more will come, end in order."""

    def dot(self, mail: Mail) -> bool:
        """The last moment at which nothing has been sent; servers may let it wait for minutes.

        False: it must not go. The connection forgets it, and tells nothing more of it.
        """

    def done(self, mail: Mail, answer: Accepted | Refused) -> None:
        """What became of a mail that was taken: exactly once, unless it is put back."""

    def soon(self, write: Callable[[], None]) -> None:
        """Call *write* before the loop stands still, together with those of other connections.

        A server that sleeps has to be woken for what is written to it, and we pay for that: let it
        be once for all of them (benchmarks.handover: the limit, at work).
        """

    def put_back(self, mail: Mail) -> None:
        """Taken, certainly not sent, and nobody's fault: let it be the next to be taken."""


class Transport(Protocol):
    """A way for mail to leave. *connections* is how many serve() at once make sense."""

    name: str
    connections: int

    async def serve(self, work: Work) -> None:
        """Live as one connection, until ``work.more()`` is False.

        Raises Refused, with ``everybody``, when no mail can go this way now. Cancelled, it cuts
        the connection at once: a mail after its dot is done as ``unknown``, others are put back.
        """

    def send(self, sender: str, recipient: str, message: bytes) -> Accepted:
        """Hand over one mail (CRLF lines) now, and wait for the answer. Raises Refused."""

    def check(self) -> None:
        """Find out whether mail could leave, sending none. Raises Refused."""
