"""The lines that stand for an article: its description when that is good, else its lead.

Measured on news pages, the lead beats what graph methods make of the whole text.
"""

from __future__ import annotations

import re

from syndicate.lib.html import to_text
from syndicate.lib.sentences import complete, cut

LEAD = 240
_GOOD = range(60, 281)
# What feeds append to a description that was cut, or put in place of one.
_BOILERPLATE = re.compile(
    r"read more|continue reading|weiterlesen|lire la suite|leer más|click here"
    r"|the post .{0,200}first on|\[?(…|\.\.\.)\]?\s*$|cookies?\b.{0,40}\baccept",
    re.IGNORECASE | re.DOTALL,
)
# "PORT EXAMPLE, 3 May (HR) – ": where and when, before the first word that says something.
_DATELINE = re.compile(
    r"^[A-ZÄÖÜ][A-ZÄÖÜ .'-]{2,30}(, [^–—-]{1,30})?( \([^)]{1,20}\))? [–—-]{1,2} "
)
_ASIDE = re.compile(
    r"^(by|von|par|por|photo|foto|image|bild|updated?|share|listen)\b", re.IGNORECASE
)


def summary(description: str, body: str) -> str:
    """One line of plain text. *description* is plain, *body* sanitised HTML; both may be empty."""
    if is_good(description):
        return description
    lead = _lead(body)
    if lead:
        return cut(lead, LEAD)
    return cut(_BOILERPLATE.split(description, maxsplit=1)[0].strip(" [(–-"), LEAD)


def is_good(description: str) -> bool:
    """Whether a description may stand as it is."""
    fits = len(description) in _GOOD and complete(description)
    return fits and not _BOILERPLATE.search(description)


def _lead(body: str) -> str:
    """The first paragraphs that say something, joined until there is enough to cut from."""
    lead = ""
    for paragraph in re.findall(r"<p>(.*?)</p>", body, re.DOTALL)[:12]:
        text = _DATELINE.sub("", " ".join(to_text(paragraph).split()))
        if len(text) < 40 or (_ASIDE.match(text) and len(text) < 120):
            continue
        lead = f"{lead} {text}".strip()
        if len(lead) >= LEAD:
            break
    return lead or " ".join(to_text(body).split())[: 4 * LEAD]
