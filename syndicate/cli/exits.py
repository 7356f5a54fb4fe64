"""How a command ends when it could not do its work: a sentence, a hint, an exit code."""

from __future__ import annotations

import errno
import json
import sys
from enum import IntEnum
from typing import IO, Any

import click

from syndicate.lib.errors import ConfigError, Locked, NotSent, SyndicateError


class Exit(IntEnum):
    """What a script can tell from the exit code; docs/cli.md lists them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3  # some of it was done
    NO_SITE = 10  # not initialised
    LOCKED = 11  # another run is at it
    CONFIG = 12
    CREDENTIALS = 13  # refused by a mail server or a platform
    REMOTE = 14  # the other side is down or asks us to wait
    INTERRUPTED = 130


class NoSite(SyndicateError):
    """There is nothing here to work on yet."""


class Failure(click.ClickException):
    """An error of ours as a person or a script wants to see it."""

    def __init__(self, error: SyndicateError, as_json: bool) -> None:
        super().__init__(str(error))
        self.error, self.as_json = error, as_json
        # click reads it from the instance, though it declares it for the class.
        self.exit_code = exit_code(error)  # type: ignore[misc]

    def show(self, file: IO[Any] | None = None) -> None:
        """JSON goes to stdout, where a script reads; words go to stderr."""
        error = self.error
        if self.as_json:
            id = error.id if isinstance(error, ConfigError) else ""
            told = {"id": id, "message": error.message, "hint": error.hint}
            click.echo(json.dumps({"error": told}, ensure_ascii=False))
            return
        click.echo(f"{click.style('Error:', fg='red')} {error.message}", file=file, err=True)
        if error.hint:
            click.echo(f"  {error.hint}", file=file, err=True)


def exit_code(error: SyndicateError) -> Exit:
    """What an error means for a script."""
    if isinstance(error, NotSent):
        return Exit.CREDENTIALS if error.auth else Exit.FAILED if error.permanent else Exit.REMOTE
    codes = {ConfigError: Exit.CONFIG, NoSite: Exit.NO_SITE, Locked: Exit.LOCKED}
    return codes.get(type(error), Exit.FAILED)


def database_errors() -> tuple[type[Exception], ...]:
    """What Django raises about its database; nothing as long as Django was not asked for."""
    module = sys.modules.get("django.db")
    return (module.DatabaseError,) if module else ()


def of_database(error: Exception) -> SyndicateError:
    """A database error in words: mostly, the tables are not there or are older than the program."""
    words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "no such table" in words or "no such column" in words or "does not exist" in words:
        hint = "Bring it up to date: syndicate init, or syndicate run."
        return NoSite(f"The database lacks what this version needs ({words}).", hint)
    if "disk" in words:
        hint = "Nothing was changed. Make room where the database lies: syndicate doctor tells."
        return SyndicateError(f"The database cannot be written: {words}.", hint)
    hint = "If another program is using it, try again in a moment. Otherwise: syndicate doctor"
    return SyndicateError(f"The database does not answer: {words}.", hint)


def of_file(error: OSError) -> SyndicateError:
    """A file or folder that cannot be read or written, in words."""
    what, why = error.filename or "A file", error.strerror or type(error).__name__
    full = error.errno == errno.ENOSPC
    hint = "Make room on its disk." if full else "Look who may read and write there."
    return SyndicateError(f"{what} cannot be used: {why}.", hint)
