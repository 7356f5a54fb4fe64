"""The lines that stand for an article: its description when that is good, else its lead.

::

    description good? ─→ it stands
    else the body's first sentences, without dateline and byline
         ─→ begun at the one that says most of what the title says, if that is near ─→ cut
         ─→ a text that opens with a scene: the one further on that says most of it

Measured on news pages, the lead beats what graph methods make of the whole text; to begin where the
title's words are beats the lead, since many a text opens with a scene (``benchmarks.summaries``).
"""

from __future__ import annotations

import re
from itertools import islice

from syndicate.lib.html import to_text
from syndicate.lib.sentences import complete, cut, split

# Characters: what is aimed at, and what a sentence may run to before it is cut.
LEAD, LONGEST = 220, 280
_GOOD = range(60, 281)
# Sentences from which a summary may begin; what the title's words and the place count.
_FIRST, _TITLE, _LATER = 6, 0.5, 0.9
# A text whose first two sentences say less than this of the title opens with a scene; then the
# title's words count more, and further on.
_SCENE, _FAR, _TITLE_THEN, _LATER_THEN = 0.15, 12, 4.0, 0.95
# What feeds append to a description that was cut, or put in place of one.
_BOILERPLATE = re.compile(
    r"read more|continue reading|weiterlesen|lire la suite|leer más|click here"
    r"|the post .{0,200}first on|\[?(…|\.\.\.)\]?\s*$|cookies?\b.{0,40}\baccept",
    re.IGNORECASE | re.DOTALL,
)
# "PORT EXAMPLE, 3 May (HR) – ": where and when, before the first word that says something.
_DATELINE = re.compile(
    r"^(?:[A-ZÄÖÜ][A-ZÄÖÜ .'-]{2,30}(?:, [^–—()-]{1,30})?(?: \([^)]{1,20}\))?|\([^)]{2,20}\))"
    r" [–—-]{1,2} "
)
_ASIDE = re.compile(
    r"^(by|von|par|por|photo|foto|image|bild|updated?|share|listen)\b", re.IGNORECASE
)
# A sentence that leans on the one before it makes no beginning.
_LEANING = re.compile(
    r"(but|however|and|so|yet|also|then|still|instead|moreover|aber|doch|und|denn|mais|et|donc"
    r"|pero|y|ma|mas)\b",
    re.IGNORECASE,
)


def summary(description: str, body: str, title: str = "") -> str:
    """One line of plain text. *description* is plain, *body* sanitised HTML; all may be empty."""
    if is_good(description):
        return description
    if sentences := _sentences(body):
        chosen = sentences[_start(sentences, title) :]
        return _told(chosen) or _told(sentences) or _ended(" ".join(sentences))
    text = " ".join(to_text(body).split())[: 4 * LEAD] or _bare(description)
    return _ended(text)


def is_good(description: str) -> bool:
    """Whether a description may stand as it is."""
    fits = len(description) in _GOOD and complete(description)
    return fits and not _BOILERPLATE.search(description)


def is_ended(text: str) -> bool:
    """Whether a text comes to its end, rather than being cut or leading on."""
    return complete(text) and not _BOILERPLATE.search(text)


def _bare(description: str) -> str:
    """A description without what a feed appended."""
    return _BOILERPLATE.split(description, maxsplit=1)[0].strip(" [(–-")


def _ended(text: str) -> str:
    """Whole sentences of about LEAD; one that is a little longer stays whole."""
    short = cut(text, LEAD)
    longer = cut(text, LONGEST)
    return longer if short.endswith("…") and complete(longer) else short


def _sentences(body: str) -> list[str]:
    """The first sentences of the paragraphs that say something, enough to choose from."""
    found: list[str] = []
    for paragraph in islice(re.finditer(r"<p>(.*?)</p>", body, re.DOTALL), 14):
        text = _DATELINE.sub("", " ".join(to_text(paragraph.group(1)).split()))
        if len(text) < 40 or (_ASIDE.match(text) and len(text) < 120):
            continue
        found += split(text)
        if len(found) >= _FAR:
            break
    return found


def _start(sentences: list[str], title: str) -> int:
    """Which of the first sentences says most of what *title* says; the first, all else equal."""
    wanted = _words(title)
    said = [len(wanted & _words(each)) / max(1, len(wanted)) for each in sentences[:_FAR]]
    scene = bool(wanted) and max(said[:2]) < _SCENE
    first, title_counts, later = (
        (_FAR, _TITLE_THEN, _LATER_THEN) if scene else (_FIRST, _TITLE, _LATER)
    )
    weights = [
        later**place * (1 + title_counts * share) * _may_begin(sentences[place], place)
        for place, share in enumerate(said[:first])
    ]
    return weights.index(max(weights))


def _may_begin(sentence: str, place: int) -> bool:
    """Whether a summary may begin with it: it need not be cut, and leans on no other."""
    return len(sentence) <= LONGEST and (place == 0 or not _LEANING.match(sentence))


def _told(sentences: list[str]) -> str:
    """As many of them as LEAD holds, to the end of one; where little is said by then, one more.

    Else the first that is short enough; "" where none is.
    """
    kept = whole = ""
    for sentence in sentences:
        kept = f"{kept} {sentence}".strip()
        if len(kept) > (LEAD if len(whole) >= LEAD // 3 else LONGEST):
            break
        whole = kept if complete(kept) else whole
    others = (each for each in sentences if complete(each) and len(each) <= LONGEST)
    return whole or next(others, "")


def _words(text: str) -> set[str]:
    """The words that mean something, by their beginnings: whatever the language, endings differ."""
    return {word[:5] for word in re.findall(r"[^\W_]{4,}", text.casefold())}
