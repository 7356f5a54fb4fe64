"""How Threads counts a post. Pure (https://developers.facebook.com/docs/threads/posts)."""

from __future__ import annotations

import regex

from syndicate.lib.text import graphemes, links

LIMIT = 500
# More of them are refused since December 2025.
MOST_LINKS = 5
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{RI}|\u20E3")


def length(text: str) -> int:
    """Characters, but of each emoji its bytes in UTF-8."""
    return sum(_length(one) for one in graphemes(text))


def addresses(text: str) -> list[str]:
    """The links in *text*, each once, in its order."""
    return list(dict.fromkeys(text[begin:end] for begin, end in links(text)))


def same(one: str, other: str) -> bool:
    """Whether both say it; Threads takes the mark off a hashtag that it makes the post's topic."""
    return one.replace("#", "").split() == other.replace("#", "").split()


def _length(grapheme: str) -> int:
    return len(grapheme.encode()) if _EMOJI.search(grapheme) else len(grapheme)
