"""What lets us into a source, as options: never a secret itself, but the file that holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from syndicate.cli.given import read
from syndicate.lib.errors import BadInput

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])

_SECRETS = ("password", "token", "key", "secret")
_OPTIONS = (
    click.option("--username", help="Of its login (HTTP Basic); for WordPress, a user there."),
    click.option("--password-file", metavar="FILE", help="Its password (- is stdin)."),
    click.option("--token-file", metavar="FILE", help="A token, sent as Authorization: Bearer."),
    click.option("--key-file", metavar="FILE", help="The Content API key of a Ghost site."),
    click.option("--secret-file", metavar="FILE", help="The secret that its webhooks sign with."),
    click.option(
        "--header",
        "headers",
        multiple=True,
        metavar="NAME[=FILE]",
        help="A header like Cookie, its value in FILE or on stdin; repeatable.",
    ),
)


def CREDENTIALS(command: AnyFunction) -> AnyFunction:  # stands among decorators
    """Every option for credentials."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given_in(options: Mapping[str, Any]) -> dict[str, str]:
    """What the options give, as ``Source.credentials``. Raises BadInput, naming what is wrong."""
    given = {name: read(file) for name in _SECRETS if (file := options[f"{name}_file"]) is not None}
    given |= dict(_header(text) for text in options["headers"])
    if empty := [name for name, text in given.items() if not text]:
        raise BadInput(f"The {empty[0]} is empty.", "Write it into the file, and nothing else.")
    return {"username": options["username"], **given} if options["username"] else given


def _header(text: str) -> tuple[str, str]:
    name, _, file = text.partition("=")
    if not name.strip() or not set(name.strip()) <= _TOKEN:
        raise BadInput(f"{name!r} is no name of a header.", "Give one like --header X-Key=FILE")
    return f"header {name.strip()}", read(file or "-")


# https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
_TOKEN = set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
