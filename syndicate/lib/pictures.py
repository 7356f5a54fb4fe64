"""Pictures of foreign HTML: where they really lie, and what stands under them."""

from __future__ import annotations

import re
from itertools import islice

from lxml import html as lxml_html

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
_CAPTION = re.compile(r"caption|credit|cutline", re.IGNORECASE)
# A box is so many levels around its picture at most, and has no more in it before its caption.
_NEAR, _FEW = 8, 50
# Characters that may stand beside a caption in its box: "Enlarge", "Open gallery".
_BESIDE = 150
# What a figure may hold that is no picture.
_OTHER = ("blockquote", "figure", "pre", "table", "ul", "ol")

_INNER = ("div", "p", "section", "ul", "li", "h2", "h3", "h4", "h5", "h6")


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
    for image in [*root.iter("amp-img", "amp-anim")]:
        _unwrap(image)
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
    sizes = [image.get(name, "").strip().removesuffix("px") for name in ("width", "height")]
    given = [size for size in sizes if size]
    # Some say height="0" of a picture that fills its column.
    tiny = "1" in given or (given and all(size == "0" for size in given))
    return bool(tiny or _TRACKER.search(address))


def _unwrap(image: Element) -> None:
    """AMP's own element into a plain one (https://amp.dev/documentation/components/amp-img)."""
    for fallback in [*image.iter("noscript")]:
        fallback.drop_tree()
    plain = lxml_html.Element("img", dict(image.attrib))
    image.addprevious(plain)
    image.drop_tag()


def figures(root: Element) -> None:
    """Every captioned picture of *root* into ``<figure><img><figcaption>``, and nothing beside."""
    for caption in [*root.iter("figcaption")]:
        _take_in(caption)
    for image in [*root.iter("img")]:
        if next(image.iterancestors("figure"), None) is None:
            _frame(image)
    for figure in [*root.iter("figure")]:
        _set(figure)


def _take_in(caption: Element) -> None:
    """Put a caption that stands after its figure into it."""
    before = caption.getprevious()
    if before is not None and before.tag == "figure" and caption.getparent().tag != "figure":
        caption.drop_tree()
        before.append(caption)


def _frame(image: Element) -> None:
    """Make the element around *image* alone a figure, if it holds a caption and little else."""
    for box in islice(image.iterancestors("div", "table", "dl", "span", "p", "center"), _NEAR):
        if len([*islice(box.iter("img"), 2)]) != 1:
            return
        if captions := _captions(box):
            if len(_text(box)) < _BESIDE + sum(map(len, map(_text, captions))):
                box.tag = "figure"
            return


def _set(figure: Element) -> None:
    """Leave in *figure* its pictures and what is under them: no button, no "Image copyright"."""
    images = [_linked(image) for image in figure.iter("img")]
    if not images or next(figure.iterdescendants(*_OTHER), None) is not None:
        return
    captions = _captions(figure)
    for part in (*images, *captions):
        part.drop_tree()
        part.tail = None
    for block in [inner for each in captions for inner in each.iterdescendants(*_INNER)]:
        block.tag, block.tail = "span", f" {block.tail or ''}"
    texts = [_text(each) for each in captions]
    beside = _text(figure)
    figure[:], figure.text = images, None
    if not captions and 0 < len(beside) < _BESIDE:
        figure.append(_element("figcaption", beside))
    elif captions:
        new = [each for n, each in enumerate(captions) if not _is_said(texts[n], texts[:n])]
        figure.append(_joined(new))


def _captions(box: Element) -> list[Element]:
    """What in *box* is a caption or a credit, by its tag or its class; none within another."""
    found: list[Element] = []
    for element in islice(box.iterdescendants(), _FEW):
        if (
            isinstance(element.tag, str)
            and (element.tag == "figcaption" or _CAPTION.search(element.get("class", "")))
            and not any(above in found for above in element.iterancestors())
            and (element.tag == "figcaption" or next(element.iter("img"), None) is None)
            and _text(element)
        ):
            found.append(element)
    return found


def _is_said(text: str, before: list[str]) -> bool:
    return any(text in other for other in before)


def _joined(captions: list[Element]) -> Element:
    """One figcaption of them all."""
    if len(captions) == 1:
        captions[0].tag = "figcaption"
        return captions[0]
    whole = _element("figcaption", "")
    for each in captions:
        each.tag, each.tail = "span", " "
        whole.append(each)
    return whole


def _element(tag: str, text: str) -> Element:
    made = lxml_html.Element(tag)
    made.text = text
    return made


def _text(element: Element) -> str:
    return " ".join(element.text_content().split())


def _linked(image: Element) -> Element:
    """*image*, or the link that holds nothing else."""
    above = image.getparent()
    return above if above.tag == "a" and len(above) == 1 and not _text(above) else image
