"""What processes cost, as the kernel counts it: /proc/PID/stat and /proc/PID/status."""

from __future__ import annotations

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of one process, to a hundredth of a second."""
    return _ticks(_stat(pid).read_bytes()) / _TICK


def peak_mb(pid: int) -> float:
    """The most memory it ever held (VmHWM), in MB of 1,000,000 bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def family_seconds(pid: int) -> float:
    """A process and its children together, as a database server and its sessions.

    A child that ends meanwhile is not missed: its parent's count takes it in.
    """
    return sum(_ticks(_read(_stat(child))) for child in children(pid)) / _TICK + cpu_seconds(pid)


def children(pid: int) -> list[int]:
    """Those it started itself, as far as they still run."""
    return [
        int(child)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for child in _read(tasks).split()
    ]


def _stat(pid: int) -> Path:
    return Path(f"/proc/{pid}/stat")


def _read(path: Path) -> bytes:
    """Nothing of what has ended between the listing and the reading."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _ticks(stat: bytes) -> int:
    # The name in parentheses may hold anything; 14 and 15 are counted from before it
    # (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). 16 and 17 are those of children
    # that have ended, as a database's sessions do.
    fields = stat.rpartition(b")")[2].split()
    return sum(map(int, fields[11:15]))
