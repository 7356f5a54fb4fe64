"""`doctor`: what is wrong or missing, by id, with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate import paths
from syndicate.cli.command import Command, set_up
from syndicate.cli.exits import Exit
from syndicate.cli.show import as_json, show
from syndicate.lib.errors import ConfigError

if TYPE_CHECKING:
    from syndicate.checks.finding import Finding

MARKS = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "note": ("·", "cyan"),
    "error": ("✗", "red"),
}


@click.command(cls=Command, site=False)
@click.option("--offline", is_flag=True, help="Ask no other machine.")
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
def doctor(offline: bool, strict: bool) -> None:
    """Look for mistakes, and say what to do about each.

    Configuration, database, sources, mail server, accounts, machine.
    Each has an id, explained in docs/errors.md. Nothing is sent or posted.
    """
    told: list[dict[str, Any]] = []
    codes = {_configuration(told)}
    if codes == {Exit.OK}:
        codes |= set(_site(told, network=not offline))
    wrong = any(one["level"] == "error" or (strict and one["level"] == "warning") for one in told)
    if as_json():
        show({"ok": not wrong, "findings": [one for one in told if one["id"]]}, "")
    if wrong:
        raise click.exceptions.Exit(worst(codes))


def worst(codes: set[Exit]) -> Exit:
    """The one exit code for all that was found: what must be mended first."""
    order = (Exit.CONFIG, Exit.FAILED, Exit.CREDENTIALS, Exit.REMOTE)
    return next((code for code in order if code in codes), Exit.FAILED)


def code_of(finding: Finding) -> Exit:
    """What one finding means for a script."""
    if finding.level != "error":
        return Exit.OK
    if finding.auth:
        return Exit.CREDENTIALS
    if finding.remote:
        return Exit.REMOTE
    return Exit.CONFIG if finding.id[0] in "CM" else Exit.FAILED


def _configuration(told: list[dict[str, Any]]) -> Exit:
    """Mistakes that keep everything else from being looked at."""
    from syndicate.lib import config

    mistakes = list(config.read().mistakes)
    if not mistakes:
        try:
            set_up()
        except ConfigError as error:
            mistakes.append(error)
    for mistake in mistakes:
        _tell(told, "Configuration", "error", mistake.id, mistake.message, mistake.hint)
    if not mistakes:
        _tell(told, f"Configuration ({paths.config_file()})", "ok")
    return Exit.CONFIG if mistakes else Exit.OK


def _site(told: list[dict[str, Any]], network: bool) -> list[Exit]:
    from syndicate import checks
    from syndicate.lib import clock

    codes = []
    for check, findings in checks.examine(clock.now(), network=network):
        if not findings:
            _tell(told, check.title, "ok")
        for finding in findings:
            level, id = finding.level.value, finding.id
            _tell(told, check.title, level, id, finding.message, finding.hint)
            codes.append(code_of(finding))
    return codes


def _tell(told: list[dict[str, Any]], title: str, level: str, *words: str) -> None:
    """Print one line as soon as it is known, and keep it for --json."""
    id, message, hint = words or ("", "", "")
    told.append({"id": id, "level": level, "check": title, "message": message, "hint": hint})
    if as_json():
        return
    mark, colour = MARKS[level]
    click.echo(f"{click.style(mark, fg=colour)} {title}" + (f": {id} {message}" if id else ""))
    if hint:
        click.echo(f"    {hint}")
