"""A subject in which the reader's name may stand → its header line, with a place for the name.

Text that is not ASCII stands in a header as encoded words, and whether a blank beside such a word
is seen depends on what stands on its other side (RFC 2047 §6.2). So a line is either bare
throughout or encoded throughout, blanks and all, and the name follows suit.
"""

from __future__ import annotations

from syndicate.lib import mime
from syndicate.mail.placeholders import NAME
from syndicate.mail.splice import Layout, Value


def bare(text: str) -> Layout | None:
    """*text* with its name as it is; None where it cannot be, since the rest must be encoded."""
    if not mime.is_bare(text):
        return None
    # The placeholder is as long as most names, so the line is folded as it will be needed.
    return _around(mime.header("Subject", text).split(NAME.encode("ascii")))


def encoded(text: str) -> Layout:
    """*text* and its name as encoded words, one a line."""
    parts = _around([mime.words(part) if part else b"" for part in text.split(NAME)])
    lines: list[bytes | Value] = []
    for part in parts:
        if part != b"":  # as the first is of a subject that begins with the name
            lines += [b"\r\n " if lines else b"Subject: ", part]
    return [*lines, mime.CRLF]


def _around(parts: list[bytes]) -> list[bytes | Value]:
    """The constant *parts* with the name between."""
    first, *others = parts
    woven: list[bytes | Value] = [first]
    for part in others:
        woven += [Value.SUBJECT, part]
    return woven
