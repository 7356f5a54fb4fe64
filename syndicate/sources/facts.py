"""What a page says about its article: headline, people, moments, addresses.

What several sources say (JSON-LD, OpenGraph, the page itself) is asked in that order. A wrong
author is worse than none, so a byline must look like one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.lib.html import Image
from syndicate.lib.tidy import Element
from syndicate.sources import dates
from syndicate.sources.main import main
from syndicate.sources.readers.text import names, one_address, plain, unique

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


_NO_IMAGE = Image("")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that a page says about its article, but for the text itself."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    language: str = ""
    canonical: str = ""
    image: Image = _NO_IMAGE
    description: str = ""
    tags: tuple[str, ...] = ()
    comments_url: str = ""

    @property
    def author(self) -> str:
        """All of them, in one line."""
        return ", ".join(self.authors)

    @property
    def image_url(self) -> str:
        """The address of the lead image, or ""."""
        return self.image.url


def facts(root: Element, base: str) -> Facts:
    """Read what the page *root*, found at *base*, says; changes nothing in it."""
    data = _json_ld(root)
    author = _named(data) or _author(root) or _signature(main(root))
    return Facts(
        title=_title(root, data),
        authors=unique(author.split(", ")),
        published_at=_published(root, data),
        language=str(root.get("lang", "")),
        image=Image(_image(root, base)),
        description=plain(_meta(root, "description") or _meta(root, "og:description")),
        comments_url=_comments(root, base),
    )


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


def _named(data: dict[str, Any]) -> str:
    given = data.get("author") or []
    people = given if isinstance(given, list) else [given]
    return names(
        str(each.get("name", "")) if isinstance(each, dict) else str(each) for each in people
    )


def _title(root: Element, data: dict[str, Any]) -> str:
    """The headline, without the site's name that the title element carries."""
    given = data.get("headline")
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


def _published(root: Element, data: dict[str, Any]) -> datetime | None:
    written = [str(data.get("datePublished") or ""), _meta(root, "article:published_time")]
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
