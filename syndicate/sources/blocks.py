"""The text of a page's article, as sanitised HTML."""

from __future__ import annotations

import re

from lxml import html as lxml_html

from syndicate.lib.html import sanitise
from syndicate.lib.tidy import Element
from syndicate.sources.facts import Facts
from syndicate.sources.main import main

_AROUND = re.compile(
    r"\b(nav|navbar|navigation|menu|sidebar|footer|masthead|breadcrumbs?|share|sharing|sharedaddy"
    r"|social|follow(-us)?|related(-posts|-articles)?|recommended|newsletter|subscribe|signup"
    r"|cookie|consent|promo|advert(isement)?|ads?|widget|popup|modal|skip-link|pagination|pager"
    r"|post-navigation|entry-utility|jp-relatedposts|addtoany|author-box|about-author)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"^(comments?|respond|disqus_thread|comment-?(list|form|area|section)s?)$")
_BYLINE = re.compile(
    r"\b(byline|author|p-author|post-author|entry-author|written-by)\b", re.IGNORECASE
)
_BY = re.compile(
    r"^(?:written by|words by|text|by|von|par|por|di|av|af)[: ]\s*(\S.{2,60})$", re.IGNORECASE
)
_COMMENT_LINK = re.compile(
    r"^(add|leave|post|write) (a |your )?(comment|reply)|^(no|\d+) comments?\b|^comments?\b"
    r"|^reply$|kommentar|commentaire|comentario",
    re.IGNORECASE,
)
_COMMENT_ANCHOR = re.compile(r"#(respond|comments?|disqus_thread|comment-form)$")
_NEVER = (
    "script", "style", "nav", "footer", "aside", "form", "iframe", "template", "dialog",
)  # fmt: skip


def body(root: Element, base: str, facts: Facts) -> str:
    """The article's text out of *root*, which is taken apart; addresses are relative to *base*."""
    _strip(root, facts.title)
    return _body(main(root), base)


def _strip(root: Element, title: str) -> None:
    """Take out what stands around every article, and its headline, which is a field."""
    for element in [*root.iter(*_NEVER)]:
        element.drop_tree()
    # What holds most of a page is not its surroundings, whatever it is called.
    most = len(root.text_content()) / 2
    for element in [*root.iterdescendants()]:
        if not isinstance(element.tag, str) or element.tag in {"body", "article", "main"}:
            continue
        if _is_headline_of(element, title) or (
            _is_around(element) and len(element.text_content()) < most
        ):
            element.drop_tree()


def _is_around(element: Element) -> bool:
    if element.tag == "header" and not any(True for _ in element.iterancestors("article")):
        return True
    names_of = f"{element.get('class', '')} {element.get('id', '')}"
    if any(_COMMENTS.match(name) for name in names_of.lower().split()):
        # A link to the comments is short, and was read already; the comments themselves are not.
        return True
    return bool(_AROUND.search(names_of))


def _is_headline_of(element: Element, title: str) -> bool:
    if element.tag != "h2":
        return bool(element.tag == "h1")
    return " ".join(element.text_content().split()).casefold() == title.casefold()


def _body(main: Element | None, base: str) -> str:
    if main is None:
        return ""
    for element in [*main.iter("p", "div", "span", "a", "time", "li", "ul")]:
        if element.getparent() is not None and element is not main and _is_field(element):
            element.drop_tree()
    return sanitise(lxml_html.tostring(main, encoding="unicode", with_tail=False), base)


def _is_field(element: Element) -> bool:
    """Whether a short block is the byline, or the link to the comments: they are fields."""
    text = " ".join(element.text_content().split())
    if len(text) > 120 or any(True for _ in element.iter("img")):
        return False
    if element.tag == "a":
        return bool(_COMMENT_ANCHOR.search(element.get("href", ""))) and len(text) < 40
    named = bool(_BYLINE.search(element.get("class", ""))) or bool(_BY.match(text))
    return named or (len(text) < 40 and bool(text) and bool(_COMMENT_LINK.match(text)))
