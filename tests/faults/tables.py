"""Empty tables, brought up to date once: each later database of this session begins as their copy.

if not tables.take():
    …                   migrate, in a process of its own
    tables.keep()
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import LiteralString, cast

import psycopg

from tests.home import HOME


class InFile:
    """SQLite."""

    _kept = HOME / "tables.sqlite3"

    def __init__(self, file: Path) -> None:
        self._file = file

    def take(self) -> bool:
        """Whether there is something to begin with."""
        if not self._kept.exists():
            return False
        self._file.parent.mkdir(exist_ok=True)
        shutil.copy(self._kept, self._file)
        return True

    def keep(self) -> None:
        """As it is now, with what still stands in its log."""
        with (
            closing(sqlite3.connect(self._file)) as now,
            closing(sqlite3.connect(self._kept)) as to,
        ):
            now.backup(to)


class OnServer:
    """PostgreSQL: a template beside the database, for each *engine*, which may have more tables."""

    def __init__(self, url: str, engine: str) -> None:
        server, _, self._name = url.rpartition("/")
        self._admin = f"{server}/postgres"
        self._kept = f"tables_{engine}"

    def take(self) -> bool:
        """Whether there is something to begin with."""
        if not self._ask("SELECT 1 FROM pg_database WHERE datname = %s", self._kept):
            return False
        self._ask(f"DROP DATABASE {self._name}")
        self._copy(self._kept, self._name)
        return True

    def keep(self) -> None:
        """As it is now; nobody may be using it."""
        self._copy(self._name, self._kept)

    def _copy(self, old: str, new: str) -> None:
        self._ask(f"CREATE DATABASE {new} TEMPLATE {old}")

    def _ask(self, statement: str, *values: str) -> bool:
        """Whether it gave a row."""
        with psycopg.connect(self._admin, autocommit=True) as admin:
            asked = admin.execute(cast(LiteralString, statement), values or None)
            return bool(asked.description and asked.fetchone())
