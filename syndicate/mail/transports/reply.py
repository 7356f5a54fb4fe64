"""What an SMTP server says, taken apart: bytes, however they were cut → replies.

    b"250-one\\r\\n250 t", b"wo\\r\\n354 go\\r\\n" → (250, b"one\\ntwo\\r"), (354, b"go\\r")

A server may talk for ever; we remember only so much of it.
"""

from __future__ import annotations

from syndicate.lib.mime import one_line

# RFC 5321 §4.5.3.1.5 allows a line 512 bytes. What goes beyond these is forgotten.
LONGEST_LINE = 2_000
MOST_LINES = 100
LETTERS = 500

# (code, text): code 0 is no reply at all. A plain tuple: four of them come with each mail.
Reply = tuple[int, bytes]

_LAST = {b"%d " % code: code for code in range(200, 600)}
_CODES = {b"%d" % code: code for code in range(200, 600)}


class Replies:
    """Collects bytes until they are replies."""

    __slots__ = ("_held", "_rest", "idle")

    def __init__(self) -> None:
        self.idle = True  # what comes next begins a reply
        self._rest = b""  # a line that has not ended
        self._held: list[bytes] = []  # lines of a reply that has not ended

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that are complete with *data*."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()[:LONGEST_LINE]
        found = []
        for line in lines:
            code = _LAST.get(line[:4], 0)
            if code and not self._held:
                found.append((code, line[4:LONGEST_LINE]))
            else:
                found += self._unusual(line)
        self.idle = not (self._rest or self._held)
        return found

    def _unusual(self, line: bytes) -> list[Reply]:
        """A line of several, one without a text (RFC 5321 §4.2 has us bear it), or no reply."""
        code, mark, text = _CODES.get(line[:3], 0), line[3:4], line[4:LONGEST_LINE]
        if code and mark == b"-":
            if len(self._held) < MOST_LINES:
                self._held.append(text.rstrip(b"\r"))
            return []
        lines, self._held = [*self._held, text], []
        if not code or mark not in (b" ", b"\r", b""):
            return [(0, line[:LONGEST_LINE])]
        return [(code, b"\n".join(lines))]


def words(text: bytes) -> str:
    """A reply's text on one line, not too long for a ledger."""
    if len(text) <= LETTERS and text.isascii():
        said = text.decode("ascii").strip()
        if said.isprintable():
            return said
    return one_line(text[: 4 * LETTERS].decode("utf-8", "replace").strip())[:LETTERS]
