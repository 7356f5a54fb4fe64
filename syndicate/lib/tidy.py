"""Foreign HTML brought into plain shape, before it is made safe.

Lazy pictures get their address, captions of the usual systems become figures, trackers and what is
hidden go, addresses become absolute, and a ``div`` that is a paragraph becomes one. What comes out
is not yet safe: only ``lib.html.sanitise`` may use it.
"""

from __future__ import annotations

import re
from html import escape
from itertools import islice
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

Element: TypeAlias = Any  # lxml-stubs leaves lxml.html without types

_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-full-src",
    "data-image",
    "data-hi-res-src",
)
# An address may hold commas; one at its end means that no descriptor follows. Linear on any text.
_CANDIDATE = re.compile(r"([^\s,]\S*)(?:(?<!,)\s+([^,]*))?")
_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)[wx]")
_LAZY_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_GONE = (
    "script", "style", "iframe", "form", "object", "embed", "svg", "button", "input", "template",
    "link", "meta", "head", "title", "select", "textarea", "canvas", "math", "audio", "video",
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));?", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TRACKER = re.compile(
    r"^https?://([^/]*\.)?(pixel\.wp\.com|stats\.wordpress\.com|feedburner\.com/~|doubleclick\.net"
    r"|google-analytics\.com|scorecardresearch\.com|facebook\.com/tr)|[?&/](pixel|beacon)\.gif",
    re.IGNORECASE,
)
_BLOCK = {
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "ul",
}  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BREAKS = re.compile(r"<br>\s*<br>")
_CONTAINERS = ("div", "section", "article", "main", "header", "footer", "aside", "center")
# Sanitising leaves this tag out; dissolved here, each element would copy the text before it.
_NOTHING = "span"
# A box that holds one picture and, beside it, its caption (WordPress, Squarespace, Blogger).
_BOX = re.compile(r"caption|image-block|media|photo|figure", re.IGNORECASE)
_CAPTION = re.compile(r"caption", re.IGNORECASE)
# A box is so many levels around its picture at most, and has no more in it before its caption.
_NEAR, _FEW = 8, 50


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
    _pictures(root, base_url)
    _figures(root)
    _links(root, base_url)
    _paragraphs(root)
    return _inner(root)


def without_controls(html: str) -> str:
    """*html* without control characters, written out or by number (``&#4;``).

    libxml2 ends a text at a NUL; lxml refuses the others when a text is set anew.
    """
    return _REFERENCE.sub(_unless_control, _CONTROL.sub("", html))


def is_deep(root: Element) -> bool:
    """Whether *root* is nested deeper than browsers allow (Blink: 512).

    Much here looks at all that stands above an element, which is quick only within reason.
    """
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > 512:
            return True
    return False


def best_of(srcset: str) -> str:
    """The largest candidate of a srcset, ``"a.jpg 1x, b.jpg 2x"`` or by width."""
    best, size = "", -1.0
    for url, descriptor in _CANDIDATE.findall(srcset):
        amount = _AMOUNT.match(descriptor)
        if (this := float(amount.group(1)) if amount else 1.0) > size:
            best, size = url.rstrip(","), this
    return best


def _unless_control(reference: re.Match[str]) -> str:
    hexadecimal, decimal = reference.groups()
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    is_control = number <= 0xFFFF and _CONTROL.match(chr(number)) is not None
    return "" if is_control else reference.group()


def _drop(root: Element) -> None:
    for element in [*root.iter(*_GONE)]:
        element.drop_tree()
    for element in [*root.iterdescendants()]:
        if not isinstance(element.tag, str):
            continue
        if "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")):
            element.drop_tree()


def _pictures(root: Element, base_url: str) -> None:
    seen: set[str] = set()
    for image in [*root.iter("img")]:
        address = _absolute(_address(image), base_url)
        twin = next(image.iterancestors("noscript"), None) is not None and address in seen
        if not address or twin or _is_tracker(image, address):
            image.drop_tree()
            continue
        seen.add(address)
        image.set("src", address)
        image.set("alt", image.get("alt", ""))
        for name in ("width", "height"):
            if not image.get(name, "0").isdecimal():
                del image.attrib[name]
    for element in [*root.iter("noscript", "picture", "source")]:
        if next(element.iter("img"), None) is not None:
            element.drop_tag()
        else:
            element.tag = _NOTHING


def _address(image: Element) -> str:
    """Where a picture really lies; its ``src`` may be a grey placeholder until a script ran."""
    for name in _LAZY:
        if image.get(name, "").strip():
            return str(image.get(name)).strip()
    source = str(image.get("src", "")).strip()
    if source and not source.startswith("data:"):
        return source
    sets = [best_of(image.get(name, "")) for name in _LAZY_SETS]
    # libxml2 does not know that a source is empty, and puts the image inside it.
    for picture in image.iterancestors("picture"):
        sets += [best_of(each.get("srcset", "")) for each in picture.iter("source")]
    return next((each for each in sets if each and not each.startswith("data:")), "")


def _is_tracker(image: Element, address: str) -> bool:
    sizes = [image.get(name, "") for name in ("width", "height")]
    return any(size.strip() in {"0", "1", "1px"} for size in sizes) or bool(
        _TRACKER.search(address)
    )


def _figures(root: Element) -> None:
    """Every captioned picture into ``<figure><img><figcaption>``."""
    for image in [*root.iter("img")]:
        alone = next(image.iterancestors("figure"), None) is None
        if alone and (box := _box(image)) is not None:
            _rebuild(box, image)
    for figure in [*root.iter("figure")]:
        if next(figure.iter("figcaption"), None) is None:
            _name_caption(figure)


def _box(image: Element) -> Element | None:
    """The element around *image* alone that also holds a caption."""
    for above in islice(image.iterancestors("div", "table", "dl", "span", "p"), _NEAR):
        if len([*islice(above.iter("img"), 2)]) != 1:
            return None
        if _BOX.search(above.get("class", "")) and _caption(above) is not None:
            return above
    return None


def _caption(box: Element) -> Element | None:
    for element in islice(box.iterdescendants(), _FEW):
        named = isinstance(element.tag, str) and _CAPTION.search(element.get("class", ""))
        if named and not any(True for _ in element.iter("img")) and element.text_content().strip():
            return element
    return None


def _rebuild(box: Element, image: Element) -> None:
    caption = _caption(box)
    link = image.getparent()
    kept = link if link is not None and link.tag == "a" and len(link) == 1 else image
    tail = box.tail
    if caption is None:
        return
    kept.tail, caption.tail = None, None
    for child in [*box]:
        box.remove(child)
    box.clear()
    box.tag, box.tail, caption.tag = "figure", tail, "figcaption"
    box.extend([kept, caption])


def _name_caption(figure: Element) -> None:
    caption = _caption(figure)
    if caption is not None:
        caption.tag = "figcaption"


def _links(root: Element, base_url: str) -> None:
    for link in [*root.iter("a")]:
        href = link.get("href", "").strip()
        target = href if href.lower().startswith("mailto:") else _absolute(href, base_url)
        if target and not _empty(link):
            link.set("href", target)
        else:
            link.tag = _NOTHING


def _absolute(address: str, base_url: str) -> str:
    """An http(s) address, or "" where there is none."""
    if not address or address.startswith(("#", "data:", "javascript:")):
        return ""
    try:
        joined = urljoin(base_url, address)
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if parts.scheme in {"http", "https"} and parts.netloc else ""


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
    for element in [*root.iterdescendants("p", "figure", "figcaption", *_HEADINGS)]:
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
        if not isinstance(part, str) and part.tag in _BLOCK:
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
