"""The command line, called as a person would, but in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syndicate.cli.root import root

Command = Callable[..., Result]


@pytest.fixture
def syndicate() -> Command:
    """``syndicate("post", "list")`` → its Result; another exit code than *code* fails the test."""

    def run(*arguments: object, code: int = 0, stdin: str | None = None) -> Result:
        done = CliRunner().invoke(root, [str(a) for a in arguments], input=stdin)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done

    return run


@pytest.fixture
def asked(syndicate: Command) -> Callable[..., Any]:
    """``asked("post", "list")`` → what it says with --json."""

    def run(*arguments: object, code: int = 0) -> Any:
        return json.loads(syndicate(*arguments, "--json", code=code).stdout)

    return run
