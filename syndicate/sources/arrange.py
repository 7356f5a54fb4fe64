"""How a source is watched, as its editor wants it: each field checked, all of them set or none.

A new address is looked for and tried as a new source's would be, and what is to let us in is tried
too. What is known stays known, so that the same articles elsewhere are not new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from syndicate.lib.errors import BadInput
from syndicate.sources.add import likeliest
from syndicate.sources.after import SHORTEST
from syndicate.sources.knock import inside, knock
from syndicate.sources.models import Source
from syndicate.sources.sift import KINDS

LONGEST = timedelta(days=7)
# An address that is new is read from its beginning.
AFRESH = {
    "etag": "", "last_modified": "", "body_hash": "", "full_look_at": None, "moved_to": "",
    "moved_seen": 0, "moved_at": None, "at_least": None, "health": Source.Health.NEW,
    "failures": 0, "error": "", "hint": "", "failing_since": None,
}  # fmt: skip
_CREDENTIALS = ("username", "password", "token", "key", "secret")
# With it the source's webhooks sign: it lets them in to us, and not us to them.
_THEIRS = {"secret"}


def arrange(source: Source, now: datetime, **fields: Any) -> None:
    """Set *fields* of *source*: those of FIELDS, and ``credentials``. Raises BadInput.

    ``None`` goes back to what the site's configuration says.
    """
    for name in fields.keys() - FIELDS.keys():
        raise BadInput(f"A source has no {name}.", f"It has: {', '.join(FIELDS)}.")
    values: dict[str, Any] = {}
    trial = copy(source)
    for name in (each for each in FIELDS if each in fields):
        values |= FIELDS[name](trial, fields[name], now)
    given = trial.credentials
    if "url" not in values and given != source.credentials and given.keys() - _THEIRS:
        knock(source.kind, source.url, given, now)
    try:
        with transaction.atomic():
            Source.objects.filter(pk=source.pk).update(**values)
    except IntegrityError as error:
        raise _watched(values["url"]) from error
    source.refresh_from_db()


def _name(source: Source, value: str, now: datetime) -> dict[str, Any]:
    name = " ".join(value.split())
    if not 0 < len(name) <= 200:
        raise BadInput("A source needs a name.", "One of up to 200 characters.")
    return {"name": name}


def _url(source: Source, value: str, now: datetime) -> dict[str, Any]:
    """The best of what stands there; what it shows now and we do not know is no news."""
    if value == source.url:
        return {}
    given = source.credentials
    found = inside(value, given, now, source.kind) if given else likeliest(value, now)
    if Source.objects.filter(url=found.url).exclude(pk=source.pk).exists():
        raise _watched(found.url)
    return AFRESH | {"url": found.url, "kind": found.kind, "reach": now, "next_check": now}


def _interval(source: Source, value: timedelta | None, now: datetime) -> dict[str, Any]:
    if value is not None and not SHORTEST <= value <= LONGEST:
        raise BadInput(
            "A source is looked at once a minute at most, and once a week at least.",
            "Give no interval, and it follows the rhythm of the source.",
        )
    return {"interval": value, "next_check": now}


def _since(source: Source, value: datetime | None, now: datetime) -> dict[str, Any]:
    if value is not None and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return {"since": value}


def _filters(
    source: Source, value: Mapping[str, list[str]] | None, now: datetime
) -> dict[str, Any]:
    """Lists of words for the names of ``sift.KINDS``; empty ones are left out."""
    filters: dict[str, list[str]] = {}
    for kind, words in (value or {}).items():
        if kind not in KINDS:
            raise BadInput(f"There is no filter by {kind}.", f"There are: {', '.join(KINDS)}.")
        if kept := [" ".join(word.split()) for word in words if word.strip()]:
            filters[kind] = kept
    # What was kept back stays so; what is shown from now on is judged by the new ones.
    return {"filters": filters}


def _credentials(source: Source, value: Mapping[str, str] | None, now: datetime) -> dict[str, Any]:
    """As ``Source.credentials``; an empty mapping takes them away."""
    given = {name: text for name, text in (value or {}).items() if text}
    for name, text in given.items():
        if name not in _CREDENTIALS and not name.startswith("header "):
            raise BadInput(
                f"What lets us in has no {name}.",
                f"It has: {', '.join(_CREDENTIALS)}, or “header NAME”.",
            )
        if not (name + text).isprintable():
            raise BadInput(f"The {name} has characters that cannot be sent.", "Type it again.")
    if "password" in given and "username" not in given:
        raise BadInput("A password needs a username.", "Give both.")
    source.credentials = given
    return {"sealed": source.sealed, "next_check": now, "full_look_at": None}


def _number(name: str, most: int) -> Field:
    def check(source: Source, value: int | None, now: datetime) -> dict[str, Any]:
        if value is not None and not 0 <= value <= most:
            words = name.replace("_", " ")
            raise BadInput(f"{value} is no {words} for a source.", f"Give one from 0 to {most}.")
        return {name: value}

    return check


Field = Callable[[Source, Any, datetime], dict[str, Any]]
# What may be set, and what becomes of it; a new address is tried with what lets us in.
FIELDS: dict[str, Field] = {
    "credentials": _credentials,
    "name": _name,
    "url": _url,
    "interval": _interval,
    "since": _since,
    "max_age_days": _number("max_age_days", 36_500),
    "max_new": _number("max_new", 10_000),
    "settle_minutes": _number("settle_minutes", 10_080),
    "filters": _filters,
}


def _watched(url: str) -> BadInput:
    return BadInput(f"{url} is watched already.", "Pause one of the two.")
