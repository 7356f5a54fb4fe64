"""One article as several posts, each of them whole sentences where those are short enough. Pure.

::

    rest(body, first) ─→ paragraphs, without what the first post says ─→ thread ─→ parts
                                                                          numbered ─→ “… 2/3”
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from syndicate.lib.html import to_text
from syndicate.lib.sentences import complete, split
from syndicate.lib.text import clip, graphemes, links, one_line

Fits = Callable[[str], bool]
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
# What :func:`numbered` has put below a text.
_NUMBER = re.compile(r"\n\n\d+/\d+$")
_ASIDE = re.compile(r"<(figure|figcaption|table|pre)\b.*?</\1>", re.DOTALL)


def thread(paragraphs: Sequence[str], most: int, fits: Fits) -> list[str]:
    """At most *most* texts that each *fits*: as much from the beginning as they hold.

    A sentence is parted only where it is too long for a text of its own, between words; a word,
    but no link, only where even that is too long. Where more would follow a parted sentence,
    the last text ends in an ellipsis.
    """
    parts: list[str] = []
    for joint, piece in _pieces(paragraphs, fits):
        longer = f"{parts[-1]}{joint}{piece}" if parts else piece
        if parts and fits(longer):
            parts[-1] = longer
        elif len(parts) < most:
            parts.append(piece)
        else:
            return [*parts[:-1], _ended(parts[-1], piece, fits)] if parts else []
    return parts


def numbered(text: str, number: int, of: int) -> str:
    """*text* as part *number* of a thread of so many."""
    return f"{text}\n\n{number}/{of}"


def renumbered(text: str, number: int, of: int) -> str:
    """The same of a text that may have another number by now."""
    return numbered(_NUMBER.sub("", text), number, of)


def rest(body: str, first: str) -> list[str]:
    """The paragraphs of sanitised HTML, without the sentences that the *first* post has.

    Headings, captions and tables are no text to be read on its own.
    """
    html = _ASIDE.sub("", body)
    found = [to_text(each) for each in _PARAGRAPH.findall(html)] or to_text(html).split("\n\n")
    told = [[one for one in split(one_line(text)) if one not in first] for text in found]
    return [" ".join(sentences) for sentences in told if sentences and complete(sentences[-1])]


def _pieces(paragraphs: Sequence[str], fits: Fits) -> Iterator[tuple[str, str]]:
    """(what joins it to the one before, a piece that fits), in order."""
    for paragraph in paragraphs:
        joint = "\n\n"
        for sentence in split(paragraph):
            for piece in [sentence] if fits(sentence) else _parted(sentence.split(), fits):
                yield joint, piece
                joint = " "


def _parted(words: Sequence[str], fits: Fits) -> Iterator[str]:
    """As many words at a time as fit."""
    kept = ""
    for word in words:
        longer = f"{kept} {word}".strip()
        if fits(longer):
            kept = longer
            continue
        if kept:
            yield kept
        *whole, kept = [word] if fits(word) else _torn(word, fits)
        yield from whole
    if kept:
        yield kept


def _torn(word: str, fits: Fits) -> list[str]:
    """A word that is too long by itself, between what readers see as characters."""
    if any(links(word)):
        return [""]  # half of a link leads nowhere
    torn = [""]
    for cluster in graphemes(word):
        if torn[-1] and not fits(torn[-1] + cluster):
            torn.append("")
        torn[-1] += cluster
    return torn


def _ended(part: str, following: str, fits: Fits) -> str:
    """The last part of all: what breaks off in a sentence says so."""
    return part if complete(part) else clip(f"{part} {following}", fits)
