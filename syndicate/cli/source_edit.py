"""`source edit`: how a source is watched."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.command import Act
from syndicate.cli.credentials import CREDENTIALS, given_in
from syndicate.cli.show import show
from syndicate.cli.watched import SOURCE, describe
from syndicate.lib.errors import BadInput

if TYPE_CHECKING:
    from syndicate.sources.models import Source

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_FILTERS = {
    "only_tag": "tags", "not_tag": "not_tags", "only_author": "authors",
    "not_author": "not_authors", "only_word": "words", "not_word": "not_words",
}  # fmt: skip
_NUMBERS = {"max_age": "max_age_days", "max_new": "max_new", "settle": "settle_minutes"}


@click.command(cls=Act)
@SOURCE
@click.option("--name", help="What to call it.")
@click.option("--url", help="Another address; the best of what stands there is taken.")
@click.option("--interval", metavar="30m|2h|1d", help='Look so often. "": by its own rhythm.')
@click.option("--since", metavar="DATE", help='Only note what is dated before it. "": no limit.')
@click.option("--max-age", metavar="DAYS", help='Only note what is older when found. "": usual.')
@click.option("--max-new", metavar="N", help='Hold more than N new at once. "": usual.')
@click.option("--settle", metavar="MINUTES", help='Take what has not changed so long. "": usual.')
@click.option("--only-tag", multiple=True, help='Repeatable, as all below; "" clears.')
@click.option("--not-tag", multiple=True)
@click.option("--only-author", multiple=True)
@click.option("--not-author", multiple=True)
@click.option("--only-word", multiple=True, help="In title, summary or text.")
@click.option("--not-word", multiple=True)
@CREDENTIALS
@click.option("--no-credentials", is_flag=True, help="Forget those that are there first.")
def edit(source: Source, **given: Any) -> None:
    """Change how a source is watched; what is not given stays.

    Credentials are tried before they are kept.

    \b
    syndicate source edit 1 --interval 30m --not-tag sponsored
    syndicate source edit 1 --username ada --password-file ~/.password
    """
    from syndicate.lib import clock
    from syndicate.sources.arrange import arrange
    from syndicate.sources.knock import merged

    fields, credentials = changes(given, source.filters), given_in(given)
    if credentials or given["no_credentials"]:
        kept = {} if given["no_credentials"] else source.credentials
        fields["credentials"] = merged(kept, credentials)
    arrange(source, clock.now(), **fields)
    show(describe(source), f"{source.name} is saved.")


def changes(given: dict[str, Any], filters: dict[str, list[str]]) -> dict[str, Any]:
    """The fields of ``arrange`` that the options set. Raises BadInput, naming the option."""
    found: dict[str, Any] = {}
    for name in ("name", "url"):
        if given[name] is not None:
            found[name] = given[name]
    if given["interval"] is not None:
        found["interval"] = duration(given["interval"])
    if given["since"] is not None:
        found["since"] = day(given["since"])
    for option, name in _NUMBERS.items():
        if given[option] is not None:
            found[name] = number(given[option], option)
    sifted = {kind: [*given[option]] for option, kind in _FILTERS.items() if given[option]}
    return found | ({"filters": filters | sifted} if sifted else {})


def duration(text: str) -> timedelta | None:
    """``30m``, ``2h``, ``1d``; nothing for the source's own rhythm. Raises BadInput."""
    if not text.strip():
        return None
    match = re.fullmatch(r"(\d{1,6})\s*([mhd])", text.strip().lower())
    if match is None:
        raise BadInput(f"--interval {text!r} is no length of time.", "Give one like 30m, 2h or 1d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def day(text: str) -> datetime | None:
    """``2026-11-23``, with or without a time (UTC unless it says). Raises BadInput."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"--since {text!r} is no date.", "Give one like 2026-11-23.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(text: str, option: str) -> int | None:
    """A whole number; nothing for what is usual here. Raises BadInput."""
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        flag = option.replace("_", "-")
        raise BadInput(f"--{flag} {text!r} is no number.", 'Give one, or "" for what is usual.')
    return int(text)
