"""What an editor set below the headline: a sentence or two that say what the article is about.

Shown on the page, so it is the summary its readers know; many sites give it to nobody in words a
machine would look for. A guess, by where it stands and what it is called: it must follow the
headline, come before the text, and be as long as a summary is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from syndicate.lib.tidy import Element
from syndicate.sources.claims import Claims, shown

_CALLED = re.compile(
    r"stand-?first|(?:^|-)dek|sub-?(?:head|title|line|deck)|strap-?line|chapeau|vorspann"
    r"|(?:^|-)(?:lead|lede|summary|abstract|excerpt|intro|description|teaser|des)(?:-|$)"
)
# What such a name may also belong to.
_OTHER = re.compile(r"image|photo|picture|caption|media|video|gallery|author|share|social|nav|menu")
# Elements after the headline among which it is looked for; characters that it has.
_NEAR, _SHORT, _LONG = 80, 40, 400
_TAGS = ("p", "div", "h2", "h3", "span", "section")


def standfirst(claims: Claims, title: str) -> str:
    """It, in one line, or ""; *title* is the article's."""
    top = _headline(claims.root, title)
    after = islice(_after(top), _NEAR) if top is not None else ()
    for element in after:
        if _is_one(element) and not claims.beside.holds(element):
            return shown(element)
    return ""


def _headline(root: Element, title: str) -> Element | None:
    """The heading that shows *title*; no other is sure to be the article's."""
    wanted = _folded(title)
    found = (each for tag in ("h1", "h2") for each in root.iter(tag) if wanted)
    return next((each for each in found if _folded(shown(each)) == wanted), None)


def _after(top: Element) -> Iterator[Element]:
    """What comes after *top* in the page, in its order."""
    for each in [top, *top.iterancestors()]:
        for sibling in each.itersiblings():
            if isinstance(sibling.tag, str):
                yield from sibling.iter(*_TAGS)


def _is_one(element: Element) -> bool:
    """By what it is called, and by its length."""
    own = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    names = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", own).lower().replace("_", "-").split()
    called = any(_CALLED.search(name) and not _OTHER.search(name) for name in names)
    return called and _SHORT <= len(shown(element)) <= _LONG


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
