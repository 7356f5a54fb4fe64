"""HTML of others, made safe and plain, and read back.

::

    foreign HTML ─→ lib.tidy: lazy images found, captions in figures, trackers out
                 ─→ nh3: what is not allowed goes                        ─→ sanitise()
    sanitised HTML ─→ to_text(), images(), excerpt()
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

import nh3
from lxml import etree
from lxml import html as lxml_html

from syndicate.lib.sentences import cut
from syndicate.lib.tidy import Element, is_deep, tidy, without_controls

_DECLARATION = re.compile(r"^(?:\s*<\?xml(?:.{0,200}?\?>|[^>]*>?))+", re.DOTALL)
_BLOCKS = {
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre",
    "section", "table", "tr", "ul",
}  # fmt: skip
_INLINE = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q",
    "s", "small", "strong", "sub", "sup", "u",
}  # fmt: skip
_TAGS = _INLINE | {
    "blockquote", "caption", "dd", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"alt", "height", "src", "title", "width"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_WITH_CONTENT = {
    "button", "canvas", "form", "iframe", "math", "noscript", "object", "script", "select",
    "style", "svg", "template", "textarea", "title",
}  # fmt: skip
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u200b]+")


@dataclass(frozen=True)
class Image:
    """A picture in a text; *caption* is what stands under it."""

    url: str
    alt: str = ""
    caption: str = ""


def sanitise(html: str, base_url: str) -> str:
    """Only text, links and pictures, with absolute addresses; no style, script, form or tracker.

    What is nested beyond reason keeps its text alone.
    """
    if not html.strip():
        return ""
    if html.count("<") > 512 and (root := parse(html)) is not None and is_deep(root):
        html = "".join(f"<p>{escape(block)}</p>" for block in to_text(html).split("\n\n"))
    return nh3.clean(
        tidy(html, base_url),
        tags=_TAGS,
        clean_content_tags=_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=None,
    ).strip()


def to_text(html: str) -> str:
    """What a reader without pictures sees: paragraphs with an empty line between them."""
    root = parse(html)
    if root is None:
        return ""
    pieces: list[str] = []
    _gather(root, pieces)
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def images(html: str) -> list[Image]:
    """The pictures of *html*, in order."""
    root = parse(html)
    return [] if root is None else [_image(found) for found in root.iter("img") if found.get("src")]


def excerpt(html_or_text: str, limit: int) -> str:
    """The beginning as one line of at most *limit* characters, ended at a sentence where it can."""
    text = to_text(html_or_text) if re.search(r"<\w|&\w+;|&#", html_or_text) else html_or_text
    return cut(_SPACE.sub(" ", text).strip(), limit)


def parse(html: str | bytes) -> Element | None:
    """The tree of *html* under one element; None when there is nothing in it."""
    parser = lxml_html.HTMLParser(huge_tree=True)
    try:
        root = lxml_html.fromstring(_clean(html), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    return root if isinstance(root.tag, str) else None


def _clean(html: str | bytes) -> str | bytes:
    if isinstance(html, bytes):
        return html.replace(b"\0", b"")  # libxml2 ends a text there
    # lxml refuses an encoding declared inside a str, be the declaration as broken as it may.
    return _DECLARATION.sub("", without_controls(html))


def _gather(element: Element, pieces: list[str]) -> None:
    """Append the text of *element*; an explicit stack, as foreign HTML may be very deep."""
    stack: list[Element | str] = [element]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        later: list[Element | str] = []
        if isinstance(item.tag, str) and item.tag not in _WITH_CONTENT:
            before, after = _edges(item.tag)
            later = [before, _flat(item.text), *_children(item), after]
        stack.extend(reversed(later))


def _children(item: Element) -> list[Element | str]:
    return [part for child in item for part in (child, _flat(child.tail))]


def _edges(tag: str) -> tuple[str, str]:
    """What stands before and after an element in plain text."""
    if tag in {"br", "li", "tr", "dt", "dd"}:
        return "\n", ""
    if tag in {"td", "th"}:
        return "", " "
    return ("\n\n", "\n\n") if tag in _BLOCKS else ("", "")


def _flat(text: str | None) -> str:
    return _SPACE.sub(" ", text or "")


def _image(found: Element) -> Image:
    figure = next(found.iterancestors("figure"), None)
    captions = [] if figure is None else list(figure.iter("figcaption"))
    caption = _SPACE.sub(" ", captions[0].text_content()).strip() if captions else ""
    return Image(found.get("src", ""), found.get("alt", "").strip(), caption)
