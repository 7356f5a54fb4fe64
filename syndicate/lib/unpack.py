"""A body as it was sent → as it was meant: gzip, deflate, br and zstd. Pure, and bounded.

A few kilobytes may unpack to gigabytes, in one go or in many wrappings; or to nothing at all, at
great length. So it is unpacked only when it is all there, and never further than *limit*. urllib3
could do it while reading, but reads on for ever where nothing comes out, and knows zstd only by
another library.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from syndicate.lib.errors import BadInput

# What may be announced as Content-Encoding, and hence be sent.
ACCEPTED = "gzip, deflate, br, zstd"
# Nobody packs more often than twice, and even that by mistake.
_WRAPPINGS = 3
# A gzip file may be made of several; the fortieth of the smallest ones is no accident.
_MEMBERS = 1000
# Beyond a megabyte, nothing that somebody has written becomes so many times as large.
_FREE, _RATIO = 1_000_000, 200
# What a browser would hold in memory for zstd (RFC 9659).
_WINDOW = 8 * 1024 * 1024
# Its library knows no limit. From so few bytes no more than 8 MB can come: a block of 128 KiB at
# most takes four of them.
_SIP = 256


class Unpackable(BadInput):
    """It is not what it says it is, or it is cut short."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "Its Content-Encoding does not fit what it sends.")


class TooLarge(BadInput):
    """It is more than we want to have."""


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """*body* without its wrappings, at most *limit* bytes. Raises Unpackable, TooLarge.

    *encoding* is the Content-Encoding header, in the order of packing (RFC 9110, 8.4). A name that
    nobody knows ("utf-8", "none") is a server's mistake, and means nothing.
    """
    names = [name.strip().lower().removeprefix("x-") for name in encoding.split(",")]
    wrappings = [_WAYS[name] for name in names if name in _WAYS]
    if len(wrappings) > _WRAPPINGS:
        raise Unpackable("is packed too many times")
    for open_it in reversed(wrappings):
        # Not "not modified", nor "no content": some send the header with nothing behind it.
        body = open_it(body, _most(body, limit)) if body else body
    return body


def _most(body: bytes, limit: int) -> int:
    return min(limit, max(_FREE, _RATIO * len(body)))


def _gunzip(body: bytes, limit: int) -> bytes:
    found = bytearray()
    for _ in range(_MEMBERS):
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        found += _inflated(member, body, limit - len(found))
        body = member.unused_data
        if not body.startswith(b"\x1f\x8b"):  # its end, or what some servers put behind it
            return bytes(found)
    raise TooLarge("is packed in too many pieces")


def _inflate(body: bytes, limit: int) -> bytes:
    """Both that have the name: with zlib's two bytes (RFC 1950) in front, or without (RFC 1951)."""
    wrapped = body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0
    return _inflated(
        zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS), body, limit
    )


def _inflated(stream: zlib._Decompress, body: bytes, limit: int) -> bytes:
    try:
        found = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise Unpackable("is packed wrongly") from error
    return _bounded(found, limit, stream.eof)


def _unbrotli(body: bytes, limit: int) -> bytes:
    import brotli

    stream, found = brotli.Decompressor(), bytearray()
    try:
        while len(found) <= limit and not stream.is_finished():
            piece = stream.process(body, output_buffer_limit=limit + 1 - len(found))
            if not piece and not body:
                break  # it wants more than there is
            found, body = found + piece, b""
    except brotli.error as error:
        raise Unpackable("is packed wrongly") from error
    return _bounded(bytes(found), limit, stream.is_finished())


def _unzstd(body: bytes, limit: int) -> bytes:
    import zstandard

    tool = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    found, at, frames, stream = bytearray(), 0, 0, None
    try:
        while at < len(body) and len(found) <= limit and frames < _MEMBERS:
            frames, stream = (frames, stream) if stream else (frames + 1, tool.decompressobj())
            piece = body[at : at + _SIP]
            found += stream.decompress(piece)
            at += len(piece) - len(stream.unused_data)
            stream = None if stream.eof else stream
    except zstandard.ZstdError as error:
        raise Unpackable("is packed wrongly") from error
    return _bounded(bytes(found), limit, stream is None and at == len(body))


def _bounded(found: bytes, limit: int, whole: bool) -> bytes:
    if len(found) > limit:
        raise TooLarge("unpacks to more than we take")
    if not whole:
        raise Unpackable("is cut short")
    return found


_WAYS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
