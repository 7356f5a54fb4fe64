"""A filled-in sign-up form: who wants what, and whether a person filled it in. No database.

Two traps, neither of which a person meets: a field that is not shown, and a stamp that says when
the form was (machines answer at once, or post what they stored long ago).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict

from syndicate.audience.models import MailingList
from syndicate.lib import tokens
from syndicate.lib.errors import BadInput
from syndicate.web.public.choice import ticked

QUICKEST = 1  # seconds from showing the form to its answer
SLOWEST = 24 * 3600


@dataclass
class SignUp:
    """What the form says; *error* is for the person, at the top of the form."""

    stamp: str
    email: str = ""
    name: str = ""
    wanted: list[MailingList] = field(default_factory=list)
    came_by: str = ""  # the channel whose link led here
    trapped: bool = False
    error: BadInput | None = None


def blank(offered: Sequence[MailingList], now: datetime, came_by: str = "") -> SignUp:
    """A fresh form; a lone list need not be chosen."""
    return SignUp(stamp(now), wanted=[*offered[:1]], came_by=came_by)


def read(
    data: QueryDict, offered: Sequence[MailingList], now: datetime, came_by: str = ""
) -> SignUp:
    """The form in *data*, checked as far as this can be done without asking anybody."""
    form = SignUp(
        stamp(now),
        data.get("email", "").strip()[:320],
        data.get("name", "").strip()[:200],
        [*offered] if len(offered) == 1 else ticked(offered, data.getlist("list")),
        came_by=came_by,
        trapped=bool(data.get("website")),
    )
    if not form.wanted:
        form.error = BadInput("Nothing is chosen.", "Tick at least one newsletter.")
    elif not form.trapped and not _fresh(data.get("stamp", ""), now):
        form.error = BadInput("One more click, please:", "it shows us that you are no machine.")
    return form


def stamp(now: datetime) -> str:
    """When a form was shown, signed."""
    return tokens.sign("form", int(now.timestamp()))


def _fresh(stamp: str, now: datetime) -> bool:
    try:
        (shown,) = tokens.read("form", stamp)
    except BadInput:
        return False
    return QUICKEST <= now.timestamp() - shown <= SLOWEST
