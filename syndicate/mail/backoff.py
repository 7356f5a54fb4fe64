"""What a refusal means for the Delivery, and for everybody else at that destination. Pure.

kind, permanent, attempt ─ verdict ─→ deferred | failed | rejected
"""

from __future__ import annotations

from syndicate.lib.status import Status
from syndicate.mail.replies import Kind


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
