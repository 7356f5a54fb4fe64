"""What a refusal means for the Delivery, and whether it speaks of everybody there. Pure.

kind, permanent, attempt ─ verdict ─→ deferred | failed | rejected
kind, reply ─ reach ─→ this mail | perhaps that whole destination | that destination
"""

from __future__ import annotations

import re
from enum import Enum

from syndicate.lib.status import Status
from syndicate.mail.replies import Kind, enhanced


class Reach(Enum):
    """Of whom a refusal speaks."""

    MAIL = "mail"
    DOUBT = "doubt"  # said once it means little, said again and again it means the destination
    DOMAIN = "domain"


# Greylisting looks at each pair of sender and reader (RFC 6647): to wait with everybody because of
# one would only put off the moment at which the others' own waiting begins.
_ONE = re.compile(r"gr[ea]y.?list", re.IGNORECASE)
_ALL = re.compile(
    r"\brate\b|throttl|too (many|much|fast)|(exceed|limit)\S* .*\b(connections?|messages?|mails?)\b"
    r"|slow down|unusual (rate|volume)|temporarily (blocked|deferred)|4\.7\.(28|650|651)\b",
    re.IGNORECASE,
)


def verdict(kind: Kind, permanent: bool, attempt: int, max_attempts: int) -> Status:
    """What try number *attempt*, refused, makes of a Delivery.

    A block is about us, however permanent the server calls it: it is tried again when that
    destination reopens, and given up as ``rejected`` only with the last try.
    """
    if permanent and kind is not Kind.BLOCK:
        return Status.FAILED
    if attempt < max_attempts:
        return Status.DEFERRED
    return Status.REJECTED if kind is Kind.BLOCK else Status.FAILED


def reach(kind: str, reply: str) -> Reach:
    """Of whom *reply*, judged to be of *kind*, speaks."""
    if kind == Kind.BLOCK:
        return Reach.DOMAIN
    if kind != Kind.LATER or _ONE.search(reply):
        return Reach.MAIL
    if _ALL.search(reply):
        return Reach.DOMAIN
    # Security and policy (RFC 3463): some of it is the server's opinion of us.
    return Reach.DOUBT if enhanced(reply).startswith("4.7.") else Reach.MAIL
