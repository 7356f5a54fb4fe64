"""Making a post fit: the summary gives way first, then the quote, then hashtags from the last on,
then the title; the link never. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from syndicate.lib.text import clip, graphemes

# A summary of which less remains says nothing: better none.
_LEAST = 30


@dataclass(frozen=True)
class Words:
    """What in a post may be shortened."""

    title: str
    summary: str = ""
    quote: str = ""
    hashtags: tuple[str, ...] = ()


def fit(render: Callable[[Words], str], words: Words, fits: Callable[[str], bool]) -> str:
    """``render(words)``, with as much of them as *fits*.

    What comes back may still be too long, if the template's own words and the link are.
    """
    whole = render(words)
    if fits(whole):
        return whole
    for part, put in ((words.summary, _summary), (words.quote, _quote)):
        kept = clip(part, lambda some: fits(render(put(words, some))))  # noqa: B023 used at once
        if len(graphemes(kept)) >= _LEAST:
            return render(put(words, kept))
        words = put(words, "")
        if fits(render(words)):
            return render(words)
    while words.hashtags and not fits(render(words)):
        words = replace(words, hashtags=words.hashtags[:-1])
    title = clip(words.title, lambda part: fits(render(replace(words, title=part))))
    return render(replace(words, title=title))


def _summary(words: Words, part: str) -> Words:
    return replace(words, summary=part)


def _quote(words: Words, part: str) -> Words:
    return replace(words, quote=part)
