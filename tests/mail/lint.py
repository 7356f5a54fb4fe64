"""What a mail's HTML must be, checked on the inlined document: ``lint(html) == []``.

The rules are those that mail clients and readers' aids enforce: see docs/templates.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html as lxml_html
from lxml.etree import _Element as Element

from syndicate.lib.colour import READABLE, contrast

_FORBIDDEN = "//script|//form|//iframe|//link|//base|//object|//video|//input|//svg"
_ADDRESS = re.compile(r"(https?://|mailto:|tel:)\S+$")


def lint(html: str) -> list[str]:
    """What is wrong, in words; empty when nothing is."""
    root = lxml_html.fromstring(html)
    return [*_frame(html, root), *_elements(root), *_headings(root), *_readable(root)]


def _frame(html: str, root: Element) -> Iterator[str]:
    style = "".join(str(each.text) for each in root.iter("style"))
    if len(html.encode()) > 90_000:
        yield "larger than 90 KB"
    if len(style) > 16_384:
        yield "more than 16 KB of <style>: Gmail drops it"
    if re.search(r"@\w[^{}]*\{[^{}]*@", re.sub(r"\{[^{}@]*\}", "", style)):
        yield "an at-rule inside an at-rule: Gmail drops the whole <style>"
    if html.count("<!--[if mso]>") != html.count("<![endif]-->") or "<![if" in html:
        yield "conditional comments do not match"
    if "{{" in html or "{%" in html:
        yield "template marks are left"
    if not (root.get("lang") and root.get("dir") and (root.findtext(".//title") or "").strip()):
        yield "no lang, dir or title"
    if not root.xpath("//div[@role='article'][@lang][@dir][@aria-label]"):
        yield "no article role with a language: Gmail drops what <html> says"


def _elements(root: Element) -> Iterator[str]:
    for bad in root.xpath(_FORBIDDEN):
        yield f"<{bad.tag}>"
    for table in root.xpath("//table[not(@role) and not(.//th)]"):
        yield f"a layout table without role, line {table.sourceline}"
    for image in root.iter("img"):
        if image.get("alt") is None or not image.get("width", "").isdecimal():
            yield f"img without alt or width: {image.get('src')}"
    for address in [*root.xpath("//@href"), *root.xpath("//@src")]:
        if not _ADDRESS.match(address):
            yield f"address {address!r}"
    for link in root.iter("a"):
        if not (link.text_content().strip() or link.xpath(".//img[@alt != '']")):
            yield f"a link without words: {link.get('href')}"


def _headings(root: Element) -> Iterator[str]:
    levels = [int(h.tag[1]) for h in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} h1"
    if any(after > before + 1 for before, after in zip([0, *levels], levels, strict=False)):
        yield f"heading levels leave one out: {levels}"


def _readable(root: Element) -> Iterator[str]:
    """Contrast and size of each piece of text, by the inlined styles around it."""
    for element in root.find("body").iterdescendants("*"):
        if not (element.text or "").strip() or "display:none" in element.get("style", ""):
            continue
        colour, ground = _nearest(element, "color"), _nearest(element, "background-color")
        if contrast(colour, ground) < READABLE:
            yield f"contrast of {colour} on {ground}: {element.text[:30]!r}"
        if float(_nearest(element, "font-size").removesuffix("px")) < 14:
            yield f"small print: {element.text[:30]!r}"


def _nearest(element: Element, name: str) -> str:
    for each in [element, *element.iterancestors()]:
        found = re.search(rf"(?:^|;)\s*{name}\s*:\s*([^;]+)", each.get("style", ""))
        if found:
            return found.group(1).strip()
    return {"color": "#000000", "background-color": "#ffffff"}.get(name, "0px")
