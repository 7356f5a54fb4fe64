"""Bytes from outside → pixels: bounded, upright, in the web's colours."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from syndicate.lib.errors import BadInput

# Of an unpacked picture: 50 million are 200 MB of memory.
MOST_PIXELS = 50_000_000
# Formats that sites use; Pillow knows many more, most of them seldom looked after. A JPEG of many
# pictures, as some phones make them, comes out as MPO.
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
_KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
# What Pillow raises for files that are cut, torn or made to hurt.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, struct.error,
          OverflowError, MemoryError, KeyError)  # fmt: skip
# We look at the size ourselves, before anything is unpacked; Pillow only warns at its first limit.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Opened:
    """A picture whose header was read."""

    picture: Image.Image
    kind: str  # "image/jpeg"; empty for what is never handed on as it is
    moves: bool
    turned: bool  # it says that it is to be shown turned

    @property
    def plain(self) -> bool:
        """Whether every program shows its pixels as they are."""
        return not self.turned and self.picture.mode in {"RGB", "RGBA", "L", "LA", "P", "1"}


def opened(data: bytes) -> Opened:
    """Read its header. Raises BadInput."""
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
        size = picture.width * picture.height
        if size > MOST_PIXELS:
            raise BadInput(
                f"A picture of {picture.width} × {picture.height} pixels is too large for us.",
                "Put a smaller one into the article.",
            )
        orientation = picture.getexif().get(0x0112, 1)
        moves = getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO"
    except BROKEN as error:
        raise no_picture() from error
    return Opened(picture, _KINDS.get(picture.format or "", ""), moves, orientation != 1)


def pixels(one: Opened) -> Image.Image:
    """Its first frame, upright: L, RGB, or RGBA where something shows through. Raises BadInput."""
    try:
        one.picture.seek(0)
        one.picture.load()
        upright = ImageOps.exif_transpose(one.picture)
        coloured = _in_web_colours(upright)
        return _opaque(coloured)
    except BROKEN as error:
        raise no_picture() from error


def no_picture() -> BadInput:
    """It cannot be read."""
    return BadInput("This is no picture that can be read.", "JPEG, PNG, GIF or WebP will do.")


def _in_web_colours(picture: Image.Image) -> Image.Image:
    """Of any mode and colour space, as L, RGB or RGBA in sRGB."""
    if picture.mode.startswith(("I", "F")):
        # 16 bits a pixel: Pillow would cut off at 255 instead of dividing.
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in {"1", "L"} and "transparency" not in picture.info:
        return picture.convert("L")
    if (managed := _managed(picture)) is not None:
        return managed
    clear = "transparency" in picture.info or picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"}
    return picture.convert("RGBA" if clear else "RGB")


def _managed(picture: Image.Image) -> Image.Image | None:
    """By its own colour profile, where it has a good one."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return None
    mode = "RGB" if picture.mode == "CMYK" else picture.mode
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(
            picture, own, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, *BROKEN):
        return None


def _opaque(picture: Image.Image) -> Image.Image:
    """Without an alpha channel that hides nothing."""
    if picture.mode != "RGBA" or picture.getchannel("A").getextrema() != (255, 255):
        return picture
    return picture.convert("RGB")
