"""Short signed tokens for the links in a mail: whole numbers, and a proof that we wrote them.

    varint(id) … + 12 bytes of HMAC-SHA256(key, purpose, ids)  → base64url, 20 to 24 letters

The link in ``List-Unsubscribe`` must stay below 70 letters or mail libraries mangle the header
(https://github.com/python/cpython/issues/85725), hence neither JSON nor a time stamp: whether a
token is still good is for the row it names to say. 96 bits cannot be guessed over a network.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

from syndicate.lib.errors import BadInput

MAC_BYTES = 12


def sign(purpose: str, *ids: int) -> str:
    """A token for *ids* (not negative) that :func:`read` takes for this *purpose* alone."""
    payload = b"".join(_varint(number) for number in ids)
    return _encode(payload + _mac(_keys()[0], purpose, payload))


def read(purpose: str, token: str) -> tuple[int, ...]:
    """What was signed, by the present key or an older one. Raises BadInput for anything else."""
    raw = _decode(token)
    payload, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if not any(hmac.compare_digest(mac, _mac(key, purpose, payload)) for key in _keys()):
        raise _bad()
    return tuple(_numbers(payload))


def _keys() -> list[str]:
    from django.conf import settings

    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _mac(key: str, purpose: str, payload: bytes) -> bytes:
    message = b"syndicate.token\0" + purpose.encode() + b"\0" + payload
    return hmac.digest(key.encode(), message, hashlib.sha256)[:MAC_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(token: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise _bad() from error
    # base64 ignores foreign letters and spare bits: one thing must have one token only.
    if _encode(raw) != token or len(raw) <= MAC_BYTES:
        raise _bad()
    return raw


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the top bit says that more follow."""
    if number < 0:
        raise ValueError("a token holds no negative number")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _numbers(payload: bytes) -> Iterable[int]:
    number = shift = 0
    for byte in payload:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0


def _bad() -> BadInput:
    return BadInput("This link is not complete.", "Copy the whole address from the mail.")
