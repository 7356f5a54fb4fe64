"""Colours that can be read: the one the publication chose, fitted to what it stands on.

Contrast as in https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio: 1 to 21, and 4.5 for text.
"""

from __future__ import annotations

READABLE = 4.5


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, ``#rrggbb`` or ``#rgb``."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, on: str) -> str:
    """*colour*, moved towards white or black just as far as text on *on* needs it."""
    pole = "#ffffff" if contrast("#ffffff", on) > contrast("#000000", on) else "#000000"
    mixes = (mix(colour, pole, step / 20) for step in range(21))
    return next((mixed for mixed in mixes if contrast(mixed, on) >= READABLE), pole)


def mix(one: str, other: str, share: float) -> str:
    """*one* with a *share* (0 to 1) of *other* in it."""
    parts = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    digits = colour.removeprefix("#")
    number = int(digits if len(digits) == 6 else "".join(digit * 2 for digit in digits), 16)
    return number >> 16, number >> 8 & 255, number & 255
