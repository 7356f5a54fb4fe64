"""P6: a full disk stops the sending cleanly: nothing is unclear, it says why, and it goes on when
there is room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def can_mount() -> bool:
    """Whether this machine lets us have a small disk of our own."""
    try:
        return (
            subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not can_mount(), reason="no mount namespaces here: unshare is not allowed")
def test_p6_a_full_disk(tmp_path: Path) -> None:
    command = [*NAMESPACE, sys.executable, "-m", "tests.faults.full_disk", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.split("\n")[-2] == "True {'sent': 300}"
