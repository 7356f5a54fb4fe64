"""A syndicate of its own in an empty folder, driven from outside as a person would.

::

    with Installation(folder, smtp_port=inbox.port) as site:
        site.syndicate("init", "--no-input", ...)
        with site.running():
            ...
        site.json("status")

Used by the walks and by the demo.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class CommandFailed(Exception):
    """A command exited with a status that was not expected."""


class Installation:
    """A site's folder and the ``syndicate`` command in it; *options* like ``SMTP__PORT``."""

    def __init__(self, home: Path, options: Mapping[str, str]) -> None:
        self.home = home
        self.tell: Callable[[str], None] = lambda line: None  # each line the daemon says
        self._said: list[str] = []
        self._heard: Counter[str] = Counter()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SYNDICATE_", "DJANGO_"))}
        named = {f"SYNDICATE_{name}": value for name, value in options.items()}
        self._environ = clean | named | {"SYNDICATE_HOME": str(home)}

    def syndicate(self, *arguments: str, stdin: str = "", status: int = 0) -> str:
        """Run one command and return what it printed; another exit status than *status* raises."""
        done = subprocess.run(
            self._command(*arguments),
            input=stdin,
            capture_output=True,
            text=True,
            env=self._environ,
            timeout=120,
            check=False,
        )
        if done.returncode != status:
            said = f"{done.stdout}\n{done.stderr}".strip()
            raise CommandFailed(f"syndicate {' '.join(arguments)} → {done.returncode}\n{said}")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """Run one command with --json and read its answer."""
        return json.loads(self.syndicate(*arguments, "--json"))

    def hear(self, word: str, seconds: float = 60) -> str:
        """Wait until the daemon says *word* once more than was heard of it, and return the line."""
        self._heard[word] += 1

        def again() -> str:
            lines = [line for line in self._said if word in line]
            return lines[self._heard[word] - 1] if len(lines) >= self._heard[word] else ""

        line: str = until(again, seconds, f"the daemon to say “{word}”")
        return line

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """The daemon and the web pages, until the block ends; then SIGTERM, and a wait."""
        process = self.start("run")
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(60)

    def typed(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that somebody talks with: all three streams are pipes."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self._command(*arguments), stdin=pipe, stdout=pipe, stderr=pipe, text=True,
            env=self._environ,
        )  # fmt: skip

    def start_worker(self) -> subprocess.Popen[str]:
        """A second daemon, without pages."""
        return self.start("worker")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command in the background; its words go to :attr:`tell` and the file ``log``."""
        process = subprocess.Popen(
            self._command(*arguments),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self._environ,
        )
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr, (self.home / "log").open("a", encoding="utf-8") as kept:
            for line in process.stderr:
                kept.write(line)
                kept.flush()
                self._said.append(line)
                self.tell(line.rstrip())

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "syndicate", *arguments]


def until(true: Callable[[], Any], seconds: float = 30, what: str = "") -> Any:
    """Ask again and again until it is true, and return it; after *seconds* raise TimeoutError."""
    end = time.monotonic() + seconds
    while not (answer := true()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s for {what or 'something'}")
        time.sleep(0.05)
    return answer
