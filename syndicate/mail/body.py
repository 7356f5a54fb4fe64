"""An article's body made fit for a mail: what clients understand, under our headline, bounded.

sanitised HTML ─→ no attributes of others ─→ headings below ours ─→ pictures with a width
               ─→ cut between two blocks ─→ HTML and text
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from lxml import html as lxml_html
from lxml.etree import _Element as Element

from syndicate.lib.html import to_text

# The column is 600 px wide, with 32 px of air on both sides; classic Outlook obeys only this.
COLUMN = 536

_KEPT = {"alt", "colspan", "dir", "href", "lang", "rowspan", "src", "start", "title", "width"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True)
class Body:
    """*html* and *text* say the same; *cut* if the article goes on where they end.

    *pictures* are the addresses in it; *opens* if it begins with one of them.
    """

    html: str
    text: str
    cut: bool
    pictures: tuple[str, ...] = ()
    opens: bool = False

    def shows(self, picture: str) -> bool:
        """Whether *picture* need not be shown above it: it is in it, in whatever size."""
        return self.opens or _stem(picture) in {_stem(own) for own in self.pictures}


def shape(html: str, limit: int) -> Body:
    """*html* (sanitised) for a mail, whole blocks of it, at most *limit* characters."""
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    while len(root) == 1 and root[0].tag == "div" and not _bare(root.text, root[0].tail):
        root = root[0]
    for element in root.iterdescendants("*"):
        _strip(element)
    _lower_headings(root)
    _pictures(root)
    cut = _cut(root, limit)
    pictures = tuple(image.get("src", "") for image in root.iter("img"))
    opens = len(root) > 0 and not _bare(root.text) and any(True for _ in root[0].iter("img"))
    return Body(_inner(root), _as_text(root), cut, pictures, opens)


def _bare(*texts: str | None) -> bool:
    """Whether there is text outside of any block."""
    return any((text or "").strip() for text in texts)


def _strip(element: Element) -> None:
    # A style of its own can crash premailer, and would beat the design's.
    for name in set(element.attrib) - _KEPT:
        del element.attrib[name]


def _lower_headings(root: Element) -> None:
    """The article's own headings begin at h2 and leave out no level: h1 is its title."""
    headings = [*root.iter(*_HEADINGS)]
    levels = sorted({heading.tag for heading in headings})
    for heading in headings:
        heading.tag = f"h{min(levels.index(heading.tag) + 2, 6)}"


def _pictures(root: Element) -> None:
    """Figures as boxes, which every client knows; a width for clients that need one."""
    for image in root.iter("img"):
        image.set("alt", image.get("alt", ""))
        own = image.get("width", "")
        image.set("width", str(min(int(own), COLUMN) if own.isdecimal() and int(own) else COLUMN))
    for figure in root.iter("figure"):
        figure.tag, figure.attrib["class"] = "div", "figure"
        for caption in figure.iter("figcaption"):
            caption.tag, caption.attrib["class"] = "p", "caption"


def _cut(root: Element, limit: int) -> bool:
    """Drop the blocks beyond *limit*, and a heading left without its text."""
    size = len(root.text or "")
    for block in [*root]:
        size += len(lxml_html.tostring(block, encoding="unicode"))
        if size > limit:
            for later in [block, *block.itersiblings()]:
                root.remove(later)
            _drop_last_headings(root)
            return True
    return False


def _drop_last_headings(root: Element) -> None:
    while len(root) and root[-1].tag in _HEADINGS:
        root.remove(root[-1])


def _stem(picture: str) -> str:
    """A picture's file name without its size: ``/a/pier-1024x683.jpg?w=600`` → ``pier``."""
    name = PurePosixPath(urlsplit(picture).path).stem
    return re.sub(r"[-_](\d+x\d+|\d+w?|scaled)$", "", name)


def _inner(root: Element) -> str:
    """The HTML within *root*."""
    whole: str = lxml_html.tostring(root, encoding="unicode", with_tail=False)
    return whole[whole.index(">") + 1 : -len(f"</{root.tag}>")].strip()


def _as_text(root: Element) -> str:
    """The same for a reader without HTML: addresses written out, pictures named."""
    plain = copy.deepcopy(root)
    for image in plain.iter("img"):
        image.tail = (f"[Picture: {image.get('alt')}] " if image.get("alt") else "") + (
            image.tail or ""
        )
    for item in plain.iter("li"):
        item.text = f"• {item.text or ''}"
    for link in plain.iter("a"):
        href = link.get("href", "").removeprefix("mailto:")
        if href and href != str(link.xpath("string()")).strip():
            link.tail = f" <{href}>{link.tail or ''}"
    return to_text(lxml_html.tostring(plain, encoding="unicode", with_tail=False))
