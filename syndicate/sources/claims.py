"""What the head of a page claims about its article, each standard under its own name.

JSON-LD, OpenGraph (``property``), meta elements (``name``) and microdata (``itemprop``) are read
once; those who ask decide which they believe first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

from syndicate.lib.tidy import Element
from syndicate.sources.beside import Beside
from syndicate.sources.jsonld import Linked, linked
from syndicate.sources.readers.text import plain, whole

# Characters; what is longer is no fact but a text.
_MOST = 5000


@dataclass(frozen=True)
class Claims:
    """The page *root* at *url*; *metas* by lower-case name, each with all its values in order."""

    root: Element
    url: str
    linked: Linked
    metas: dict[str, list[str]]
    beside: Beside

    def all(self, *names: str) -> list[str]:
        """The values of the meta elements of these names, in the order of the names."""
        return [value for name in names for value in self.metas.get(name, ())]

    def first(self, *names: str) -> str:
        """The first of :meth:`all`, or ""."""
        return next(iter(self.all(*names)), "")

    def said(self, *names: str) -> str:
        """The first text the article's JSON-LD has under one of *names*, or ""."""
        return next(filter(None, (text(self.linked.article.get(name)) for name in names)), "")

    def site(self) -> list[str]:
        """The names under which the site itself goes."""
        publishers = self.linked.each(self.linked.article.get("publisher"))
        named = [*publishers, self.linked.site]
        names = [text(one.get("name") if isinstance(one, dict) else one) for one in named]
        names += [plain(each) for each in self.all("og:site_name")]
        names += [label for url in (self.url, *self.all("og:url")) for label in _labels(url)]
        return list(dict.fromkeys(filter(None, names)))

    def marked(self, prop: str) -> list[Element]:
        """The elements with this ``itemprop``, but for those of comments and other articles."""
        marked = self.root.iterfind(".//*[@itemprop]")
        found = [each for each in marked if prop in each.get("itemprop").split()]
        return [each for each in found if not self.beside.holds(each)]


def _labels(url: str) -> list[str]:
    """``harbour`` and ``example`` of ``https://www.harbour.example.org/``."""
    try:
        labels = (urlsplit(url).hostname or "").removeprefix("www.").split(".")
    except ValueError:
        return []
    return [labels[0], *labels[-2:-1]]


def claims(root: Element, url: str) -> Claims:
    """Read the page *root* found at *url*."""
    metas: dict[str, list[str]] = defaultdict(list)
    for meta in root.iter("meta"):
        value = (meta.get("content") or "").strip()[:_MOST]
        called = (meta.get(name) or "" for name in ("property", "name", "http-equiv"))
        keys = " ".join(called).lower().split()
        for key in dict.fromkeys(keys if value else ()):
            metas[key].append(value)
    return Claims(root, url, linked(root, url), dict(metas), Beside(root))


def text(value: object) -> str:
    """A value of any type in one line; of a list its first, of an object its name."""
    for _ in range(4):  # a list of objects whose name is a list, say
        if isinstance(value, list):
            value = value[0] if value else ""
        if isinstance(value, dict):
            value = value.get("name") or value.get("@value") or ""
    return plain(whole(value)[:_MOST])


def shown(element: Element) -> str:
    """The text of an element in one line, or the beginning of it; of an empty one its ``content``.

    No further than a line may be: such elements may be nested, and each would be read for each.
    """
    inner, pieces = "", element.itertext("*")
    while len(inner) < _MOST and (piece := next(pieces, None)) is not None:
        inner += piece
    inner = " ".join(inner.split())
    return inner or " ".join((element.get("content") or "").split())
