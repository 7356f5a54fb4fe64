"""Text → the bytes of a mail: header lines and quoted-printable bodies, always safe to send.

We write them ourselves because the standard library encodes a long ``List-Unsubscribe``
(https://github.com/python/cpython/issues/85725), lets a crafted subject become a header on some
versions (CVE-2024-6923), and costs milliseconds for each mail. What comes out here is ASCII (but
for an address that needs SMTPUTF8), has lines of at most 76 letters in bodies and around encoded
words, and no line that begins with a dot.
"""

from __future__ import annotations

import binascii
import re

from syndicate.lib.errors import BadInput

CRLF = b"\r\n"
# Nothing to encode: ASCII without "=", short enough for one line, no dot and no "From " in front
# (mailbox files turn the latter into ">From "), no blank at either end.
_PLAIN = re.compile(r"(?!\.|From )[!-<>-~](?:[ -<>-~]{0,70}[!-<>-~])?")
_UNSAFE = re.compile(rb"[^\t -<>-~]")
# 76 with the soft break's "=", and room for an encoded first letter.
_LINE = 73

# What is spelled alike in a header, in HTML and in a quoted-printable line, and fits into each:
# most names and addresses. To know them costs a tenth of spelling them three times.
everyday_name = re.compile(r"(?!From )(?=.{1,36}$)[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*").fullmatch
everyday_address = re.compile(r"[A-Za-z0-9_+-][\w.+-]{0,30}@[A-Za-z0-9.-]{1,40}", re.A).fullmatch

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS = re.compile(r"[!#-'*+\--9=?A-Z^-~]+@[A-Za-z0-9.-]+")
# The same with letters of all scripts in its first part (RFC 6532).
_UTF8_ADDRESS = re.compile(r"[!#-'*+\--9=?A-Z^-~\x80-\U0010ffff]+@[A-Za-z0-9.-]+")
# RFC 2047: an encoded word has at most 75 letters, and so has a line at most 76.
_WORD = 75
_SHELL = len("=?utf-8?b??=")
# The first word stands behind "Subject: " or "Reply-To: ".
_FIRST = _WORD - len("Reply-To: ")


def quoted(text: str) -> bytes:
    """*text* as quoted-printable lines; the last one is left open, and may go on with a value."""
    if _PLAIN.fullmatch(text):
        return text.encode("ascii")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    return CRLF.join(_soft(line.encode("utf-8", "replace")) for line in lines)


def value(text: str) -> bytes:
    """What :func:`one_line` made, as quoted-printable that may begin a line; as :func:`quoted`."""
    made = binascii.b2a_qp(_utf8(text))
    if len(made) > _LINE or made.startswith((b".", b"From ")):
        return quoted(text)
    return made


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
    if is_bare(text):
        return _fold(f"{name}: {text}") + CRLF
    gap = " " if len(name) <= len("Reply-To") else "\r\n "
    return f"{name}:{gap}".encode("ascii") + words(text) + CRLF


def is_bare(text: str) -> bool:
    """Whether *text*, of one line, may stand in a header as it is."""
    return text.isascii() and "=?" not in text


def words(text: str) -> bytes:
    """*text*, not empty, as encoded words (RFC 2047), one a line.

    The first may stand behind a header's name of at most 10 letters with its colon and blank.
    """
    raw = _utf8(text)
    if len(raw) <= (_FIRST - _SHELL) // 4 * 3:
        return b"=?utf-8?b?" + binascii.b2a_base64(raw, newline=False) + b"?="
    return _words(text)


def mailbox(name: str, address: bytes) -> bytes:
    """``Name <address>``, a header's value; *address* must be one that :func:`wire_address` made.

    The caller's header name has at most 10 letters, with its colon and blank.
    """
    name = one_line(name)
    return phrase(name, len(address)) + b"<" + address + b">" if name else address


def phrase(name: str, room: int) -> bytes:
    """*name*, not empty, of one line, and a blank or a fold before the *room* letters to come."""
    if not is_bare(name):
        return words(name) + b"\r\n "
    made = name if _ATOMS.fullmatch(name) else _quoted_string(name)
    return made.encode("ascii") + (b" " if len(made) + room < 60 else b"\r\n ")


def ascii_address(address: str) -> str:
    """*address* as it goes over the wire, its domain in ASCII. Raises BadInput if it cannot."""
    wire, needs_utf8 = wire_address(address)
    if needs_utf8:
        raise _unusable(address)
    return wire.decode("ascii")


def wire_address(address: str) -> tuple[bytes, bool]:
    """*address* as SMTP takes it, its domain in ASCII, and whether that needs SMTPUTF8 (RFC 6531).

    Raises BadInput for what is no address.
    """
    if everyday_address(address):
        return address.encode("ascii"), False
    local, _, domain = address.strip().rpartition("@")
    try:
        wire = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise _unusable(address) from None
    if _ADDRESS.fullmatch(wire):
        return wire.encode("ascii"), False
    # Printable: neither a blank of any kind, nor a letter that cannot be seen, nor half a one.
    if not _UTF8_ADDRESS.fullmatch(wire) or not wire.isprintable():
        raise _unusable(address)
    return wire.encode("utf-8"), True


def _unusable(address: str) -> BadInput:
    return BadInput(
        f"No mail can be sent to “{one_line(address)[:80]}”.",
        "Its first part must be letters, digits and signs, and its domain one that exists.",
    )


def one_line(text: str) -> str:
    """*text* without line ends and control characters, its blanks single: no header can hide."""
    return " ".join((text if text.isprintable() else _CONTROL.sub(" ", text)).split())


def _quoted_string(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(text: str) -> bytes:
    made: list[bytes] = []
    while text:
        room = (_WORD if made else _FIRST) - _SHELL
        chunk = _chunk(text, room // 4 * 3)
        text = text[len(chunk) :]
        made.append(b"=?utf-8?b?" + binascii.b2a_base64(_utf8(chunk), newline=False) + b"?=")
    return b"\r\n ".join(made)


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
