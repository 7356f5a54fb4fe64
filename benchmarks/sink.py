"""Mail servers on loopback that take every mail and keep none.

    with FastSink() as sink:      ours, in C: 12–17 µs for a mail of 36 KB
        sink.port
        sink.seen()               Seen(mails=…, first=…, last=…, cpu=…), any time
    with PostfixSink() as sink:   Postfix's smtp-sink: 125–170 µs, so it measures itself before us

The first use compiles ``sink.c`` into ``.cache/``. A sink ends with its block, with the process
that started it, and after ten minutes in any case.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from benchmarks.cpu import children, cpu_seconds

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "benchmarks"
SECONDS = 600


class Seen(NamedTuple):
    """What a sink took. *first*, *last*: time.monotonic() of the first connection and last mail."""

    mails: int
    octets: int
    connections: int
    first: float
    last: float
    cpu: float


class Sink(Protocol):
    """Somewhere to send to. ``smtp-sink`` tells no moments: its *first* and *last* are 0."""

    name: str
    port: int

    def seen(self) -> Seen: ...


class FastSink:
    """The sink of ours. *latency*: seconds that each reply waits; *log*: where recipients go."""

    name = "fast sink"

    def __init__(self, latency: float = 0.0, log: Path | None = None) -> None:
        self._log = log
        self._options = ["-t", str(SECONDS), "-w", f"{latency * 1000:g}"]
        self._options += ["-o", str(log)] if log else []

    def seen(self) -> Seen:
        """What came so far; asking costs it a few microseconds."""
        self._write("\n")
        mails, octets, connections, *moments = self._read().split()
        return Seen(int(mails), int(octets), int(connections), *map(float, moments))

    def count(self) -> int:
        """How many mails came so far."""
        return self.seen().mails

    def cpu_seconds(self) -> float:
        """What it has cost so far."""
        return self.seen().cpu

    def recipients(self) -> list[str]:
        """Who got an accepted mail, in order; twice who got two."""
        self.seen()  # has it write out what it holds
        return self._log.read_text(encoding="utf-8").splitlines() if self._log else []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [str(compiled("sink")), *self._options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self.pid = self._process.pid
        self.port = int(self._read())
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()  # which it takes for the end
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait(10)

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class PostfixSink:
    """Postfix's ``smtp-sink``, which counts on its standard output."""

    name = "smtp-sink"

    def seen(self) -> Seen:
        """What came so far; the moments are unknown."""
        file = self._counts.fileno()
        # Not by seek: the writer's place in the file is ours too.
        end = os.pread(file, 200, max(0, os.fstat(file).st_size - 200))
        told = re.findall(rb"sess=(\d+) +quit=\d+ +mesg=(\d+)", end)
        sessions, mails = map(int, told[-1]) if told else (0, 0)
        return Seen(mails, 0, sessions, 0.0, 0.0, cpu_seconds(self.pid))

    def __enter__(self) -> Self:
        program = postfix("smtp-sink")
        if program is None:
            raise FileNotFoundError("smtp-sink is not installed: it comes with Postfix")
        self._counts = tempfile.TemporaryFile()
        self.port = free_port()
        # It refuses to run as root, and has no bound of its own.
        other = ["-u", "nobody"] if os.getuid() == 0 else []
        bounded = ["timeout", str(SECONDS), str(program), "-c", "-m", "1000", *other]
        self._process = subprocess.Popen(
            [*bounded, f"127.0.0.1:{self.port}", "1000"], stdout=self._counts
        )
        _await(self.port)
        (self.pid,) = children(self._process.pid)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()  # which timeout passes on
        self._process.wait(10)
        self._counts.close()


def postfix(program: str) -> str | None:
    """Where one of Postfix's test programs lies; None where it is not installed."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    """Until somebody listens there. Raises ConnectionRefusedError after five seconds."""
    end = time.monotonic() + 5
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def compiled(name: str) -> Path:
    """A program, built anew when its source is younger. Raises where there is no C compiler."""
    source, program = HERE / f"{name}.c", CACHE / name
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = program.with_suffix(f".{os.getpid()}")
        subprocess.run(["cc", "-O2", "-o", str(fresh), str(source)], check=True)
        fresh.rename(program)
    return program
