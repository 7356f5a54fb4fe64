"""What of a page stands beside its article: comments, side columns, lists of other articles."""

from __future__ import annotations

from itertools import chain

from syndicate.lib.tidy import Element

_AROUND = ("footer", "nav")
# Beginnings and ends of the class names of what stands beside an article.
_APART = (
    "comment", "respond", "related", "recommend", "sidebar", "widget", "jp-relatedposts", "disqus",
)  # fmt: skip
_APART_ENDS = (
    "-comments", "-related", "-sidebar", "-recommended", "most-popular", "related-content",
)  # fmt: skip
# What holds most of a page is no deeper than so many elements, and has so many characters.
_NEAR, _MUCH = 12, 500


class Beside:
    """Knows of each element of *root* whether it stands beside the article; each is looked at once,
    as very many may be asked about, and stand very deep.
    """

    def __init__(self, root: Element) -> None:
        self._root = root
        self._known: dict[Element, bool] = {}

    def holds(self, element: Element) -> bool:
        """Whether *element*, or what it stands in, is beside the article."""
        path = []
        for each in chain([element], element.iterancestors()):
            if each in self._known:
                break
            path.append(each)
        for each in reversed(path):
            above = each.getparent()
            self._known[each] = self._known.get(above, False) or self._is_beside(each)
        return self._known[element]

    def _is_beside(self, element: Element) -> bool:
        if element.tag == "aside" or "comment" in (element.get("itemprop") or "").split():
            return True
        if element.tag in _AROUND:
            return next(element.iterancestors("article"), None) is None
        return _is_called_so(element) and not self._is_most(element)

    def _is_most(self, element: Element) -> bool:
        """Whether it holds most of its page: what is beside an article does not."""
        if len([*element.iterancestors()]) > _NEAR:
            return False
        own = len(element.text_content())
        return own > _MUCH and 2 * own > len(self._root.text_content())


def _is_called_so(element: Element) -> bool:
    if element.tag in {"body", "html"}:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    words = names.replace("_", "-").split()
    return any(word.startswith(_APART) or word.endswith(_APART_ENDS) for word in words)
