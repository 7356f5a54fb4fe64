"""Dates in words or in figures, as a page shows them to people: ``23. März 2026, 14.05 Uhr``.

The months of the languages we meet most; the day comes before the month where figures alone leave
that open, as it does nearly everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from syndicate.sources.zones import zone

# English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Polish,
# Czech, Russian. A short form is a beginning of three letters or more that fits one month alone.
_MONTHS = [
    "january januar jänner janvier enero gennaio janeiro januari stycznia ledna января",
    "february februar feber février fevrier febrero febbraio fevereiro februari lutego února"
    " февраля",
    "march märz mars marzo março maart marts marca března марта mrz",
    "april avril abril aprile kwietnia dubna апреля",
    "may mai mayo maggio maio mei maj maja května мая",
    "june juni juin junio giugno junho czerwca června июня",
    "july juli juillet julio luglio julho lipca července июля",
    "august août aout agosto augustus augusti sierpnia srpna августа",
    "september septembre septiembre settembre setembro września září сентября",
    "october oktober octobre octubre ottobre outubro října października октября",
    "november novembre noviembre novembro listopadu listopada ноября",
    "december dezember décembre decembre diciembre dicembre dezembro grudnia prosince декабря",
]
_BY_NAME = {name: at for at, names in enumerate(_MONTHS, 1) for name in names.split()}
_WORD = r"([^\W\d_]{3,12})\.?"
_OF = r"(?:\s+(?:de|del|of|di)\b)?"
_DAY = r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?"
_YEAR = r"(\d{4})(?!\d)"
_DAY_FIRST = re.compile(rf"{_DAY}{_OF}[\s-]*{_WORD},?{_OF}[\s-]*{_YEAR}", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"(?<!\w){_WORD}\s*{_DAY},?\s+{_YEAR}", re.IGNORECASE)
_FIGURES = re.compile(r"(?<!\d)(\d{1,2})([./])(\d{1,2})\2(\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[年./-]\s?(\d{1,2})[月./-]\s?(\d{1,2})(?!\d)")
_TIME = re.compile(
    r"(?<![\d:.])(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2}))?\s*([ap]\.?m\b\.?)?(?:\s*uhr)?"
    r"(?:\s*([A-Z]{1,4}|[+-]\d{2}:?\d{2})(?!\w))?",
    re.IGNORECASE,
)


def written(text: str) -> datetime | None:
    """The moment that stands in the line *text*, aware (UTC where no zone is named)."""
    for find in (_in_words, _year_first, _in_figures):
        if (found := find(text)) is not None:
            day, rest = found
            return _at(day, rest)
    return None


def month(word: str) -> int:
    """1 to 12, or 0 where *word* is, or begins, no month."""
    word = word.casefold()
    if word in _BY_NAME:
        return _BY_NAME[word]
    begun = {at for name, at in _BY_NAME.items() if name.startswith(word)}
    return begun.pop() if len(begun) == 1 and len(word) >= 3 else 0


def _in_words(text: str) -> tuple[datetime, str] | None:
    for match in _DAY_FIRST.finditer(text):
        if day := _day(int(match[3]), month(match[2]), int(match[1])):
            return day, text[match.end() :]
    for match in _MONTH_FIRST.finditer(text):
        if day := _day(int(match[3]), month(match[1]), int(match[2])):
            return day, text[match.end() :]
    return None


def _year_first(text: str) -> tuple[datetime, str] | None:
    if not (match := _YEAR_FIRST.search(text)):
        return None
    day = _day(*(int(part) for part in match.groups()))
    return (day, text[match.end() :]) if day else None


def _in_figures(text: str) -> tuple[datetime, str] | None:
    """``23/11/2026``, ``23.11.2026``; the month first where nothing else is possible."""
    if not (match := _FIGURES.search(text)):
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    day = _day(year, second, first) or _day(year, first, second)
    return (day, text[match.end() :]) if day else None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _at(day: datetime, rest: str) -> datetime:
    """*day* at the time that stands first in *rest*, if one does."""
    for match in _TIME.finditer(rest):
        hour, half = int(match[1]), (match[4] or "").lower()[:1]
        if match[2] is None and not half:
            continue  # a number alone is no time
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        minute, second = int(match[2] or 0), int(match[3] or 0)
        if hour < 24 and minute < 60 and second < 60:
            where = zone(match[5] or "") or UTC
            return day.replace(hour=hour, minute=minute, second=second, tzinfo=where)
    return day
