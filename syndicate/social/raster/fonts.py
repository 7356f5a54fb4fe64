"""The fonts at hand, and the best one that has all letters of a text.

::

    social.font ─→ packages of fonts ─→ the system's folders ─→ Pillow's own, which is Latin

A text of which any letter is in none of them is not drawn: no reader wants to see boxes.
"""

from __future__ import annotations

import importlib.util
import os
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

import regex
from PIL import ImageFont, features

from syndicate.social.raster.letters import Letters

_SYSTEM = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
# As packages that hold nothing but fonts are called.
_PACKAGE = "fontpkg_"
# The better ones for a headline come first; any other comes after them.
_FAMILIES = (
    "inter", "notosans", "sourcesans3", "sourcesanspro", "ibmplexsans", "opensans", "roboto",
    "lato", "notosanscjk", "notosansarabic", "notosans.*", "dejavusans", "liberationsans", "arial",
    "notoserif.*",
)  # fmt: skip
_UNFIT = re.compile(
    r"italic|oblique|mono|condensed|narrow|symbol|emoji|math|music|thin|light|black|display"
    r"|awesome|icons?\b|webdings|wingding",
    re.IGNORECASE,
)
_STYLE = re.compile(r"[-_ ]?(bold|semibold|demibold|medium|regular|book|vf|variable.*)$", re.I)
# What has no picture of its own in any font: joiners, marks of direction, variants.
_UNSEEN = regex.compile(r"[\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Cc}\uFE00-\uFE0F]")
# Scripts whose letters change by their neighbours, or that run from right to left.
_SHAPED = regex.compile(
    r"[\p{Arabic}\p{Hebrew}\p{Syriac}\p{Thaana}\p{Nko}\p{Devanagari}\p{Bengali}\p{Gurmukhi}"
    r"\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Thai}\p{Lao}"
    r"\p{Tibetan}\p{Myanmar}\p{Khmer}]"
)
_BOLD = 700


@dataclass(frozen=True)
class Font:
    """A font's file; *path* empty: Pillow's own."""

    path: str

    def at(self, size: int, bold: bool = True) -> ImageFont.FreeTypeFont:
        """To draw with, so many pixels high."""
        if not self.path:
            return _own(size)
        font = ImageFont.truetype(self.path, size)
        if bold and _is_variable(self.path):
            font.set_variation_by_axes(_axes(font))
        return font


def font(text: str, chosen: str = "") -> Font | None:
    """The best one with all letters of *text*; None where there is none. *chosen*: social.font."""
    if _SHAPED.search(text) and not features.check("raqm"):
        return None
    wanted = set(_UNSEEN.sub("", text))
    return next((one for one in _all(chosen) if all(c in _letters(one) for c in wanted)), None)


@lru_cache(maxsize=4)
def _all(chosen: str) -> list[Font]:
    """The best first."""
    given = Path(chosen).expanduser() if chosen else None
    first = [Font(str(given))] if given and given.is_file() else []
    folders = [str(given)] if given and given.is_dir() else []
    found = [path for folder in (*folders, *_packages(), *_SYSTEM) for path in _files(folder)]
    own = sorted((path for path in found if folders and path.startswith(folders[0])), key=_rank)
    rest = sorted((path for path in found if path not in own), key=_rank)
    return [*first, *(Font(path) for path in (*own, *rest)), Font("")]


def _files(folder: str) -> Iterator[str]:
    for place, _, names in os.walk(os.path.expanduser(folder)):
        for name in sorted(names):
            if name.lower().endswith((".ttf", ".otf", ".ttc")) and not _UNFIT.search(name):
                yield os.path.join(place, name)


def _rank(path: str) -> tuple[int, int, str]:
    """By family, bold before regular."""
    stem = Path(path).stem.partition("[")[0]
    family = re.sub(r"[^a-z0-9.]", "", _STYLE.sub("", stem).lower())
    known = [number for number, name in enumerate(_FAMILIES) if re.fullmatch(name, family)]
    bold = bool(re.search(r"bold|\[.*wght|variable|vf$", Path(path).stem, re.IGNORECASE))
    return (known[0] if known else len(_FAMILIES), 0 if bold else 1, path)


def _packages() -> list[str]:
    """The folders of installed packages of fonts."""
    found = [one.name for one in pkgutil.iter_modules() if one.name.startswith(_PACKAGE)]
    specs = [importlib.util.find_spec(name) for name in found]
    return [str(Path(spec.origin).parent) for spec in specs if spec and spec.origin]


@cache
def _letters(one: Font) -> Letters:
    if one.path:
        try:
            return Letters(Path(one.path).read_bytes())
        except OSError:
            return Letters(b"")
    return Letters(_own(10).path.getvalue())  # type: ignore[union-attr]  # bytes in memory


def _own(size: int) -> ImageFont.FreeTypeFont:
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))


def _is_variable(path: str) -> bool:
    return "[" in Path(path).name or "variable" in path.lower()


def _axes(font: ImageFont.FreeTypeFont) -> list[float]:
    """Bold, and each other axis as it is by default."""
    return [
        min(_BOLD, axis["maximum"] or _BOLD)
        if axis["name"] in {b"Weight", b"wght"}
        else axis["default"] or 0
        for axis in font.get_variation_axes()
    ]
