"""A database address as Django wants it."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.lib.database import parse
from syndicate.lib.errors import ConfigError

HOME = Path("/srv/review")


def test_a_relative_sqlite_path_is_below_the_site() -> None:
    assert parse("sqlite:///data/x.sqlite3", HOME)["NAME"] == "/srv/review/data/x.sqlite3"


def test_an_absolute_sqlite_path_stays() -> None:
    assert parse("sqlite:////var/lib/x.sqlite3", HOME)["NAME"] == "/var/lib/x.sqlite3"


def test_a_postgresql_address_is_taken_apart() -> None:
    found = parse("postgresql://ann:p%40ss@db.example:6432/review", HOME)
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("ann", "p@ss", "db.example")
    assert (found["PORT"], found["NAME"]) == ("6432", "review")


def test_another_kind_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="mysql://db/x"):
        parse("mysql://db/x", HOME)
