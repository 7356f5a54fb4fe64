"""`config`: what is in force, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

from syndicate import paths
from syndicate.cli.command import Command
from syndicate.cli.show import columns, show

# Shown as set or not set, never as they are: by the last part of their names.
SECRET = {"secret_key", "password", "private_key", "ed25519_private_key"}
# All that a sending service asks for is taken for a secret, but for these.
OPEN = {"api_url", "sender_domain", "message_stream"}


@click.group()
def config() -> None:
    """Look at the configuration."""


@config.command("show", cls=Command, site=False)
@click.argument("section", required=False)
@click.option("--origin", is_flag=True, help="Show also where each value comes from.")
def show_(section: str | None, origin: bool) -> None:
    """Print every option as it is in force; secrets are masked.

    \b
    syndicate config show mail
    syndicate config show --origin
    """
    from syndicate.lib import config as reader

    reading = reader.read()
    if reading.config is None:
        raise reading.mistakes[0]
    values = {
        name: masked(name, value)
        for name, value in _options(asdict(reading.config))
        if section in (None, name.partition(".")[0])
    }
    if not values:
        raise click.UsageError(f"There is no section {section!r}.")
    rows = [(name, value, reading.origins[name]) for name, value in values.items()]
    told = {name: {"value": value, "origin": where} for name, value, where in rows}
    head = ("Option", "Value", "From")[: 3 if origin else 2]
    show(told, columns(head, [row[: len(head)] for row in rows], ""))


@config.command("path", cls=Command, site=False)
def path() -> None:
    """Print where the site's own file is, or would be."""
    file = paths.config_file()
    show({"file": str(file), "exists": file.is_file()}, str(file))


def _options(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Each option by its full name; a further way out for mail has its own."""
    for table, options in tables.items():
        for key, value in options.items():
            if table != "transports":
                yield f"{table}.{key}", value
                continue
            own = {"kind": value["kind"], "weight": value["weight"], **value["options"]}
            yield from ((f"{table}.{key}.{option}", one) for option, one in own.items())


def masked(name: str, value: Any) -> Any:
    """*value*, unless it is a secret or an address with a password in it."""
    last = name.rpartition(".")[2]
    if last in SECRET:
        return "(set)" if value else "(not set)"
    if last == "settings":
        return {key: one if key in OPEN else "(set)" for key, one in value.items()}
    if name in {"database.url", "sources.proxy"}:
        return without_password(str(value))
    return value


def without_password(url: str) -> str:
    """``postgresql://user:***@host/name``."""
    head, at, tail = url.rpartition("@")
    scheme, _, user = head.partition("://")
    return f"{scheme}://{user.partition(':')[0]}:***@{tail}" if at and ":" in user else url
