"""Bytes as words that are safe to copy: Bech32 (https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki).

::

    encode("npub", bytes) ─→ "npub1…", six signs of checksum at its end
    decode("npub1…")      ─→ ("npub", bytes), or BadInput: a sign was lost or changed

Without BIP 173's limit of 90 signs, as Nostr uses it (NIP-19).
"""

from __future__ import annotations

from collections.abc import Iterable

from syndicate.lib.errors import BadInput

_SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK = 6  # signs


def encode(prefix: str, data: bytes) -> str:
    """*prefix* (lower case), a ``1``, *data* and a checksum."""
    groups = _regrouped(data, 8, 5)
    checksum = _polymod([*_expanded(prefix), *groups, *[0] * _CHECK]) ^ 1
    groups += [checksum >> 5 * (_CHECK - 1 - place) & 31 for place in range(_CHECK)]
    return f"{prefix}1" + "".join(_SIGNS[group] for group in groups)


def decode(text: str) -> tuple[str, bytes]:
    """The prefix and the bytes in it. Raises BadInput, which does not repeat *text*."""
    prefix, found, signs = text.lower().rpartition("1")
    if not found or not prefix or text not in (text.lower(), text.upper()):
        raise _broken()
    groups = [_SIGNS.find(sign) for sign in signs]
    if len(groups) < _CHECK or -1 in groups or _polymod([*_expanded(prefix), *groups]) != 1:
        raise _broken()
    groups = groups[:-_CHECK]
    # The last group may be filled up with zeros, fewer than five.
    spare = len(groups) * 5 % 8
    if groups and (spare >= 5 or groups[-1] & ((1 << spare) - 1)):
        raise _broken()
    return prefix, bytes(_regrouped(groups, 5, 8)[: len(groups) * 5 // 8])


def _broken() -> BadInput:
    return BadInput("A sign of it was lost or changed on the way.", "Copy it once more.")


def _regrouped(numbers: Iterable[int], wide: int, narrow: int) -> list[int]:
    """Numbers of *wide* bits as numbers of *narrow* bits, zeros at the end."""
    found, held, bits = [], 0, 0
    for number in numbers:
        held, bits = held << wide | number, bits + wide
        while bits >= narrow:
            bits -= narrow
            found.append(held >> bits)
            held &= (1 << bits) - 1
    return [*found, held << narrow - bits] if bits else found


def _expanded(prefix: str) -> list[int]:
    codes = [ord(sign) for sign in prefix]
    return [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)]


def _polymod(numbers: Iterable[int]) -> int:
    check = 1
    for number in numbers:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ number
        for place, part in enumerate(_GENERATOR):
            check ^= part if top >> place & 1 else 0
    return check
