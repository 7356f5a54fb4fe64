"""Pixels → bytes that fit: the size first as it is, then the quality, then the size.

A picture is never made smaller than it must be: what fits is searched for by halving.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from PIL import Image

from syndicate.lib.errors import BadInput
from syndicate.social.channels.message import Media
from syndicate.social.raster.bare import bare
from syndicate.social.raster.open import MOST_PIXELS, Opened, opened, pixels
from syndicate.social.raster.shape import Size, largest, padded, scaled, takes

# Below the last of these a photograph looks worse than a smaller one.
QUALITIES = (92, 88, 84, 80, 76, 72)
_WHITE = (255, 255, 255)
Encode = Callable[[Image.Image], bytes]


@dataclass(frozen=True)
class Fitted:
    """The file, and how large its picture is."""

    data: bytes
    kind: str
    width: int
    height: int


def fitted(data: bytes, media: Media) -> Fitted:
    """*data* as it is, if it fits; else made to. Raises BadInput."""
    one = opened(data)
    if (same := _as_it_is(data, one, media)) is not None:
        return same
    picture = _framed(pixels(one), media)
    if _drawn(one, picture) and "image/png" in media.kinds:
        whole = largest(Size(*picture.size), media)
        if len(found := _png(_resized(picture, whole))) <= media.bytes:
            return Fitted(found, "image/png", *whole)
    return _smaller(picture, media)


def _as_it_is(data: bytes, one: Opened, media: Media) -> Fitted | None:
    """Untouched but for what it tells; None where something must change."""
    size = Size(*one.picture.size)
    if one.kind not in media.kinds or not one.plain or not takes(media, size):
        return None
    if one.kind == "image/gif" and one.moves:
        # A GIF's remarks cannot be left out without unpacking it.
        silent = "comment" not in one.picture.info and b"XMP DataXMP" not in data
        kept: bytes | None = data if silent else None
    else:
        kept = bare(data, one.kind)
    if kept is None or len(kept) > media.bytes:
        return None
    pixels(opened(kept))  # it can be unpacked to its end
    return Fitted(kept, one.kind, *size)


def _drawn(one: Opened, picture: Image.Image) -> bool:
    """Whether JPEG would blur its edges, or cannot show what is behind it."""
    return picture.mode == "RGBA" or one.kind in {"image/png", "image/gif"}


def _framed(picture: Image.Image, media: Media) -> Image.Image:
    """On a ground of its edges' colour, where it is too long or too tall."""
    frame = padded(Size(*picture.size), media.ratio)
    if frame == picture.size:
        return picture
    # The frame of a long strip may be much larger than the strip.
    target = largest(frame, replace(media, pixels=min(media.pixels or MOST_PIXELS, MOST_PIXELS)))
    inside = _resized(picture, scaled(Size(*picture.size), target.longer, Media(0, 0)))
    ground = Image.new(picture.mode, target, _edge(inside))
    ground.paste(inside, ((target.width - inside.width) // 2, (target.height - inside.height) // 2))
    return ground


def _edge(picture: Image.Image) -> tuple[int, ...]:
    """The middle one of the colours at the sides to which the frame is added."""
    width, height = picture.size
    last = (0, height - 1, width, height) if width > height else (width - 1, 0, width, height)
    first = (0, 0, width, 1) if width > height else (0, 0, 1, height)
    strips = [picture.crop(box) for box in (first, last)]
    bands = range(len(picture.getbands()))
    return tuple(
        int(median(value for strip in strips for value in strip.getchannel(band).tobytes()))
        for band in bands
    )


def _smaller(picture: Image.Image, media: Media) -> Fitted:
    """As JPEG, or what else is taken: of the best quality that fits, else smaller."""
    kind, encoders = _encoders(media)
    flat = picture if kind != "image/jpeg" else _flat(picture)
    whole = largest(Size(*flat.size), media)
    full = _resized(flat, whole)
    for encode in encoders:
        if len(data := encode(full)) <= media.bytes:
            return Fitted(data, kind, *whole)
    return _searched(full, encoders[-1], kind, media)


def _searched(full: Image.Image, encode: Encode, kind: str, media: Media) -> Fitted:
    """The largest size at which it fits, to a hundredth. Raises BadInput where none does."""
    size, found = Size(*full.size), None
    low, high = 0, size.longer
    while high - low > max(1, high // 100):
        middle = (low + high) // 2
        tried = scaled(size, middle, media)
        data = encode(_resized(full, tried))
        if len(data) <= media.bytes:
            low, found = middle, Fitted(data, kind, *tried)
        else:
            high = middle
    if found is None:
        raise BadInput(f"No picture fits into {media.bytes} bytes.", "Leave it out.")
    return found


def _encoders(media: Media) -> tuple[str, list[Encode]]:
    if "image/jpeg" in media.kinds:
        return "image/jpeg", [_jpeg(quality) for quality in QUALITIES]
    if "image/webp" in media.kinds:
        return "image/webp", [_webp(quality) for quality in QUALITIES]
    if "image/png" in media.kinds:
        return "image/png", [_png]
    raise BadInput(f"No picture of ours is one of {', '.join(sorted(media.kinds))}.", "")


def _jpeg(quality: int) -> Encode:
    return lambda picture: _saved(picture, "JPEG", quality=quality, optimize=True, progressive=True)


def _webp(quality: int) -> Encode:
    return lambda picture: _saved(picture, "WEBP", quality=quality)


def _png(picture: Image.Image) -> bytes:
    return _saved(picture, "PNG", optimize=True)


def _saved(picture: Image.Image, format: str, **how: object) -> bytes:
    into = io.BytesIO()
    # A picture without the notes that came with it: Pillow would write some of them again.
    clean = picture.copy()
    clean.info = {}
    clean.save(into, format, **how)
    return into.getvalue()


def _resized(picture: Image.Image, size: Size) -> Image.Image:
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _flat(picture: Image.Image) -> Image.Image:
    """On white, where something showed through."""
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, _WHITE)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
