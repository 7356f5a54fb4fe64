"""Several daemons at once make each edition once and each delivery once, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.postgres import Postgres
from tests.home import CONFIG


def run(home: Path, url: str) -> dict[str, object]:
    """What tests.mail.together printed."""
    (home / "config").mkdir()
    (home / "config" / "syndicate.toml").write_text(CONFIG, encoding="utf-8")
    (home / "data").mkdir()
    environ = {"SYNDICATE_HOME": str(home), "SYNDICATE_DATABASE__URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "tests.mail.together"],
        env=os.environ | environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def check(found: dict[str, object]) -> None:
    assert found == {
        "placed": [8, 8],  # four articles, each once in each of two newsletters
        "editions": [1, 4],
        "slots": [5],
        "deliveries": 35,  # seven readers of five editions
        "batches": 5,
        "audiences": 35,
    }


def test_on_sqlite(tmp_path: Path) -> None:
    check(run(tmp_path, "sqlite:///data/together.sqlite3"))


@pytest.mark.postgres
def test_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    check(run(tmp_path, postgres.url()))
