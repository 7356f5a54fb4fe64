"""Signatures of BIP 340 (https://github.com/bitcoin/bips/blob/master/bip-0340.mediawiki).

What is long in it, a secret times the curve's generator, is OpenSSL's work (``cryptography``); the
rest is a few sums modulo the curve's order. Nothing here verifies: who reads a post does.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from syndicate.lib.errors import BadInput

# How many points the generator makes; a secret is smaller.
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SIZE = 32  # bytes of a secret, of a public key and of each half of a signature
_NOTHING = bytes(SIZE)


def public(secret: bytes) -> bytes:
    """The public key of *secret*: 32 bytes each. Raises BadInput where it is none."""
    return _even(secret)[1]


def sign(secret: bytes, message: bytes, extra: bytes = _NOTHING) -> bytes:
    """64 bytes, the same each time; *extra* is the standard's auxiliary randomness."""
    number, key = _even(secret)
    masked = bytes(a ^ b for a, b in zip(_to_bytes(number), _tagged("aux", extra), strict=True))
    nonce = int.from_bytes(_tagged("nonce", masked + key + message)) % ORDER
    nonce, point = _even(_to_bytes(nonce))
    challenge = int.from_bytes(_tagged("challenge", point + key + message)) % ORDER
    return point + _to_bytes((nonce + challenge * number) % ORDER)


def _even(secret: bytes) -> tuple[int, bytes]:
    """*secret* or its negative, whichever's point has an even y; and that point's x."""
    number = int.from_bytes(secret)
    if len(secret) != SIZE or not 0 < number < ORDER:
        raise BadInput("This is no secret key of the curve secp256k1.", "Copy it once more.")
    try:
        point = ec.derive_private_key(number, ec.SECP256K1()).public_key().public_numbers()
    except UnsupportedAlgorithm as error:
        raise BadInput(
            "The OpenSSL below Python’s “cryptography” was built without the curve secp256k1.",
            "Install that package as its authors ship it.",
        ) from error
    return ORDER - number if point.y % 2 else number, _to_bytes(point.x)


def _tagged(what: str, data: bytes) -> bytes:
    tag = hashlib.sha256(f"BIP0340/{what}".encode()).digest()
    return hashlib.sha256(tag + tag + data).digest()


def _to_bytes(number: int) -> bytes:
    return number.to_bytes(SIZE)
