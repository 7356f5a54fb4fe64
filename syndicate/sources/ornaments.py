"""Pictures of a page that show nothing of its article: avatars, icons, badges, doubles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from syndicate.lib.tree import Element

_NAMES = {
    "avatar", "avatars", "badge", "emoji", "favicon", "gravatar", "icon", "icons", "logo", "sprite",
}  # fmt: skip
_ADDRESS = re.compile(
    r"gravatar\.com/|/(avatars?|icons?|emoji|sprites?|smilies|ads?|adserver)/"
    r"|[/_-](avatar|favicon|spacer|sprite|blank|pixel|1x1)[^/]*$",
    re.IGNORECASE,
)
# Pixels: no picture of an article is smaller on both sides.
_SMALL = 48
_SIZE = re.compile(r"-\d+x\d+(?=\.\w+$)")


def drop_ornaments(root: Element) -> None:
    """Take out of *root* what is no picture of an article; addresses are absolute already."""
    for image in [*root.iter("img")]:
        if _is_ornament(image):
            image.drop_tree()


def drop_doubles(parts: Iterable[Element]) -> None:
    """Let each picture stand once: with each caption it has, else where it comes first."""
    images = [image for part in parts for image in part.iter("img")]
    captioned = {_key(image) for image in images if _caption(image)}
    seen: set[tuple[str, str]] = set()
    for image in images:
        key, caption = _key(image), _caption(image)
        if (key, caption) in seen or (key in captioned and not caption):
            frame = next(image.iterancestors("figure"), image)
            alone = frame.getparent() is not None and len([*frame.iter("img")]) == 1
            (frame if alone else image).drop_tree()
        seen.add((key, caption))


def _is_ornament(image: Element) -> bool:
    sizes = [int(size) for name in ("width", "height") if (size := image.get(name, ""))]
    named = f"{image.get('class', '')} {image.getparent().get('class', '')}".lower()
    return (
        (bool(sizes) and max(sizes) <= _SMALL)
        or not _NAMES.isdisjoint(re.findall(r"[a-z]+", named))
        or _ADDRESS.search(image.get("src", "")) is not None
    )


def _key(image: Element) -> str:
    parts = urlsplit(image.get("src", ""))
    # In one place a query may tell pictures apart ("image.php?id=3"), elsewhere it is a size.
    told = "" if re.search(r"\.\w{3,4}$", parts.path) else parts.query
    return f"{parts.netloc}{_SIZE.sub('', parts.path)}?{told}"


def _caption(image: Element) -> str:
    frame = next(image.iterancestors("figure"), None)
    found = None if frame is None else next(frame.iter("figcaption"), None)
    return "" if found is None else " ".join(found.text_content().split())
