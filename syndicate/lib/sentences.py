"""Where a sentence ends."""

from __future__ import annotations

import re

# Words whose full stop ends nothing, in the languages we meet most; single letters are initials.
_SHORT = frozenset(
    """
    bzw ca capt cf co col corp dept dr ed eds eg etc ff fig gen gov inc jan feb mar apr jun jul aug
    sep sept oct nov dec jr lt ltd mme mr mrs ms mt no nos nr op pp prof rev sen sgt sr ss st str u
    ua usw v vgl vol vs z zb bspw dipl evtl ggf hrsg inkl max min mio mrd sog tel
    """.split()  # noqa: SIM905
)
_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*(?=\s|$)|[。！？]")


def split(text: str) -> list[str]:
    """The sentences of a line of text; what does not end in a full stop is the last one."""
    found, start = [], 0
    for match in _END.finditer(text):
        if _ends(text, match):
            found.append(text[start : match.end()].strip())
            start = match.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def complete(text: str) -> bool:
    """Whether *text* ends as a sentence does (an ellipsis is a text that was cut)."""
    stripped = text.rstrip("\"'”’»)] ")
    return stripped.endswith((".", "!", "?", "。", "！", "？")) and not stripped.endswith("..")


def cut(text: str, limit: int) -> str:
    """At most *limit* characters: whole sentences, else whole words and an ellipsis."""
    if len(text) <= limit:
        return text
    kept = ""
    for sentence in split(text[: limit + 1]):
        joined = f"{kept} {sentence}".strip()
        if len(joined) > limit or not complete(joined):
            break
        kept = joined
    if len(kept) >= limit // 3:
        return kept
    words = text[:limit].rsplit(None, 1)[0] if " " in text[:limit] else text[: limit - 1]
    return words[: limit - 1].rstrip(" ,;:–—-(") + "…"


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether the mark found really ends a sentence: nothing follows, or something that begins."""
    after = text[match.end() :].lstrip()
    if not after or match.group()[0] in "。！？":
        return True
    if after[0].islower():
        return False
    # A date ("3. November"), an initial or a short form goes on.
    word = re.search(r"[\w.,]*$", text[: match.start()])
    token = word.group().lower() if word else ""
    last = token.rpartition(".")[2]
    initial = len(last) == 1 and last.isalpha()
    goes_on = last in _SHORT or initial or (token.isdecimal() and len(token) < 3)
    return not (match.group()[0] == "." and goes_on)
