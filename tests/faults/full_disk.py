"""A worker whose disk fills up while it sends, and is emptied again. Runs in a mount namespace.

unshare --user --map-root-user --mount python -m tests.faults.full_disk FOLDER
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import Harbour
from tests.installation import until

READERS = 300


def main(home: Path) -> None:
    """Send a third, fill the disk, see what it says, make room, send the rest; prints all."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(home)], check=True)
    with Smtpd() as judge, Harbour(home, judge) as harbour:
        judge.stall("dot", 0.01)
        harbour.seed(READERS)
        worker = harbour.worker()
        until(harbour.arrived(READERS // 3), 30, "mails")
        _fill(home / "filler")
        _wait_until_quiet(harbour)
        assert worker.poll() is None, "the worker died of it"
        assert not harbour.is_done(), "the disk was never full enough to matter"
        stopped_at = harbour.count()
        _says_why(harbour)
        (home / "filler").unlink()
        harbour.finish(hurry=True)  # it would go on by itself, within a minute
        print(stopped_at < READERS, dict(harbour.judge()))


def _fill(file: Path) -> None:
    """Take all the room there is."""
    with file.open("wb", buffering=0) as filler:
        size = 65536
        while size:
            try:
                filler.write(b"x" * size)
            except OSError:
                size //= 2


def _says_why(harbour: Harbour) -> None:
    """The log is on that disk: what was begun of its last page is all the room it has."""
    log = harbour.log()
    assert "No space left on device" in log or "disk is full" in log, log
    assert "othing is lost" in log, log
    problems = json.loads(harbour.say("status", "--json"))["problems"]
    (said,) = [problem for problem in problems if problem["subject"] == "The disk"]
    assert said["level"] == "error" and said["hint"].startswith("Make room."), said
    # That it has little room is said all the time: it is a small disk.
    assert said["message"] == f"Only 0 MB are free where {harbour.home / 'data'} lies."


def _wait_until_quiet(harbour: Harbour) -> None:
    seen = -1
    while seen != harbour.count():
        seen = harbour.count()
        time.sleep(1.5)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
