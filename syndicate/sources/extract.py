"""A page into its article, to fill the gaps a feed leaves.

::

    page ─→ drop what surrounds every article ─→ the element with most of the text
         ─→ headline, byline, comments link out of it, into fields ─→ body with its pictures

Structural, for the usual blog; what several sources say (JSON-LD, OpenGraph, the page itself) is
asked in that order. A wrong author is worse than none, so a byline must look like one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import html as lxml_html

from syndicate.lib.html import parse, sanitise
from syndicate.lib.http import Page
from syndicate.lib.tidy import Element, is_deep
from syndicate.sources import dates
from syndicate.sources.readers.text import names, one_address, plain

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
_LOGO = re.compile(r"logo|icon|avatar|sprite|placeholder|publication-cover", re.IGNORECASE)
_BODIES = {
    "articlebody", "entry-content", "post-content", "post-body", "article-body", "article-content",
    "article__body", "story-body", "e-content", "blog-item-content",
}  # fmt: skip
_NEVER = (
    "script", "style", "nav", "footer", "aside", "form", "iframe", "template", "dialog",
)  # fmt: skip


@dataclass(frozen=True)
class Extract:
    """What a page says about its article; *body* is sanitised HTML."""

    title: str = ""
    author: str = ""
    body: str = ""
    description: str = ""
    image_url: str = ""
    published_at: datetime | None = None
    comments_url: str = ""
    language: str = ""


def extract(page: Page) -> Extract:
    """Read the article out of *page*; empty where the page is none."""
    root = parse(_decoded(page))
    if root is None or is_deep(root):
        return Extract()
    facts = _json_ld(root)
    title = _title(root, facts)
    comments = _comments(root, page.url)
    author = _named(facts) or _author(root)
    published = _published(root, facts)
    image = _image(root, page.url)
    _strip(root, title)
    main = _main(root)
    return Extract(
        title=title,
        author=author or _signature(main),
        body=_body(main, page.url),
        description=plain(_meta(root, "description") or _meta(root, "og:description")),
        image_url=image,
        published_at=published,
        comments_url=comments,
        language=str(root.get("lang", "")),
    )


def _decoded(page: Page) -> str:
    """The page as text: by its header, its own meta, else UTF-8, and Windows-1252 at last."""
    declared = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", page.body[:4096], re.IGNORECASE)
    inside = declared.group(1).decode("ascii") if declared else ""
    for charset in (page.charset, inside, "utf-8"):
        try:
            return page.body.decode(charset)
        except (LookupError, ValueError):  # no codec of that name, or none for this
            continue
    return page.body.decode("cp1252", "replace")


def _meta(root: Element, name: str) -> str:
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == name:
            return str(meta.get("content", "")).strip()
    return ""


def _json_ld(root: Element) -> dict[str, Any]:
    """The JSON-LD object of an article, if the page carries one."""
    for script in root.iter("script"):
        if script.get("type") != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        graph = data.get("@graph", [data]) if isinstance(data, dict) else data
        for item in graph if isinstance(graph, list) else []:
            if isinstance(item, dict) and re.search(r"Article|BlogPosting", str(item.get("@type"))):
                return item
    return {}


def _named(facts: dict[str, Any]) -> str:
    given = facts.get("author") or []
    people = given if isinstance(given, list) else [given]
    return names(
        str(each.get("name", "")) if isinstance(each, dict) else str(each) for each in people
    )


def _title(root: Element, facts: dict[str, Any]) -> str:
    """The headline, without the site's name that the title element carries."""
    given = facts.get("headline")
    named = given if isinstance(given, str) else _meta(root, "og:title")
    headings = [one for one in root.iter("h1", "h2") if _is_headline(one)]
    heading = " ".join(headings[0].text_content().split()) if headings else ""
    element = next(root.iter("title"), None)
    whole = "" if element is None else " ".join((element.text or "").split())
    return plain(named) or heading or plain(re.split(r" [|–—·»-] ", f" {whole} ")[0])


def _is_headline(heading: Element) -> bool:
    """A heading of the article, not the site's name at the top of it."""
    if not heading.text_content().strip():
        return False
    above = list(heading.iterancestors())
    inside = any(each.tag in {"article", "main"} for each in above)
    masthead = (
        any(each.tag in {"header", "nav", "aside", "footer"} for each in above) and not inside
    )
    return not masthead and "site-title" not in heading.get("class", "")


def _author(root: Element) -> str:
    named = _meta(root, "author")
    if named and not named.startswith("http"):
        return names([named])
    for link in root.iter("a"):
        if "author" in link.get("rel", "").split():
            return names([link.text_content()])
    return ""


def _signature(main: Element | None) -> str:
    """``By Ada Example`` in a short block at the beginning or end of the text."""
    blocks = [] if main is None else [each for each in main.iter("p", "div", "span", "em", "li")]
    for block in [*blocks[:4], *reversed(blocks[-6:])]:
        found = _BY.match(" ".join(block.text_content().split()))
        if found:
            return names([re.split(r"\s+[|·•–—]\s+|\s+on\s+\d|,\s*\d", found.group(1))[0]])
    return ""


def _published(root: Element, facts: dict[str, Any]) -> datetime | None:
    written = [str(facts.get("datePublished") or ""), _meta(root, "article:published_time")]
    written += [each.get("datetime", "") for each in list(root.iter("time"))[:1]]
    return next(filter(None, (dates.parse(each) for each in written)), None)


def _comments(root: Element, base: str) -> str:
    """Where readers may comment on this article."""
    for link in root.iter("a"):
        href = link.get("href", "")
        text = " ".join(link.text_content().split())
        if _COMMENT_ANCHOR.search(href) or (len(text) < 40 and _COMMENT_LINK.match(text)):
            return one_address(href, base)
    return ""


def _image(root: Element, base: str) -> str:
    """The picture the page gives to whoever shares it, unless that is the site's own badge."""
    url = one_address(_meta(root, "og:image") or _meta(root, "twitter:image"), base)
    return "" if _LOGO.search(url) else url


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


def _main(root: Element) -> Element | None:
    """The element that holds the article: one that says so, else the one with most of the text."""
    for element in root.iter("div", "section", "article", "main"):
        marks = f"{element.get('class', '')} {element.get('itemprop', '')}".lower().split()
        if any(mark in _BODIES for mark in marks) and _weight(element) > 200:
            return element
    articles = sorted(root.iter("article"), key=_weight)
    if articles and _weight(articles[-1]) > 200:
        return articles[-1]
    boxes = sorted(root.iter("div", "section", "main", "td"), key=_density)
    if boxes and _density(boxes[-1]) > 200:
        return boxes[-1]
    return next(root.iter("body"), None)


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
