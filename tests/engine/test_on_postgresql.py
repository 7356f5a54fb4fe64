"""The shared queue, and the daemon on it, on PostgreSQL: the tests proper are in the files named.

By hand: TEST_DATABASE=postgresql://… TEST_ENGINE=distributed pytest tests/engine/with_queue.py
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.fakes.postgres import Postgres

FILES = ["tests/engine/with_queue.py", "tests/engine/with_hands.py", "tests/test_daemon.py"]


@pytest.mark.postgres
def test_the_shared_queue_on_postgresql(postgres: Postgres) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *FILES],
        env=os.environ | {"TEST_DATABASE": postgres.url(), "TEST_ENGINE": "distributed"},
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
