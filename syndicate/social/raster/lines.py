"""A title in lines: as few as fit, of about the same length, broken where readers expect it. Pure.

Words stay whole where there are blanks between them. Chinese and Japanese break between any two
letters, but no line begins with a closing mark or ends with an opening one (JIS X 4051).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import regex

from syndicate.lib.text import graphemes

Width = Callable[[str], float]

_NO_BEGIN = frozenset(
    "、。，．・：；？！〕〉》」』】〗）］｝ゝゞーァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎ々…‥％%”’.,:;?!)"
)
_NO_END = frozenset("「『（〔［｛〈《【〖“‘(")
_WIDE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\u3000-\u303F\uFF00-\uFFEF]")
_JOINT = frozenset("-–/")


def lines(text: str, room: float, width: Width) -> list[str]:
    """*text* in lines, each at most *room* wide by *width*; a word that is wider is torn."""
    wanted = _filled(text, room, width)
    if len(wanted) < 2:
        return wanted
    # The narrowest room that needs no further line: no lonely word at the end.
    low, high = 0.0, room
    while high - low > room / 100:
        middle = (low + high) / 2
        tried = _filled(text, middle, width)
        if len(tried) > len(wanted) or any(width(line) > middle for line in tried):
            low = middle
        else:
            high, wanted = middle, tried
    return wanted


def _filled(text: str, room: float, width: Width) -> list[str]:
    """Each line as full as it gets."""
    found, line = [], ""
    for piece in pieces(text):
        if line and width((line + piece).rstrip()) > room:
            found.append(line.rstrip())
            line = ""
        line += piece
        while width(line.rstrip()) > room and len(graphemes(line.rstrip())) > 1:
            head, line = _torn(line, room, width)
            found.append(head)
    return [*found, line.rstrip()] if line.strip() else found


def pieces(text: str) -> list[str]:
    """*text* in stretches between which a line may end; blanks belong to what is before them."""
    found, piece = [], ""
    for letter in graphemes(" ".join(text.split())):
        if piece and _may_break(piece[-1], letter):
            found.append(piece)
            piece = ""
        piece += letter
    return [*found, piece] if piece else found


def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return False
    if before == " ":
        return True
    if before in _NO_END or after[0] in _NO_BEGIN:
        return False
    return bool(_WIDE.match(before) or _WIDE.match(after[0])) or (
        before in _JOINT and after[0].isalpha()
    )


def _torn(line: str, room: float, width: Width) -> tuple[str, str]:
    """As much of one long word as fits, and the rest."""
    letters = graphemes(line)
    counts = range(1, len(letters))
    most = bisect_right(counts, room, key=lambda count: width("".join(letters[:count]))) or 1
    return "".join(letters[:most]), "".join(letters[most:])
