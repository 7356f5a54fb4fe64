"""Whether a page holds one article, rather than a list of them, a form or a shop window."""

from __future__ import annotations

import re

from syndicate.lib.html import to_text
from syndicate.sources.facts import Facts

_HEADING = re.compile(r"<(h\d)>(.*?)</\1>", re.DOTALL)
_LINK = re.compile(r"<a\s.*?</a>", re.DOTALL)
# Characters outside links: of a short note, and of a text that nobody signed or dated.
_SHORT, _LONG = 60, 1200


def is_single(facts: Facts, body: str) -> bool:
    """Whether *body* under these *facts* is one article, with a headline and a text."""
    text = len(to_text(_LINK.sub(" ", body)))
    signed = facts.published_at or facts.authors or facts.comments_url
    enough = text >= (_SHORT if signed else _LONG) or ("<img" in body and facts.published_at)
    return bool(facts.title and enough and not _is_list(body))


def _is_list(body: str) -> bool:
    """Whether its headings lead to other pages, as those of a front page do."""
    headings = [inner for _, inner in _HEADING.findall(body)]
    leading = [inner for inner in headings if not to_text(_LINK.sub(" ", inner))]
    return len(leading) >= 2 and 2 * len(leading) >= len(headings)
