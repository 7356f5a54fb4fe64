"""Credentials of an account, or of an app, on the command line: from options, files and answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from syndicate.cli.given import read
from syndicate.cli.show import say
from syndicate.lib.errors import BadInput


def secretless(kind: type, options: dict[str, str]) -> dict[str, str]:
    """Take from *options* what is one of *kind*'s fields and no secret: a server, a handle."""
    from syndicate.social.channels.fields import entries

    named = [one for one in entries(kind) if one.name in options]
    for one in named:
        if one.secret:
            hint = f"Write it to a file, and give --credential-file {one.name}=FILE."
            raise BadInput(f"{one.name} is a secret, which others would see here.", hint)
    return {one.name: options.pop(one.name) for one in named}


def asked(
    kind: type,
    files: tuple[str, ...],
    given: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """From *given* and files; what is in none is asked for, if somebody is there to ask.

    What is *kept* already is not.
    """
    from syndicate.social.channels.fields import entries

    given = {**(given or {}), **{name: read(file) for name, file in pairs(files).items()}}
    if not sys.stdin.isatty():
        return given
    for one in entries(kind):
        if one.name not in given and one.name not in (kept or {}) and not one.rare:
            say(one.help or one.label)
            default = None if one.required else str(one.default)
            given[one.name] = click.prompt(
                one.label, default, hide_input=one.secret, show_default=False, err=True
            )
    return given


def pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """``("a=1", "b=2")`` → ``{"a": "1", "b": "2"}``. Raises BadInput."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInput(f"{text!r} is not NAME=VALUE.", "Write one after each flag.")
        found[name.strip()] = value.strip()
    return found
