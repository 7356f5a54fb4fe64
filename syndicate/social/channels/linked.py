"""A text as readers see it where links stand as they are. Pure."""

from __future__ import annotations

from syndicate.lib.text import links
from syndicate.social.channels.message import Part


def linked(text: str) -> list[Part]:
    """*text* in order, its links told apart and whole."""
    found, at = [], 0
    for begin, end in links(text):
        found += [Part(text[at:begin]), Part(text[begin:end], text[begin:end])]
        at = end
    return [part for part in [*found, Part(text[at:])] if part.shown]
