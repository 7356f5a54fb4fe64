"""One claimed batch on the road: its claim, its journal, and what of it has not come back.

portion ─→ waiting ─ take ─→ taken ─ dot ─→ gone ─ done ─→ told ─→ the ledger
              ↑                └ put back, or asked for too long ago: fetched again
"""

from __future__ import annotations

from dataclasses import dataclass, field

from syndicate.lib.errors import BadInput
from syndicate.lib.mime import wire_address
from syndicate.mail.claim import Claim
from syndicate.mail.journal import Journal
from syndicate.mail.message import Compiled, Recipient
from syndicate.mail.outcome import Outcome


class Item:
    """One mail to carry: its reader, the number of this try, and when we last asked whether they
    still read (*asked*, on clock.monotonic). It is what a transport calls a Mail."""

    __slots__ = (
        "asked", "attempt", "load", "made", "needs_utf8", "pressed",
        "reader", "recipient", "sender", "seq",
    )  # fmt: skip

    load: Load
    sender: bytes
    recipient: bytes
    needs_utf8: bool

    def __init__(self, reader: Recipient, attempt: int) -> None:
        self.reader = reader
        self.seq = reader.seq
        self.attempt = attempt
        self.asked = 0.0
        self.pressed = False  # by mail.press, where we sign: it will be made, and then is
        self.made: bytes | BadInput | None = None

    @property
    def domain(self) -> str:
        """Where it goes: what stands after the @, in small letters."""
        return self.reader.email.rpartition("@")[2].lower()

    def address(self) -> None:
        """Write the envelope. Raises BadInput for an address that no mail can be sent to."""
        self.recipient, self.needs_utf8 = wire_address(self.reader.email)
        self.sender = self.load.compiled.sender(self.seq)

    def content(self) -> bytes:
        """The mail itself."""
        if isinstance(self.made, BadInput):
            raise self.made
        return self.made or self.load.compiled.splice(self.reader)


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
    taken: dict[int, Item] = field(default_factory=dict)  # a connection has it; no dot yet
    gone: dict[int, Item] = field(default_factory=dict)  # after its dot, without an answer
    told: list[tuple[Item, Outcome]] = field(default_factory=list)  # not in the ledger yet
    withheld: set[int] = field(default_factory=set)  # the pace says: not now

    @property
    def is_home(self) -> bool:
        """Whether nothing of it is on its way, and the ledger knows all."""
        return not (self.taken or self.gone or self.told)

    def known(self) -> set[int]:
        """The seqs that are not to be given out, though the ledger has them as waiting."""
        return {*self.taken, *self.gone, *self.withheld, *(item.seq for item, _ in self.told)}

    def fetch_again(self, seq: int) -> None:
        """What was given out did not go after all."""
        self.after, self.dry = min(self.after, seq - 1), False
