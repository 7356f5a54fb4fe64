"""Names of people out of a line: ``By Ada Example and Bo Sample, Senior Reporter``."""

from __future__ import annotations

import re

from syndicate.sources.readers.text import plain
from syndicate.sources.written import month

_MOST = 10
_LEADING = re.compile(
    r"^(?:\w{3,12}:\s+)?(?:(?:written|words|story|posted|published|text|report(?:ed|age)?|reporting|photos?)\s+)?"
    r"(?:by|von|par|por|di|av|af|door|przez|auteur|author|autore?|autor(?:in)?|from)\b\s*[:\-–]?\s+",
    re.IGNORECASE,
)
# A capital alone is an initial: "Ada E Example" is one.
_BETWEEN = re.compile(
    r"\s*[,;|/•·]\s*|\s+[–—-]\s+|\s+(?:(?i:and|und|et|och|og|with|mit|avec)|y|e|i|en|con)\s+"
)
# What machines are told begins with no more than this: "Di", "Par" and "Von" are names.
_BY = re.compile(r"^(?:written )?by\b:?\s+", re.IGNORECASE)
# Addresses and what is in brackets; and what follows a name: where, for whom, when.
_ASIDE = re.compile(r"\s*\([^)]*(?:\)(?=\s*(?:$|[,;|]))|$)|https?:\S+|\S+@\S+|\s@\w+")
_TRAILING = re.compile(
    r"(?:^|\s+)(?:in|for|at|from|on|à|aus|für|pour|para|published|updated|posted|last)\s.*$",
    re.IGNORECASE,
)
# A date runs into the name where the page parts them by a box; ``user123`` is a name.
_DATE = re.compile(r"\s+\d.*$|(?<=[a-z])\d{1,4}\s.*$")
_MARKS = " \t.:,;–—-\"'“”()[]"
# Whole lines, or their words, that stand where a name should. In lower case.
_NOBODY = frozenset(
    """
    admin administrator administrateur author autor auteur autore name anonymous anonym anonyme
    anonimo anónimo unknown unbekannt guest gast invité editor editors editorial webmaster root
    user test contributor contributors share updated home subscribe reply comments comment
    redaktion redaction rédaction redazione redacción redação redactie redakcja newsroom staff
    team us me none null undefined n/a wordpress ghost squarespace blogger
    """.split()  # noqa: SIM905
)
_COLLECTIVE = frozenset(
    """
    staff redaktion rédaction redazione redacción redação redactie redakcja newsroom editors
    editorial team desk webmaster admin
    """.split()  # noqa: SIM905
)
# In a visible line these betray a phrase that is none.
_PHRASE = frozenset(
    """
    the our your my this all more about by last view read see get follow share subscribe sign log
    contact posts posted published updated photo photos image video news press agency magazine
    university institute department association foundation group inc ltd llc gmbh media times today
    sports politics business opinion world culture home menu search privacy policy terms
    january february march april june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    über mehr alle aktualisiert veröffentlicht foto quelle à propos tous publié mis à jour
    sobre todos publicado actualizado tutti pubblicato aggiornato
    """.split()  # noqa: SIM905
)
_TITLE = re.compile(
    r"\b(reporter|editor|correspondent|writer|journalist|columnist|contributor|producer"
    r"|photographer|director|analyst|professor|manager|founder|ceo|officer|fellow|intern|critic"
    r"|\w*redakteur(in)?|\w*redaktor(in)?|\w*korrespondent(in)?|journaliste|rédac(teur|trice)"
    r"|correspondante?|corresponsal|periodista|redactora?|giornalista|redattrice|jornalista)$",
    re.IGNORECASE,
)
_DEGREE = re.compile(r"(?:ph\.?d|m\.?d|m\.?a|m\.?sc|mba|jr|sr|esq|dr|prof)\.?", re.IGNORECASE)
_ADDRESS = re.compile(r"https?:|www\.|@|[<>{}=]|\.(?:com|org|net|de|uk|fr)$", re.IGNORECASE)
_PARTICLES = frozenset(
    """
    de da del della der den di do dos du el la le van von und y e af av zu al bin ibn ter ten
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"^[^\W\d_][\w'’.\-]*$")


def named(line: str, leading: re.Pattern[str] = _LEADING) -> tuple[str, ...]:
    """Those whom *line* names, in order; none who is a job, a mail address, a site or nobody."""
    line = leading.sub("", _ASIDE.sub(" ", plain(line[:300])).strip())
    people = [_bare(half) for part in _BETWEEN.split(line) for half in _halves(part)]
    return tuple(dict.fromkeys(each for each in people if is_somebody(each)))[:_MOST]


def catalogued(line: str) -> tuple[str, ...]:
    """The same of a value for machines, where ``Example, Ada`` is one person."""
    first, comma, rest = plain(line[:300]).partition(", ")
    one = comma and " " not in first and 1 <= len(rest.split()) <= 3 and "," not in rest
    return (f"{first}, {rest}",) if one and is_somebody(rest) else named(line, _BY)


def is_somebody(name: str) -> bool:
    """Whether a text that is marked as an author can be one: a person, or a pen name."""
    words = name.casefold().split()
    if not 1 <= len(words) <= 6 or not 2 <= len(name) <= 60 or name.casefold() in _NOBODY:
        return False
    if _COLLECTIVE & set(words) or _TITLE.search(name) or _DEGREE.fullmatch(name):
        return False
    return not _ADDRESS.search(name) and any(char.isalpha() for char in name)


def is_name(name: str) -> bool:
    """Whether a text looks like a person's name: two to five words, each with a capital."""
    words = name.split()
    if not 2 <= len(words) <= 5 or not all(_WORD.match(word) for word in words):
        return False
    if _PHRASE & {word.casefold() for word in words}:
        return False
    return all(word[0].isupper() or word.casefold() in _PARTICLES for word in words) and (
        words[0][0].isupper() or words[-1][0].isupper()
    )


def _halves(part: str) -> list[str]:
    """``Ada Example & Bo Sample`` are two, ``Salt & Vinegar`` is one pen name."""
    halves = re.split(r"\s+[&+]\s+", part)
    return halves if all(is_name(_bare(half)) for half in halves) else [part]


def _bare(part: str) -> str:
    """A part of a byline without what follows the name."""
    dateless = _DATE.sub("", part)
    cut = _TRAILING.sub("", dateless)
    # "Society for Piers" is a name; "Ada Example for the Review" begins with one.
    words = (cut if " " in cut or not cut else dateless).strip(_MARKS).split()
    if len(words) not in {0, 2} and month(words[-1].rstrip(".,")) and _DATE.search(part):
        words.pop()
    return " ".join(words).strip(_MARKS)
