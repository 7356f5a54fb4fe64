"""Pictures as sites have them: made of a number, so that each is another, and the same each time.

photograph(7, 640, 480)             a JPEG with shades, lines and noise
photograph(7, 64, 64, "PNG", "RGBA")    … in another format, with another kind of pixels
"""

from __future__ import annotations

import io
import random
from typing import Any

from PIL import Image


def photograph(
    number: int, width: int, height: int, format: str = "JPEG", mode: str = "RGB", **how: Any
) -> bytes:
    """Encoded; *how* goes to the encoder."""
    return encoded(painted(number, width, height, mode), format, **how)


def painted(number: int, width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Its pixels: coarse shades with finer noise, so that no encoder makes nothing of it."""
    dice = random.Random(number)
    coarse = Image.frombytes("RGB", (9, 7), dice.randbytes(9 * 7 * 3))
    fine = Image.frombytes("RGB", (97, 89), dice.randbytes(97 * 89 * 3))
    whole = coarse.resize((width, height), Image.Resampling.BICUBIC)
    made = Image.blend(whole, fine.resize((width, height)), 0.3)
    if mode in {"RGBA", "LA"}:
        made.putalpha(coarse.convert("L").resize((width, height)))
    return made if made.mode == mode else made.convert(mode)


def encoded(picture: Image.Image, format: str, **how: Any) -> bytes:
    """*picture* as a file."""
    into = io.BytesIO()
    picture.save(into, format, **how)
    return into.getvalue()
