"""One claimed batch on the road: its claim, its journal, and what of it has not come back.

portion ─→ waiting ─ take ─→ out ─ dot ─→ gone ─ done ─→ told ─→ the ledger
              ↑               └ put back, or asked for too long ago: fetched again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from syndicate.lib.errors import BadInput
from syndicate.lib.mime import wire_address
from syndicate.mail.claim import Claim
from syndicate.mail.journal import Journal
from syndicate.mail.message import Compiled, Recipient
from syndicate.mail.outcome import Outcome

# What became of a mail is known: it has no text any more.
TOLD = BadInput("This mail has been dealt with.")


class Item:
    """One mail to carry: its reader, the number of this try, and when we last asked whether they
    still read (*asked*, on clock.monotonic). It is what a transport calls a Mail."""

    __slots__ = (
        "asked", "attempt", "gone", "load", "made", "mark", "needs_utf8", "pressed",
        "reader", "recipient", "sender", "seq",
    )  # fmt: skip

    load: Load
    mark: bytes
    sender: bytes
    recipient: bytes
    needs_utf8: bool

    def __init__(self, reader: Recipient, attempt: int) -> None:
        self.reader = reader
        self.seq = reader.seq
        self.attempt = attempt
        self.asked = 0.0
        self.gone = False  # past its dot
        self.pressed = False  # by mail.press, where we sign: it will be made, and then is
        self.made: Sequence[bytes] | BadInput | None = None

    @property
    def domain(self) -> str:
        """Where it goes: what stands after the @, in small letters."""
        return self.reader.email.rpartition("@")[2].lower()

    def address(self) -> None:
        """Write the envelope. Raises BadInput for an address that no mail can be sent to."""
        compiled = self.load.compiled
        self.recipient, self.needs_utf8 = wire_address(self.reader.email)
        self.mark = compiled.mark(self.seq)
        self.sender = compiled.sender(self.mark)

    def splice(self) -> list[bytes]:
        """The mail itself, made now; it is addressed."""
        return self.load.compiled.fill(self.reader, self.recipient, self.mark)

    def content(self) -> Sequence[bytes]:
        """The mail itself."""
        made = self.made
        if isinstance(made, BadInput):
            raise made
        return self.splice() if made is None else made


@dataclass(eq=False)
class Load:
    """What one run knows of one batch; all of it is in one thread's hands.

    *after*: all that was due up to this seq has been given out. *dry*: nothing is left beyond it.
    """

    claim: Claim
    journal: Journal
    compiled: Compiled
    after: int
    dry: bool = False
    out: dict[int, Item] = field(default_factory=dict)  # a connection has it; perhaps it is gone
    told: list[tuple[Item, Outcome]] = field(default_factory=list)  # not in the ledger yet
    withheld: set[int] = field(default_factory=set)  # the pace says: not now

    @property
    def is_home(self) -> bool:
        """Whether nothing of it is on its way, and the ledger knows all."""
        return not (self.out or self.told)

    def taken(self) -> dict[int, Item]:
        """What connections have that is not gone."""
        return {seq: item for seq, item in self.out.items() if not item.gone}

    def fetch_again(self, seq: int) -> None:
        """What was given out did not go after all."""
        self.after, self.dry = min(self.after, seq - 1), False
