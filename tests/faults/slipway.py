"""Workers in a moment: a process that has imported everything, and forks when it is told to.

    with Slipway(environ, log) as slipway:
        worker = slipway.launch("syndicate", "worker")      python -m syndicate worker
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)                                     as with subprocess.Popen

A worker that is started anew for each of two hundred kills would spend a second on imports each
time. What is forked has no thread, no open database and no open file but its log.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


class Launched:
    """One process, with the words of subprocess.Popen."""

    def __init__(self, slipway: Slipway, pid: int) -> None:
        self._slipway = slipway
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        if self.returncode is None:
            self.returncode = self._slipway.ask(self.pid)
        return self.returncode

    def wait(self, seconds: float = 30) -> int:
        """Until it has ended. Raises subprocess.TimeoutExpired."""
        end = time.monotonic() + seconds
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), seconds)
            time.sleep(0.005)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Nothing if it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """No chance to say goodbye."""
        self.send_signal(signal.SIGKILL)


class Slipway:
    """Starts on entering; on leaving, all that it launched is killed.

    *modules* are imported before, besides those of the program.
    """

    def __init__(self, environ: Mapping[str, str], log: Path, *modules: str) -> None:
        self._environ, self._log, self._modules = environ, log, modules
        self._launched: list[Launched] = []

    def launch(self, *words: str) -> Launched:
        """``python -m`` these words; what they say goes to the log."""
        launched = Launched(self, self.ask(list(words)))
        self._launched.append(launched)
        return launched

    def ask(self, what: list[str] | int) -> Any:
        """Words to launch → a process number; a process number → how it ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Slipway:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.slipway", *self._modules],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                env=dict(self._environ),
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        for launched in self._launched:
            launched.kill()
            launched.wait(10)
        self._process.communicate(timeout=10)


def main() -> None:
    """Fork for each line of words, tell the end of a process for each line with its number."""
    import django

    django.setup()
    import premailer
    import psycopg

    import syndicate.cli
    import syndicate.cli.run
    import syndicate.daemon
    import syndicate.jobs

    assert premailer and psycopg and syndicate
    for module in sys.argv[1:]:
        importlib.import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, int):
            _tell(_ended(asked))
        elif pid := os.fork():
            _tell(pid)
        else:
            return _become(asked)


def _become(words: list[str]) -> None:
    """The process that was asked for."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.argv = words
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def _ended(pid: int) -> int | None:
    done, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def _tell(what: object) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
