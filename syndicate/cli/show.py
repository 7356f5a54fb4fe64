"""What a command prints: the result on stdout, as words or as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click

_JSON = "syndicate.json"


def show(data: object, words: str | Iterable[str]) -> None:
    """*data* as one JSON document with --json, else *words* (a text, or lines)."""
    if as_json():
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))
        return
    for line in [words] if isinstance(words, str) else words:
        click.echo(line)


def say(words: str) -> None:
    """Talk beside the result: to stderr."""
    click.echo(words, err=True)


def as_json(ctx: click.Context | None = None) -> bool:
    """Whether --json was given."""
    return bool((ctx or click.get_current_context()).meta.get(_JSON))


def json_option() -> click.Option:
    """--json, for every command."""

    def keep(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        ctx.meta[_JSON] = value or ctx.meta.get(_JSON, False)

    return click.Option(
        ["--json"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=keep,
        help="Print one JSON document.",
    )


def columns(head: tuple[str, ...], rows: Iterable[Iterable[object]], empty: str) -> list[str]:
    """Lines of a plain table, or *empty* when there is nothing in it."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        return [empty]
    table = [list(head), *cells]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    return "–" if value is None or value == "" else str(value)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
