"""What processes cost, as the kernel counts it: /proc/PID/stat and /proc/PID/status."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*pids: int) -> float:
    """User and system time of these processes together, to a hundredth of a second."""
    return sum(map(_ticks, pids)) / _TICK


def peak_mb(pid: int) -> float:
    """The most memory it ever held (VmHWM), in MB of 1,000,000 bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def family(pid: int) -> list[int]:
    """A process and its children, as a database server and its sessions."""
    return [pid, *children(pid)]


def children(pid: int) -> Iterable[int]:
    """Those it started itself."""
    return [
        int(child)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for child in tasks.read_text(encoding="ascii").split()
    ]


def _ticks(pid: int) -> int:
    # The name in parentheses may hold anything; 14 and 15 are counted from before it
    # (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). 16 and 17 are those of children
    # that have ended, as a database's sessions do.
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return sum(map(int, fields[11:15]))
