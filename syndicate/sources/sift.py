"""Which entries the filters of a source let pass. Pure.

``{"tags": […], "authors": […], "words": […]}`` let pass what has one of them, ``not_tags`` and so
on keep it back. Upper and lower case are one; words and names are found whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from syndicate.lib.html import to_text
from syndicate.sources.readers.base import Entry

Filters = Mapping[str, Sequence[str]]

_NOUNS = {"tags": "tag", "authors": "author", "words": "word"}
KINDS = (*_NOUNS, *(f"not_{kind}" for kind in _NOUNS))


def sift(entry: Entry, filters: Filters, *, whole: bool = True) -> str:
    """Why *entry* is kept back, in words; "" where it passes.

    Before its page was read it is not *whole*: then only what it says itself speaks against it.
    """
    for kind, noun in _NOUNS.items():
        wanted, unwanted = filters.get(kind) or (), filters.get(f"not_{kind}") or ()
        if not (wanted or unwanted):
            continue
        texts = _texts(entry, kind)
        open_still = not whole and (kind == "words" or not any(texts))
        if (found := _first(unwanted, texts, kind)) is not None:
            return f"Kept back by the source's filter: its {noun} “{found}”."
        if wanted and not open_still and _first(wanted, texts, kind) is None:
            return f"Kept back by the source's filter: no {noun} of {', '.join(wanted)}."
    return ""


def _texts(entry: Entry, kind: str) -> list[str]:
    if kind == "tags":
        return [_folded(tag) for tag in entry.tags]
    if kind == "authors":
        return [_folded(entry.author)]
    return [_folded(text) for text in (entry.title, entry.summary, to_text(entry.body))]


def _first(names: Sequence[str], texts: Sequence[str], kind: str) -> str | None:
    """The first of *names* that stands in *texts*."""
    for name in names:
        folded = _folded(name)
        if not folded:
            continue
        if kind == "tags":
            hit = folded in texts
        else:
            word = re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)")
            hit = any(word.search(text) for text in texts)
        if hit:
            return name
    return None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
