"""How long an article takes to read."""

from __future__ import annotations

import re
from math import ceil

from syndicate.lib.html import to_text

# Words, and characters where words are not parted by spaces, that are read in a minute:
# https://doi.org/10.1016/j.jml.2019.104047 (238 words of English), less for screens.
WORDS, CHARACTERS = 230, 500
_UNPARTED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W_]+(?:['’\-.][^\W_]+)*")


def minutes(html: str) -> int:
    """Whole minutes to read the text of *html*, sanitised; at least one."""
    text = to_text(html)
    characters = len(_UNPARTED.findall(text))
    words = len(_WORD.findall(_UNPARTED.sub(" ", text)))
    return max(1, ceil(words / WORDS + characters / CHARACTERS))
