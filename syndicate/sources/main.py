"""The element of a page that holds its article."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.lib.tidy import Element

_BODIES = {
    "articlebody", "entry-content", "post-content", "post-body", "article-body", "article-content",
    "article__body", "story-body", "e-content", "blog-item-content", "gh-content",
}  # fmt: skip


def main(root: Element) -> Element | None:
    """The element that holds the article: one that says so, else the one with most of the text."""
    if (said := next((each for each in bodies(root) if _weight(each) > 200), None)) is not None:
        return said
    articles = sorted(root.iter("article"), key=_weight)
    if articles and _weight(articles[-1]) > 200:
        return articles[-1]
    boxes = sorted(root.iter("div", "section", "main", "td"), key=_density)
    if boxes and _density(boxes[-1]) > 200:
        return boxes[-1]
    return next(root.iter("body"), None)


def bodies(root: Element) -> Iterator[Element]:
    """The elements that say that they hold an article, however short."""
    for element in root.iter("div", "section", "article", "main"):
        marks = f"{element.get('class', '')} {element.get('itemprop', '')}".lower().split()
        if any(mark in _BODIES for mark in marks):
            yield element


def _weight(element: Element) -> int:
    """How much running text it holds: paragraphs, less what in them is links."""
    paragraphs = element.iter("p", "li", "blockquote", "pre")
    links = sum(len(link.text_content()) for link in element.iter("a"))
    return sum(len(each.text_content()) for each in paragraphs) - links


def _density(element: Element) -> float:
    """The text of its own children, and half of its grandchildren's: the innermost box wins."""
    own = sum(len(each.text_content()) for each in element if each.tag in {"p", "blockquote"})
    inner = sum(
        len(each.text_content())
        for child in element
        for each in child
        if each.tag in {"p", "blockquote"}
    )
    return own + inner / 2
