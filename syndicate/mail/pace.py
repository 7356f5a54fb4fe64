"""How fast, and whereto not for now: what of a portion may go, by what all workers have sent.

    portion ─ admit ─→ may go now ─ begin (at the dot) ─ learn (what came of it)
                └────→ held back ─ settle (the batch is given back) ─→ reopens: due again then

Nobody waits here: what may not go now is not admitted, and its batch is due again later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from syndicate.mail.outcome import Outcome


class Item(Protocol):
    """What the pace must know of a mail; *domain* in small letters."""

    @property
    def seq(self) -> int: ...

    @property
    def attempt(self) -> int: ...

    @property
    def domain(self) -> str: ...


I = TypeVar("I", bound=Item)  # noqa: E741


class Pacer:
    """One run's view of the pace, from batch to batch of one edition; used by one thread."""

    def __init__(self) -> None:
        self.active = False  # whether anything is limited or paused
        self.reopens: datetime | None = None  # when what settle() found held back may go

    def admit(self, items: Sequence[I], now: datetime) -> Sequence[I]:
        """Those that may go now. What was admitted before and not begun is not charged again."""
        return items

    def begin(self, item: Item) -> None:
        """*item* goes: just before its dot. Only needed while ``active``."""

    def learn(self, item: Item, outcome: Outcome, now: datetime) -> Outcome:
        """What came of *item*; returns the outcome to be recorded, mostly the same."""
        return outcome

    def settle(self, now: datetime) -> None:
        """A batch is given back: return what was granted and not begun, find ``reopens``."""


def pacer(route: str, now: datetime) -> Pacer:
    """The pace of one run over the transport *route*."""
    return Pacer()
