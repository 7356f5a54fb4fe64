"""What a page says of its article: headline, people, moments, addresses.

::

    tree ─→ claims.py, jsonld.py: what the head says, standard by standard
         ─→ headline.py   byline.py, names.py   dated.py   lead.py   and the rest, here

Standards are asked before guesses, and a guess must look like what it is taken for. Nothing here
knows any one site, and nothing changes the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from syndicate.lib.html import Image
from syndicate.lib.tidy import Element
from syndicate.sources.byline import authors
from syndicate.sources.claims import Claims, claims, shown, text
from syndicate.sources.dated import published
from syndicate.sources.headline import headline
from syndicate.sources.lead import shared
from syndicate.sources.readers.text import one_address, plain, tags
from syndicate.sources.standfirst import standfirst
from syndicate.sources.summary import is_good

_NO_IMAGE = Image("")
_COMMENT_LINK = re.compile(
    r"^(add|leave|post|write) (a |your )?(comment|reply)|^(no|\d+) comments?$"
    r"|^comments?( \(?\d+\)?)?$"
    r"|kommentare?\b|commentaires?\b|comentarios?\b|commenti\b|reacties\b",
    re.IGNORECASE,
)
_COMMENT_ANCHOR = re.compile(r"#(respond|comments?|disqus_thread|comment-form)$")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*$", re.IGNORECASE)
# What may follow an article's address where it shows the same article otherwise.
_OTHER_VIEW = re.compile(r"/(amp|print|\d{1,3}|index\.\w+)/?$")


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
    said = claims(root, base)
    title = headline(said)
    return Facts(
        title=title,
        authors=authors(said),
        published_at=published(said),
        language=_language(said),
        canonical=_canonical(said),
        image=shared(said),
        description=_description(said, title),
        tags=_tags(said),
        comments_url=_comments(said),
    )


def _language(said: Claims) -> str:
    """As in BCP 47, ``en-GB``."""
    own = [each.get(name) or "" for each in said.root.iter("html") for name in ("lang", "xml:lang")]
    others = said.all("og:locale", "content-language", "dc.language", "language")
    for given in [*own, said.said("inLanguage"), *others]:
        tag = given.strip().partition(",")[0].partition(".")[0].replace("_", "-")
        if _LANGUAGE.match(tag):
            return tag
    return ""


def _canonical(said: Claims) -> str:
    """The article's own address, where the page names one that can be it."""
    links = [
        link.get("href") or ""
        for link in said.root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    # Two that differ cancel each other; search engines ignore both as well.
    given = links if len({*links}) == 1 else []
    for href in [*given, said.first("og:url")]:
        url = one_address(href, said.url).partition("#")[0]
        if url and _is_sound(href) and _is_article(url, said.url):
            return url
    return ""


def _is_sound(href: str) -> bool:
    """No address whose scheme was forgotten (``example.org/a``), which would be taken as a path."""
    return "://" in href or href.startswith("/")


def _is_article(url: str, page: str) -> bool:
    """Whether *url* may be the article of *page*: no home page, no section that it lies in."""
    there, here = urlsplit(url), urlsplit(page)
    path, own = there.path.rstrip("/"), _OTHER_VIEW.sub("", here.path).rstrip("/")
    if there.query or path == own:
        return True
    return bool(path) and not own.startswith(f"{path}/")


def _description(said: Claims, title: str) -> str:
    """Of the article; what describes the site on each of its pages is none.

    Where none of them can stand as it is, what an editor set below the headline goes before.
    """
    site = text(said.linked.site.get("description"))
    metas = said.all("og:description", "description", "twitter:description", "dc.description")
    given = [said.said("description"), *(plain(each) for each in metas)]
    given = [each for each in given if each and each != site]
    if any(map(is_good, given)) or not is_good(below := standfirst(said, title)):
        return next(iter(given), "")
    return below


def _tags(said: Claims) -> tuple[str, ...]:
    """From the first standard that has some; a leading ``#`` is the reader's, not theirs."""
    for some in _tagged(said):
        words = (word.strip(" #") for each in some for word in plain(each).split(","))
        if found := tags(word for word in words if len(word) <= 60):
            return found
    return ()


def _tagged(said: Claims) -> Iterator[list[str]]:
    yield said.all("article:tag")
    given = said.linked.each(said.linked.article.get("keywords"))
    yield [text(each) for each in given]
    links = [each for each in said.root.iter("a") if "tag" in (each.get("rel") or "").split()]
    yield [shown(each) for each in links if not said.beside.holds(each)]
    for name in ("parsely-tags", "sailthru.tags", "news_keywords", "keywords"):
        yield said.all(name)


def _comments(said: Claims) -> str:
    """Where readers may comment on this article."""
    if given := one_address(said.said("discussionUrl"), said.url):
        return given
    for link in said.root.iter("a"):
        href, line = link.get("href") or "", shown(link)
        says = len(line) < 40 and bool(_COMMENT_LINK.search(line))
        if "/feed" in href or not (says or _COMMENT_ANCHOR.search(href)):
            continue
        url = one_address(href, said.url)
        if url and _is_of_this(link, url, said, says):
            return url
    return ""


def _is_of_this(link: Element, url: str, said: Claims, says: bool) -> bool:
    """Whether *url* leads to this article's comments, not to another's, nor to one comment."""
    if urlsplit(url).path.rstrip("/") == urlsplit(said.url).path.rstrip("/"):
        return bool(_COMMENT_ANCHOR.search(url)) or "#comment-" not in url
    inside = next(link.iterancestors("article", "main"), None) is not None
    return says and inside and not said.beside.holds(link)
