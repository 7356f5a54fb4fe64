"""A post's text with its links told apart, for platforms on which we mark them ourselves. Pure."""

from __future__ import annotations

from syndicate.lib.text import links
from syndicate.social.channels.message import Part


def linked(text: str) -> list[Part]:
    """*text* in its stretches; those that are links show their own address."""
    found, at = [], 0
    for begin, end in links(text):
        found += [Part(text[at:begin]), Part(text[begin:end], text[begin:end])]
        at = end
    return [part for part in [*found, Part(text[at:])] if part.shown]
