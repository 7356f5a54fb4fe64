"""A picture's file without what it tells beside the picture: place, time, camera, programs. Pure.

Nothing is encoded anew, so nothing of its quality is lost. Only what is needed to show it stays.
"""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
# Beside the pixels: transparency, colours (a profile is needed to show them right), animation.
_PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT",
    b"bKGD", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
# Application segments that are needed: JFIF, a colour profile, Adobe's note on colours.
_JPEG_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}


def bare(data: bytes, kind: str) -> bytes | None:
    """*data* of this *kind* ("image/jpeg") without the rest; None where that cannot be done."""
    try:
        if kind == "image/jpeg":
            return _jpeg(data)
        return _png(data) if kind == "image/png" else None
    except (IndexError, struct.error):
        return None


def _png(data: bytes) -> bytes | None:
    kept, at = [_PNG], len(_PNG)
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if name in _PNG_KEPT:
            kept.append(data[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    return None


def _jpeg(data: bytes) -> bytes | None:
    kept, at = [data[:2]], 2
    while at < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _EOI:
            # What lies behind the end, such as a phone's film of the moment, is left there.
            return b"".join([*kept, data[at : at + 2]])
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if _needed(marker, data[at + 4 : end]):
            kept.append(data[at:end])
        at = _scanned(data, end) if marker == _SOS else end
        if marker == _SOS:
            kept.append(data[end:at])
    return None


def _needed(marker: int, body: bytes) -> bool:
    comment, application = marker == 0xFE, 0xE0 <= marker <= 0xEF
    if application:
        return marker in _JPEG_KEPT and body.startswith(_JPEG_KEPT[marker])
    return not comment


def _scanned(data: bytes, at: int) -> int:
    """Where the pixels that begin at *at* end: at the next marker that is not part of them."""
    while (at := data.find(b"\xff", at)) >= 0:
        following = data[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2
    return len(data)
