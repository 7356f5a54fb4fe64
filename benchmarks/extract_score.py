"""How well a text, its pictures and their captions were read from a page.

The text's figures are those of article-extraction-benchmark, so that they can be compared: runs of
four words, counted page by page as true, too much or missing; precision and recall are means over
the pages, and F1 is made of these two means.
https://github.com/scrapinghub/article-extraction-benchmark/blob/master/evaluate.py
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from statistics import mean
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html

from syndicate.lib.html import Image, images, parse
from syndicate.lib.pictures import best_of

_WORD = re.compile(r"\w+")
_RUN = 4
# Two captions are one if the shorter is in the other, and no less than this of it: some readers
# leave the credit out.
_MUCH = 0.5


def f1(pairs: Iterable[tuple[str, str]]) -> dict[str, float]:
    """``f1``, ``precision`` and ``recall`` over (true text, text read)."""
    counted = [(_runs(true), _runs(read)) for true, read in pairs]
    precision = _mean(_part(true, read, read) for true, read in counted if read) or 0.0
    recall = _mean(_part(true, read, true) for true, read in counted if true) or 0.0
    both = precision + recall
    return {
        "f1": 2 * precision * recall / both if both else 0.0,
        "precision": precision,
        "recall": recall,
    }


def pictures(pairs: Iterable[tuple[str, str]]) -> dict[str, float | None]:
    """Over (true HTML, HTML read): the share of ``captions`` that stand under their own picture,
    of ``images`` that are there, and how many of those read are true (``images_precision``); None
    where there are none."""
    captions: list[bool] = []
    kept, wanted, read = 0, 0, 0
    for true_html, read_html in pairs:
        true, ours = images(_addressed(true_html)), images(read_html)
        captions += [any(_same(each, other) for other in ours) for each in true if each.caption]
        files, found = {_file(each.url) for each in true}, {_file(each.url) for each in ours}
        kept, wanted, read = kept + len(files & found), wanted + len(files), read + len(found)
    return {
        "captions": _mean(captions),
        "images": kept / wanted if wanted else None,
        "images_precision": kept / read if read else None,
    }


def _mean(shares: Iterable[float]) -> float | None:
    every = [*shares]
    return mean(every) if every else None


def _addressed(html: str) -> str:
    """*html* with an address in each picture; of some only a srcset is kept."""
    root = parse(html)
    if root is None:
        return ""
    for image in root.iter("img"):
        image.set("src", image.get("src") or best_of(image.get("srcset", "")))
    return str(lxml_html.tostring(root, encoding="unicode"))


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    starts = range(max(1, len(words) - _RUN + 1)) if words else ()
    return Counter(tuple(words[start : start + _RUN]) for start in starts)


def _part(true: Counter[tuple[str, ...]], read: Counter[tuple[str, ...]], of: object) -> float:
    whole = (true if of is true else read).total()
    return (true & read).total() / whole


def _same(true: Image, read: Image) -> bool:
    one, other = (" ".join(_WORD.findall(each.caption.casefold())) for each in (true, read))
    short, long = sorted((one, other), key=len)
    same = bool(short) and short in long and len(short) >= _MUCH * len(long)
    return same and _file(true.url) == _file(read.url)


def _file(url: str) -> str:
    """A picture's file, whichever of its sizes."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    return re.sub(r"(-\d+x\d+)?(\.\w+)?$", "", name).casefold() or url
