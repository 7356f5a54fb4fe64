"""Short signed tokens for the links in a mail: whole numbers, and a proof that we wrote them.

    6 bytes for each id + 12 bytes of BLAKE2b(key, purpose, ids)  → base64url, 24 or 32 letters

The link in ``List-Unsubscribe`` must stay below 70 letters or mail libraries mangle the header
(https://github.com/python/cpython/issues/85725), hence neither JSON nor a time stamp: whether a
token is still good is for the row it names to say. 96 bits cannot be guessed over a network.

BLAKE2 is a MAC by itself (RFC 7693 §2.9) and takes half a microsecond, a third of HMAC-SHA256's:
a mail holds four tokens. All parts are multiples of three bytes, so base64 never pads, and spells
several tokens in a row as it spells each of them.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence

from syndicate.lib.errors import BadInput

ID_BYTES = 6
MAC_BYTES = 12

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def sign(purpose: str, *ids: int) -> str:
    """A token for *ids* (at least one, each from 0 to 2**48 - 1), for this *purpose* alone."""
    *first, last = ids
    return spell(sealer(purpose, *first)(last)).decode("ascii")


def sealer(purpose: str, *first: int) -> Callable[[int], bytes]:
    """Makes many tokens that differ in their last id, in bytes: ``spell(sealer(p, 7)(8))`` is
    ``sign(p, 7, 8)``.

    *purpose* has at most 16 letters. It signs with the key in force now: make one for each run.
    """
    start, begun = _begun(purpose, first)

    def seal(last: int) -> bytes:
        id = last.to_bytes(ID_BYTES, "big")
        mac = begun()
        mac.update(id)
        return start + id + mac.digest()

    return seal


def spell(sealed: bytes) -> bytes:
    """What a :func:`sealer` made, or several did, as letters: four for each three bytes."""
    return binascii.b2a_base64(sealed, newline=False).translate(_TO_URL)


def letters(octets: int) -> int:
    """How many letters so many bytes are spelled with."""
    return octets // 3 * 4


def read(purpose: str, token: str) -> tuple[int, ...]:
    """What was signed, by the present key or an older one. Raises BadInput for anything else."""
    return unseal(purpose, _decode(token))


def unseal(purpose: str, raw: bytes) -> tuple[int, ...]:
    """:func:`read` for what :func:`sealer` made."""
    ids, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    count, rest = divmod(len(ids), ID_BYTES)
    if rest or not 1 <= count <= 255:
        raise _bad()
    for made in (_mac(key, purpose, count) for key in _keys()):
        made.update(ids)
        if hmac.compare_digest(mac, made.digest()):
            return _numbers(ids)
    raise _bad()


def _keys() -> list[str]:
    from django.conf import settings

    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _begun(purpose: str, first: Sequence[int]) -> tuple[bytes, Callable[[], hashlib.blake2b]]:
    """What the *first* ids are in bytes, and what makes a MAC that has seen them."""
    start = b"".join(id.to_bytes(ID_BYTES, "big") for id in first)
    mac = _mac(_keys()[0], purpose, len(first) + 1)
    mac.update(start)
    return start, mac.copy


def _mac(secret: str, purpose: str, count: int) -> hashlib.blake2b:
    """What the ids are yet to be added to.

    Keys of any length become one of 32 bytes that serves for nothing else. *count* comes before
    the ids, and so the key's own block is done with before the first copy is made.
    """
    key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"syndicate.tokens").digest()
    return hashlib.blake2b(bytes([count]), digest_size=MAC_BYTES, key=key, person=purpose.encode())


def _decode(token: str) -> bytes:
    try:
        raw = binascii.a2b_base64(token.encode("ascii").translate(_FROM_URL))
    except ValueError as error:  # binascii.Error and UnicodeError are such
        raise _bad() from error
    # base64 ignores foreign letters: one thing must have one token only.
    if spell(raw) != token.encode("ascii"):
        raise _bad()
    return raw


def _numbers(ids: bytes) -> tuple[int, ...]:
    return tuple(
        int.from_bytes(ids[at : at + ID_BYTES], "big") for at in range(0, len(ids), ID_BYTES)
    )


def _bad() -> BadInput:
    return BadInput("This link is not complete.", "Copy the whole address from the mail.")
