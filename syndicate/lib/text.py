"""Plain text: what readers see as one character, shortening without hurting, finding links."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

_CLUSTER = regex.compile(r"\X")
_ADDRESS = regex.compile(r"(?<![\w/@#])https?://[^\s<>\"“”«»]+", regex.IGNORECASE)
_BLANK_LINES = regex.compile(r"\n{3,}")
# What may follow an address in a sentence without belonging to it.
_SENTENCE_END = ".,;:!?'…"
_BRACKETS = {")": "(", "]": "["}


def graphemes(text: str) -> list[str]:
    """*text* in what readers see as single characters (extended grapheme clusters, UAX #29)."""
    return list(_CLUSTER.findall(text))


def one_line(text: str) -> str:
    """Without control characters, any run of white space as one space."""
    return " ".join(_printable(text).split())


def tidy(text: str) -> str:
    """Lines without trailing space, at most one empty one between two, none around them."""
    lines = [line.rstrip() for line in _printable(text).splitlines()]
    return str(_BLANK_LINES.sub("\n\n", "\n".join(lines))).strip()


def clip(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning of *text* that *fits*, with an ellipsis where something was cut.

    Words stay whole unless that would cost half of it; what readers see as one character is never
    torn, nor is a link. *fits* should hold for every shorter text than one for which it holds;
    where it does not, what comes back may be shorter than need be. Empty if none fits.
    """
    if fits(text):
        return text
    clusters = graphemes(text)
    low, high = 0, len(clusters)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(_ended("".join(clusters[:middle]))):
            low = middle
        else:
            high = middle
    for size in range(low, 0, -1):
        kept = _whole_words(_before_link("".join(clusters[:size]), text), text)
        if kept.strip() and fits(_ended(kept)):
            return _ended(kept)
    return ""


def links(text: str) -> Iterator[tuple[int, int]]:
    """Where web addresses stand in *text*: (begin, end), without the sentence's own marks."""
    for found in _ADDRESS.finditer(text):
        yield found.start(), found.start() + len(_address(found.group()))


def _address(found: str) -> str:
    while found[-1] in _SENTENCE_END or _closes_nothing(found):
        found = found[:-1]
    return found


def _closes_nothing(found: str) -> bool:
    opening = _BRACKETS.get(found[-1])
    return opening is not None and found.count(found[-1]) > found.count(opening)


def _before_link(kept: str, text: str) -> str:
    """Without a link that would be torn: half of one leads elsewhere."""
    torn = [begin for begin, end in links(text) if begin < len(kept) < end]
    return kept[: torn[0]] if torn else kept


def _whole_words(kept: str, text: str) -> str:
    following = text[len(kept) : len(kept) + 1]
    if not following or following.isspace():
        return kept
    words = regex.split(r"\s+\S*$", kept)[0]
    # A script without spaces, or one very long word: better half of it than nothing.
    return words if len(words) * 2 >= len(kept) else kept


def _ended(text: str) -> str:
    return text.rstrip(" \t\n,;:–—-.…") + "…"


def _printable(text: str) -> str:
    """Without control characters but line breaks, and without marks that reverse what follows."""
    return str(_UNPRINTABLE.sub("", text.replace("\t", " ")))


# All of Unicode's category Cc but the line break; and embeddings: one that a title opens and never
# closes would turn around the rest of the post.
_UNPRINTABLE = regex.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
