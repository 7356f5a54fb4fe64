"""Text → the bytes of a mail: header lines and quoted-printable bodies, always safe to send.

We write them ourselves because the standard library encodes a long ``List-Unsubscribe``
(https://github.com/python/cpython/issues/85725), lets a crafted subject become a header on some
versions (CVE-2024-6923), and costs milliseconds for each mail. What comes out here is ASCII, has
lines of at most 76 letters in bodies and around encoded words, and no line that begins with a dot.
"""

from __future__ import annotations

import base64
import re

from syndicate.lib.errors import BadInput

CRLF = b"\r\n"
# Nothing to encode: ASCII without "=", short enough for one line, no dot and no "From " in front
# (mailbox files turn the latter into ">From "), no blank at either end.
_PLAIN = re.compile(r"(?!\.|From )[!-<>-~](?:[ -<>-~]{0,70}[!-<>-~])?")
_UNSAFE = re.compile(rb"[^\t -<>-~]")
# 76 with the soft break's "=", and room for an encoded first letter.
_LINE = 73

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS = re.compile(r"[!#-'*+\--9=?A-Z^-~]+@[A-Za-z0-9.-]+")
# RFC 2047: an encoded word has at most 75 letters, and so has a line at most 76.
_WORD = 75
_SHELL = len("=?utf-8?b??=")


def quoted(text: str) -> bytes:
    """*text* as quoted-printable lines; the last one is left open, and may go on with a value."""
    if _PLAIN.fullmatch(text):
        return text.encode("ascii")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    return CRLF.join(_soft(line.encode("utf-8", "replace")) for line in lines)


def _soft(line: bytes) -> bytes:
    """One line, in pieces with soft breaks between."""
    rest = _UNSAFE.sub(lambda found: b"=%02X" % ord(found[0]), line)
    if rest.endswith((b" ", b"\t")):
        rest = rest[:-1] + b"=%02X" % rest[-1]
    pieces = []
    while rest:
        end = len(rest) if len(rest) <= _LINE else _cut(rest)
        pieces.append(_disarm(rest[:end]))
        rest = rest[end:]
    return b"=\r\n".join(pieces)


def _cut(line: bytes) -> int:
    """Where to break: never inside ``=XX``."""
    equals = line.rfind(b"=", _LINE - 2, _LINE)
    return _LINE if equals < 0 else equals


def _disarm(piece: bytes) -> bytes:
    """A first dot would need stuffing; a first "From " would be changed by mailbox files."""
    if piece.startswith((b".", b"From ")):
        return b"=%02X" % piece[0] + piece[1:]
    return piece


def header(name: str, text: str) -> bytes:
    """``Name: text`` with its line end; folded, encoded where it is not plain ASCII."""
    text = one_line(text)
    if text.isascii() and "=?" not in text:
        return _fold(f"{name}: {text}") + CRLF
    return f"{name}: {_words(text, _WORD - len(name) - 2)}\r\n".encode("ascii")


def mailbox(name: str, address: str) -> bytes:
    """``Name <address>``, a header's value; *address* must be one that :func:`ascii_address` made.

    The caller's header name has at most 10 letters.
    """
    name = one_line(name)
    if not name:
        return address.encode("ascii")
    phrase = _phrase(name)
    gap = " " if len(phrase) + len(address) < 60 else "\r\n "
    return f"{phrase}{gap}<{address}>".encode("ascii")


def ascii_address(address: str) -> str:
    """*address* as it goes over the wire, its domain in ASCII. Raises BadInput if it cannot."""
    local, _, domain = address.strip().rpartition("@")
    try:
        wire = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        wire = ""
    if not _ADDRESS.fullmatch(wire):
        raise BadInput(
            f"No mail can be sent to “{one_line(address)[:80]}”.",
            "Its first part must be plain letters, digits and signs.",
        )
    return wire


def one_line(text: str) -> str:
    """*text* without line ends and control characters, its blanks single: no header can hide."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _phrase(name: str) -> str:
    if not name.isascii() or "=?" in name:
        return _words(name, _WORD - len("Reply-To: "))
    if _ATOMS.fullmatch(name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(text: str, first: int) -> str:
    """Encoded words, one a line; the first has at most *first* letters."""
    words: list[str] = []
    rest = text
    while rest:
        room = (min(first, _WORD) if not words else _WORD) - _SHELL
        chunk = _chunk(rest, room // 4 * 3)
        rest = rest[len(chunk) :]
        words.append(f"=?utf-8?b?{base64.b64encode(_utf8(chunk)).decode('ascii')}?=")
    return "\r\n ".join(words)


def _chunk(text: str, size: int) -> str:
    """As many whole letters of *text* as fit into *size* bytes; at least one."""
    chunk = text[:size]
    while len(chunk) > 1 and len(_utf8(chunk)) > size:
        chunk = chunk[:-1]
    return chunk


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _fold(line: str) -> bytes:
    """Break at blanks so that, where possible, no line has more than 78 letters."""
    out: list[str] = []
    line_length = 0
    for word in line.split(" "):
        if line_length and line_length + 1 + len(word) > 78 and len(out) > 1:
            out.append("\r\n")
            line_length = 0
        out.append(f" {word}" if out else word)
        line_length += len(word) + 1
    return "".join(out).encode("ascii")
