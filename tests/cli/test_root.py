"""The command as a whole: help, errors, exit codes, completion, its document."""

import errno
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from syndicate import paths
from syndicate.cli.command import Act, Command
from syndicate.cli.exits import Exit, exit_code, of_database, of_file
from syndicate.cli.root import root
from syndicate.lib.errors import BadInput, ConfigError, Locked, NotSent, SyndicateError
from tests.cli import conftest

DOCUMENT = paths.REPOSITORY / "docs" / "cli.md"


def commands(group: click.Group = root, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, without ``syndicate``."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


ALL = dict(commands())


def test_help_asks_for_no_django_and_no_rich() -> None:
    code = (
        "import sys, syndicate.cli.root\n"
        "heavy = {'django', 'rich', 'requests', 'lxml', 'waitress', 'cryptography'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ALL)
def test_each_command_explains_itself(name: str, syndicate: conftest.Command) -> None:
    if name == "manage":
        return  # passes --help on to Django
    said = syndicate(*name.split(), "--help").stdout
    assert "Usage: root" in said
    assert ALL[name].help


@pytest.mark.parametrize("name", [name for name in ALL if name != "manage"])
def test_each_command_can_answer_in_json(name: str) -> None:
    assert isinstance(ALL[name], Command)
    assert "--json" in {flag for param in ALL[name].params for flag in param.opts}


def test_each_act_can_be_rehearsed() -> None:
    acts = {name for name, command in ALL.items() if isinstance(command, Act)}
    assert {"edition approve", "post edit", "source pause", "newsletter add", "editor add"} <= acts
    for name in acts | {"subscriber import", "source add", "source look"}:
        assert "--dry-run" in {flag for param in ALL[name].params for flag in param.opts}, name


def test_no_secret_is_asked_for_in_a_flag() -> None:
    params = [param for command in ALL.values() for param in command.params]
    flags = {flag for each in params if not getattr(each, "is_flag", False) for flag in each.opts}
    secret = {flag for flag in flags if re.search("password|secret|token|credential", flag)}
    assert all(flag.endswith("-file") for flag in secret), secret


def test_the_document_tells_every_command() -> None:
    told = set(re.findall(r"^\| `syndicate ([a-z -]+)", DOCUMENT.read_text(), re.M))
    assert {name.strip() for name in told} == set(ALL)


def test_the_document_tells_every_exit_code() -> None:
    told = set(map(int, re.findall(r"^\| (\d+) \|", DOCUMENT.read_text(), re.M)))
    assert told == {int(code) for code in Exit}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput("x"), Exit.FAILED),
        (ConfigError("C001", "x"), Exit.CONFIG),
        (Locked("x"), Exit.LOCKED),
        (NotSent("x", permanent=True), Exit.FAILED),
        (NotSent("x", permanent=True, auth=True), Exit.CREDENTIALS),
        (NotSent("x", permanent=False), Exit.REMOTE),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: SyndicateError, code: Exit) -> None:
    assert exit_code(error) == code


def test_a_database_without_tables_is_a_site_to_be_made() -> None:
    assert exit_code(of_database(Exception("no such table: mail_edition"))) == Exit.NO_SITE
    assert exit_code(of_database(Exception("database is locked"))) == Exit.FAILED


def test_a_folder_without_a_site_is_told(
    syndicate: conftest.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNDICATE_HOME", str(tmp_path))
    assert "syndicate init" in syndicate("status", code=Exit.NO_SITE).stderr
    assert list(tmp_path.iterdir()) == []
    assert "There is no site" in syndicate().stdout


@pytest.mark.django_db
def test_an_error_is_a_sentence_and_a_hint(syndicate: conftest.Command) -> None:
    done = syndicate("subscriber", "show", "nobody", code=Exit.FAILED)
    assert done.stdout == ""
    assert done.stderr.startswith("Error: “nobody” is not an email address.\n  ")


@pytest.mark.django_db
def test_with_json_an_error_is_a_document(syndicate: conftest.Command) -> None:
    done = syndicate("subscriber", "show", "nobody", "--json", code=Exit.FAILED)
    assert json.loads(done.stdout)["error"]["message"] == "“nobody” is not an email address."


@pytest.mark.django_db
def test_a_number_that_nothing_has_is_a_usage_error(syndicate: conftest.Command) -> None:
    assert "there is no edition '7'" in syndicate("edition", "show", 7, code=Exit.USAGE).stderr


def test_a_misspelled_command_gets_a_suggestion(syndicate: conftest.Command) -> None:
    assert "status" in syndicate("stauts", code=Exit.USAGE).stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_the_shell(shell: str, syndicate: conftest.Command) -> None:
    assert "_SYNDICATE_COMPLETE" in syndicate("completion", shell).stdout


def test_a_shell_is_told_the_commands() -> None:
    words = {
        "COMP_WORDS": "syndicate edi",
        "COMP_CWORD": "1",
        "_SYNDICATE_COMPLETE": "bash_complete",
    }
    done = CliRunner(env=words).invoke(root, prog_name="syndicate")
    assert done.stdout.split() == ["plain,edition", "plain,editor"]


def test_a_file_or_a_disk_in_the_way_is_a_sentence() -> None:
    error = of_file(OSError(errno.ENOSPC, "No space left on device", "/srv/news/config"))
    assert error.message == "/srv/news/config cannot be used: No space left on device."
    assert "Make room" in error.hint
    assert "Make room" in of_database(Exception("database or disk is full")).hint


def test_a_folder_that_cannot_be_made_is_told(
    syndicate: conftest.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").touch()  # a file where init wants a folder
    monkeypatch.setenv("SYNDICATE_HOME", str(tmp_path))
    given = ["--no-input", "--name", "x", "--url", "x.example", "--from", "x@x.example"]
    assert "File exists" in syndicate("init", *given, code=Exit.FAILED).stderr
