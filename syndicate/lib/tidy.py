"""Foreign HTML brought into plain shape, before it is made safe.

Lazy pictures get their address, captions of the usual systems become figures, trackers and what is
hidden go, addresses become absolute, and a ``div`` that is a paragraph becomes one. What comes out
is not yet safe: only ``lib.html.sanitise`` may use it.
"""

from __future__ import annotations

import re
from html import escape

from lxml import etree
from lxml import html as lxml_html

from syndicate.lib.pictures import figures, pictures
from syndicate.lib.tree import BLOCKS, Element, absolute, is_deep, is_hidden

__all__ = ["Element", "is_deep", "tidy", "without_controls"]

_GONE = (
    "script", "style", "iframe", "form", "object", "embed", "svg", "button", "input", "template",
    "link", "meta", "head", "title", "select", "textarea", "canvas", "math", "audio", "video",
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));?", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Those that say nothing when nothing is in them.
_HOLDING = ("p", "figure", "figcaption", "blockquote", "ol", "ul", "li", *_HEADINGS)
_BREAKS = re.compile(r"<br>\s*<br>")
_CONTAINERS = ("div", "section", "article", "main", "header", "footer", "aside", "center")
# Sanitising leaves this tag out; dissolved here, each element would copy the text before it.
_NOTHING = "span"


def tidy(html: str, base_url: str) -> str:
    """*html* as plain blocks; all addresses absolute."""
    # Without huge_tree, all that lies deeper than 256 elements would be lost silently.
    parser = lxml_html.HTMLParser(huge_tree=True)
    html = without_controls(html)
    try:
        root = lxml_html.fragment_fromstring(html, create_parent="div", parser=parser)
    except (AssertionError, etree.ParserError):  # lxml's words for a document without a body
        return ""
    _drop(root)
    pictures(root, base_url)
    figures(root)
    _links(root, base_url)
    _paragraphs(root)
    return _inner(root)


def without_controls(html: str) -> str:
    """*html* without control characters, written out or by number (``&#4;``).

    libxml2 ends a text at a NUL; lxml refuses the others when a text is set anew.
    """
    return _REFERENCE.sub(_unless_control, _CONTROL.sub("", html))


def _unless_control(reference: re.Match[str]) -> str:
    hexadecimal, decimal = reference.groups()
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    is_control = number <= 0xFFFF and _CONTROL.match(chr(number)) is not None
    return "" if is_control else reference.group()


def _drop(root: Element) -> None:
    for element in [*root.iter(*_GONE)]:
        element.drop_tree()
    for element in [*root.iterdescendants()]:
        if is_hidden(element):
            element.drop_tree()


def _links(root: Element, base_url: str) -> None:
    for link in [*root.iter("a")]:
        href = link.get("href", "").strip()
        target = href if href.lower().startswith("mailto:") else absolute(href, base_url)
        if target and not _empty(link):
            link.set("href", target)
        else:
            link.tag = _NOTHING


def _paragraphs(root: Element) -> None:
    """Loose text in a box, and what ``<br><br>`` parts, become paragraphs.

    The boxes themselves stay until sanitising leaves their tags out: to dissolve them here would
    move each child once for each level.
    """
    for box in [root, *root.iterdescendants(*_CONTAINERS, "p")]:
        if any(True for _ in box.iterancestors("figure")):
            continue  # a picture's wrapper is no paragraph
        if box.tag != "p" or _BREAKS.search(_inner(box)):
            box.tag = "div"
            _wrap(box)
    for element in [*root.iterdescendants(*_HOLDING)]:
        if _empty(element):
            element.drop_tree()


def _wrap(box: Element) -> None:
    """Put each run of text and inline elements between two blocks into a paragraph."""
    parts = [box.text, *(part for child in box for part in (child, child.tail))]
    for child in [*box]:
        box.remove(child)
        child.tail = None
    box.text = None
    run: Element | None = None
    for part in parts:
        if part is None or (run is None and _nothing(part)):
            continue
        if not isinstance(part, str) and part.tag in BLOCKS:
            box.append(part)
            run = None
        elif _is_break(part) and run is not None and _ends_in_break(run):
            run.remove(run[-1])
            run = None
        else:
            run = _into(box, run, part)


def _into(box: Element, run: Element | None, part: Element | str) -> Element:
    if run is None:
        run = lxml_html.Element("p")
        box.append(run)
    if not isinstance(part, str):
        run.append(part)
    elif (last := _last(run)) is not None:
        last.tail = (last.tail or "") + part
    else:
        run.text = (run.text or "") + part
    return run


def _nothing(part: Element | str) -> bool:
    return not part.strip() if isinstance(part, str) else _is_break(part)


def _is_break(part: Element | str) -> bool:
    return not isinstance(part, str) and part.tag == "br"


def _ends_in_break(run: Element) -> bool:
    last = _last(run)
    return last is not None and last.tag == "br" and not (last.tail or "").strip()


def _last(run: Element) -> Element | None:
    # Not by its number: lxml counts all children for that.
    return next(run.iterchildren(reversed=True), None)


def _inner(element: Element) -> str:
    """What stands inside *element*, as HTML."""
    children = "".join(lxml_html.tostring(child, encoding="unicode") for child in element)
    return f"{escape(element.text or '', quote=False)}{children}"


def _empty(element: Element) -> bool:
    return not element.text_content().strip(" \t\r\n\u00a0\u200b") and not any(
        True for _ in element.iter("img", "hr")
    )
