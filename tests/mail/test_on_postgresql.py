"""The ledger's own statements, which each database words in its way, on PostgreSQL as well."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.fakes.postgres import Postgres, programs

LEDGER = ["start", "portion", "record", "settle", "pace", "pace_together"]


@pytest.mark.postgres
@pytest.mark.skipif(programs() is None, reason="no PostgreSQL server program is installed")
def test_the_ledger_on_postgresql() -> None:
    files = [f"tests/mail/test_{name}.py" for name in LEDGER]
    with Postgres() as server:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *files],
            env=os.environ | {"TEST_DATABASE": server.url()},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
