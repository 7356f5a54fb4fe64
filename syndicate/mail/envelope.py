"""Where mail servers send back what they cannot deliver: the envelope's sender.

    mail.bounce_address = "bounces+*@example.org"  ─ maker ─→ a Delivery's mark → its own address
    "bounces+0f3…@example.org"  ─ read_bounce ─→ (edition, seq)

With a ``*`` each mail has a sender of its own (VERP, https://cr.yp.to/proto/verp.txt): a bounce
then names its Delivery however little else of the mail it quotes. What stands for the star is
signed, so nobody can make readers bounce, and is hexadecimal, since some servers put addresses
into lower case on their way back. The Message-ID has the same mark, but for the end of its proof:
it is seen in places where the envelope is not.
"""

from __future__ import annotations

import re
from binascii import hexlify
from collections.abc import Callable

from syndicate.lib import mime, tokens
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput

DELIVERY = "delivery"  # the mark's purpose: edition, seq

# Of a mail that stands in no ledger: it comes back to the same box and names no Delivery.
NOBODY = "0"

_TOKEN = re.compile(rf"[0-9a-f]{{{2 * (2 * tokens.ID_BYTES + tokens.MAC_BYTES)}}}")


def maker(from_address: str) -> Callable[[bytes], bytes]:
    """What gives the envelope sender of a Delivery by its mark."""
    address = _address(from_address)
    start, star, end = address.partition(b"*")
    if not star:
        return lambda mark: address
    return lambda mark: start + hexlify(mark) + end


def single(from_address: str) -> str:
    """The envelope sender of a mail that stands in no ledger."""
    return _address(from_address).decode("ascii").replace("*", NOBODY)


def read_bounce(address: str) -> tuple[int, int]:
    """The edition and seq of which *address* was the sender. Raises BadInput for no mail's."""
    local = address.lower().rpartition("@")[0]
    for found in _TOKEN.finditer(local):
        edition_id, seq = tokens.unseal(DELIVERY, bytes.fromhex(found[0]))
        return edition_id, seq
    raise BadInput(f"“{address[:80]}” names no mail of ours.")


def _address(from_address: str) -> bytes:
    return mime.ascii_address(site().mail.bounce_address or from_address).encode("ascii")
