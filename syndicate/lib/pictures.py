"""Pictures of foreign HTML: where they really lie, and what stands under them."""

from __future__ import annotations

import re
from itertools import islice

from syndicate.lib.tree import Element, absolute

_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-full-src",
    "data-image",
    "data-hi-res-src",
)
# An address may hold commas; one at its end means that no descriptor follows. Linear on any text.
_CANDIDATE = re.compile(r"([^\s,]\S*)(?:(?<!,)\s+([^,]*))?")
_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)[wx]")
_LAZY_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_TRACKER = re.compile(
    r"^https?://([^/]*\.)?(pixel\.wp\.com|stats\.wordpress\.com|feedburner\.com/~|doubleclick\.net"
    r"|google-analytics\.com|scorecardresearch\.com|facebook\.com/tr)|[?&/](pixel|beacon)\.gif",
    re.IGNORECASE,
)
# A box that holds one picture and, beside it, its caption (WordPress, Squarespace, Blogger).
_BOX = re.compile(r"caption|image-block|media|photo|figure", re.IGNORECASE)
_CAPTION = re.compile(r"caption", re.IGNORECASE)
# A box is so many levels around its picture at most, and has no more in it before its caption.
_NEAR, _FEW = 8, 50


def best_of(srcset: str) -> str:
    """The largest candidate of a srcset, ``"a.jpg 1x, b.jpg 2x"`` or by width."""
    best, size = "", -1.0
    for url, descriptor in _CANDIDATE.findall(srcset):
        amount = _AMOUNT.match(descriptor)
        if (this := float(amount.group(1)) if amount else 1.0) > size:
            best, size = url.rstrip(","), this
    return best


def pictures(root: Element, base_url: str) -> None:
    """Give each picture of *root* its true, absolute address; what shows nothing goes."""
    seen: set[str] = set()
    for image in [*root.iter("img")]:
        address = absolute(_address(image), base_url)
        twin = next(image.iterancestors("noscript"), None) is not None and address in seen
        if not address or twin or _is_tracker(image, address):
            image.drop_tree()
            continue
        seen.add(address)
        image.set("src", address)
        image.set("alt", image.get("alt", ""))
        for name in ("width", "height"):
            if not image.get(name, "0").isdecimal():
                del image.attrib[name]
    for element in [*root.iter("noscript", "picture", "source")]:
        if next(element.iter("img"), None) is not None:
            element.drop_tag()
        else:
            element.tag = "span"  # sanitising leaves it out


def _address(image: Element) -> str:
    """Where a picture really lies; its ``src`` may be a grey placeholder until a script ran."""
    for name in _LAZY:
        if image.get(name, "").strip():
            return str(image.get(name)).strip()
    source = str(image.get("src", "")).strip()
    if source and not source.startswith("data:"):
        return source
    sets = [best_of(image.get(name, "")) for name in _LAZY_SETS]
    # libxml2 does not know that a source is empty, and puts the image inside it.
    for picture in image.iterancestors("picture"):
        sets += [best_of(each.get("srcset", "")) for each in picture.iter("source")]
    return next((each for each in sets if each and not each.startswith("data:")), "")


def _is_tracker(image: Element, address: str) -> bool:
    sizes = [image.get(name, "") for name in ("width", "height")]
    return any(size.strip() in {"0", "1", "1px"} for size in sizes) or bool(
        _TRACKER.search(address)
    )


def figures(root: Element) -> None:
    """Every captioned picture into ``<figure><img><figcaption>``."""
    for image in [*root.iter("img")]:
        alone = next(image.iterancestors("figure"), None) is None
        if alone and (box := _box(image)) is not None:
            _rebuild(box, image)
    for figure in [*root.iter("figure")]:
        if next(figure.iter("figcaption"), None) is None:
            _name_caption(figure)


def _box(image: Element) -> Element | None:
    """The element around *image* alone that also holds a caption."""
    for above in islice(image.iterancestors("div", "table", "dl", "span", "p"), _NEAR):
        if len([*islice(above.iter("img"), 2)]) != 1:
            return None
        if _BOX.search(above.get("class", "")) and _caption(above) is not None:
            return above
    return None


def _caption(box: Element) -> Element | None:
    for element in islice(box.iterdescendants(), _FEW):
        named = isinstance(element.tag, str) and _CAPTION.search(element.get("class", ""))
        if named and not any(True for _ in element.iter("img")) and element.text_content().strip():
            return element
    return None


def _rebuild(box: Element, image: Element) -> None:
    caption = _caption(box)
    link = image.getparent()
    kept = link if link is not None and link.tag == "a" and len(link) == 1 else image
    tail = box.tail
    if caption is None:
        return
    kept.tail, caption.tail = None, None
    for child in [*box]:
        box.remove(child)
    box.clear()
    box.tag, box.tail, caption.tag = "figure", tail, "figcaption"
    box.extend([kept, caption])


def _name_caption(figure: Element) -> None:
    caption = _caption(figure)
    if caption is not None:
        caption.tag = "figcaption"
