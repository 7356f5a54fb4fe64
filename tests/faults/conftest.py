"""The scene of every fault test: a judge, a site, perhaps a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.postgres import Postgres, programs
from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import Harbour

# What the judge takes to answer a mail, so that there is always one on its way. Seconds.
THINKS = 0.002


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[Smtpd]:
    """A mail server that writes each mail down before it answers, and takes a moment to."""
    with Smtpd(log=tmp_path / "judge.log") as server:
        server.stall("dot", THINKS)
        yield server


@pytest.fixture
def harbour(tmp_path: Path, judge: Smtpd) -> Iterator[Harbour]:
    """On SQLite."""
    with Harbour(tmp_path, judge) as site:
        yield site


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server to be killed; the test is skipped where none is installed."""
    if programs() is None:
        pytest.skip("no PostgreSQL server program is installed")
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres_harbour(tmp_path: Path, judge: Smtpd, own_postgres: Postgres) -> Iterator[Harbour]:
    """On PostgreSQL."""
    with Harbour(tmp_path, judge, DATABASE__URL=own_postgres.url()) as site:
        yield site
