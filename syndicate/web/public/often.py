"""How often a list brings mail, in a reader's words."""

from __future__ import annotations

from collections.abc import Iterable

from syndicate.mail.models import Newsletter

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def often(newsletters: Iterable[Newsletter]) -> str:
    """``Every Friday, and with each new article``; empty when nothing is sent at present."""
    parts = dict.fromkeys(one(letter) for letter in newsletters if letter.active)
    text = ", and ".join(parts)
    return text[:1].upper() + text[1:]


def one(newsletter: Newsletter) -> str:
    """The rhythm of one newsletter."""
    match newsletter.rhythm:
        case Newsletter.Rhythm.ARTICLE:
            return "with each new article"
        case Newsletter.Rhythm.HOURLY:
            return "at most once an hour"
        case Newsletter.Rhythm.DAILY:
            return "at most once a day"
        case _:
            return f"every {DAYS[newsletter.weekday]}"
