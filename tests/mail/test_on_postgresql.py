"""The ledger's own statements, which each database words in its way, on PostgreSQL as well."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.fakes.postgres import Postgres

LEDGER = ["start", "portion", "record", "settle", "locks", "pace", "pace_together"]


@pytest.mark.postgres
def test_the_ledger_on_postgresql(postgres: Postgres) -> None:
    files = [f"tests/mail/test_{name}.py" for name in LEDGER]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *files],
        env=os.environ | {"TEST_DATABASE": postgres.url()},
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
