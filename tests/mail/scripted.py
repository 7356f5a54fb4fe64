"""The other side of a dialogue without a socket: what a server answers to what was written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from syndicate.mail.transports.dialogue import Dialogue, Terms
from syndicate.mail.transports.opening import Offers
from tests.mail.tray import Tray

YES = {
    "MAIL": b"250 Ok\r\n", "RCPT": b"250 Ok\r\n", "DATA": b"354 Go\r\n", "dot": b"250 Taken\r\n",
    "BDAT": b"250 Taken\r\n", "RSET": b"250 Ok\r\n",
}  # fmt: skip


class Script:
    """Answers yes, but for ``("RCPT", "bob"): b"550 No\\r\\n"``; keeps what it heard and took."""

    def __init__(self, other: dict[tuple[str, str], bytes]) -> None:
        self._other = other
        self._in = b""
        self._name = ""
        self._body = self._valid = False
        self.lines: list[str] = []
        self.taken: list[str] = []

    def answer(self, written: bytes) -> bytes:
        """What is said to it."""
        self._in += written
        said = b""
        while (line := self._next()) is not None:
            said += self._say(line)
        return said

    def _next(self) -> str | None:
        """A command, or "dot" after a whole body."""
        if self._body:
            _, dot, rest = (b"\r\n" + self._in).partition(b"\r\n.\r\n")
            if not dot:
                return None
            self._in, self._body = rest, False
            return "dot"
        line, end, rest = self._in.partition(b"\r\n")
        if not end:
            return None
        if line.startswith(b"BDAT"):
            size = int(line.split()[1])
            if len(rest) < size:
                return None
            rest = rest[size:]
        self._in = rest
        return line.decode()

    def _say(self, line: str) -> bytes:
        self.lines.append(line)
        verb, _, rest = line.partition(" ")
        if verb == "MAIL":
            self._valid, self._name = False, ""
        if verb == "RCPT":
            self._name = rest[rest.index("<") + 1 : rest.index("@")]
        # MAIL does not say for whom it is: the sender does.
        name = rest[rest.index("<") + 1 : rest.index("@")] if verb == "MAIL" else self._name
        said = self._other.get((verb, name), YES[verb])
        if verb == "RCPT":
            self._valid = said.startswith(b"2")
        elif verb == "DATA":
            if not self._valid and (verb, name) not in self._other:
                said = b"554 No valid recipients\r\n"
            self._body = said.startswith(b"3")
        elif verb in ("dot", "BDAT") and said.startswith(b"2") and self._valid:
            self.taken.append(name)
        return said


def whole(said: bytes) -> Iterable[bytes]:
    """Not cut at all."""
    return [said]


def play(
    tray: Tray,
    script: Script,
    offers: Offers,
    cut: Callable[[bytes], Iterable[bytes]] = whole,
    most: int = 100,
) -> Dialogue:
    """Let the two talk until nothing more is said."""
    dialogue = Dialogue(Terms("mail.example.org:25", 30, most), offers, tray)
    said = deque([script.answer(dialogue.begin(0.0))])
    while said and not dialogue.over:
        for piece in cut(said.popleft()):
            if written := dialogue.receive(piece, 0.0):
                said.append(script.answer(written))
    return dialogue
