"""`doctor`: every mistake by its id, and an exit code that says what to mend first."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from syndicate.checks.finding import Finding, Level
from syndicate.cli.doctor import code_of, worst
from syndicate.cli.exits import Exit
from tests.cli.conftest import Command
from tests.rows import source


def ids(told: dict[str, Any]) -> set[str]:
    return {finding["id"] for finding in told["findings"]}


@pytest.mark.django_db
def test_warnings_are_told_and_are_no_failure(syndicate: Command) -> None:
    said = syndicate("doctor", "--offline").stdout
    assert "M003" in said
    assert 'transport = "smtp"' in said


@pytest.mark.django_db
def test_strictly_warnings_are_failures(syndicate: Command) -> None:
    told = json.loads(syndicate("doctor", "--offline", "--strict", "--json", code=1).stdout)
    assert (told["ok"], "S001" in ids(told)) == (False, True)


@pytest.mark.django_db
def test_each_finding_has_an_id_a_message_and_a_hint(asked: Callable[..., Any]) -> None:
    told = asked("doctor", "--offline")
    assert told["findings"]
    assert all(f["id"] and f["message"] and f["hint"] for f in told["findings"])


@pytest.mark.django_db
def test_a_wrong_sender_is_a_configuration_mistake(
    syndicate: Command, configure: Callable[..., Any]
) -> None:
    configure(mail={"from_address": ""})
    assert "M001" in syndicate("doctor", "--offline", code=Exit.CONFIG).stdout


@pytest.mark.django_db
def test_a_source_that_is_down_is_the_other_side_s_fault(
    syndicate: Command, configure: Callable[..., Any]
) -> None:
    configure(publication={"url": "http://127.0.0.1:9/"})
    source(url="http://127.0.0.1:9/feed")
    assert "S002" in syndicate("doctor", code=Exit.REMOTE).stdout


def test_mistakes_in_the_file_are_all_told_and_end_the_examination(
    syndicate: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNDICATE_SMTP__PORTT", "1")
    monkeypatch.setenv("SYNDICATE_MIAL__X", "1")
    said = syndicate("doctor", code=Exit.CONFIG).stdout
    assert said.count("C002") == 2
    assert "Python" not in said


def test_what_must_be_mended_first_gives_the_exit_code() -> None:
    assert worst({Exit.OK, Exit.REMOTE, Exit.CREDENTIALS}) == Exit.CREDENTIALS
    assert worst({Exit.REMOTE, Exit.CONFIG}) == Exit.CONFIG
    assert worst({Exit.OK}) == Exit.FAILED


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        (Finding("M003", Level.WARNING, "", ""), Exit.OK),
        (Finding("M006", Level.ERROR, "", "", auth=True), Exit.CREDENTIALS),
        (Finding("S002", Level.ERROR, "", "", remote=True), Exit.REMOTE),
        (Finding("M001", Level.ERROR, "", ""), Exit.CONFIG),
        (Finding("D001", Level.ERROR, "", ""), Exit.FAILED),
    ],
)
def test_each_finding_means_something_to_a_script(finding: Finding, code: Exit) -> None:
    assert code_of(finding) == code
