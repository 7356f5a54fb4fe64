"""What a worker did since the database last heard of it: one small file for each claimed batch.

    batch 17 host:4711:9f3c… boot-id
    ? 1042 1                            about to send the final dot
    = 1042 1 sent 250 - 2.0.0 queued    the answer, judged

A process that is killed leaves its file behind, and with it the truth: what was answered is done,
what has a "?" alone is unknown, everything else was not sent. The file is locked (flock) as long as
its writer lives; the lock, not a process number, tells the dead from the living.

The disk room for all lines is taken when the file is made: a disk that fills up meanwhile costs no
answer. Lines are written through a memory map: the kernel has them at once, whatever becomes of
the process, and they cost no system call. They are not forced to the platter: a machine that lost
power shows another boot id, and then the batch's horizon says what may have gone.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from syndicate import paths
from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.mime import one_line
from syndicate.lib.status import Status
from syndicate.mail.outcome import Outcome

# Bytes: one "?" line, one "=" line with its reply.
_ASKED, _REPLY, _ANSWERED = 32, 400, 480
# A file that is being made has its name long before this. Seconds.
UNNAMED = 60
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass
class Story:
    """What one file says. *whole*: no line of it can have been lost."""

    batch_id: int
    owner: str
    whole: bool
    attempted: dict[int, int] = field(default_factory=dict)  # seq → attempt
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def unanswered(self) -> dict[int, int]:
        """seq → attempt of what may have gone."""
        return {seq: n for seq, n in self.attempted.items() if seq not in self.outcomes}


class Journal:
    """One claim's file, locked while this object lives. Raises NotSent (LANE) if it cannot be.

    *mails* is how many are written at most; used by one thread.
    """

    def __init__(self, batch_id: int, owner: str, mails: int) -> None:
        self._file = _path(batch_id, owner)
        self._fd = -1
        head = f"batch {batch_id} {owner} {boot_id()}\n".encode()
        fresh = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            room = len(head) + mails * (_ASKED + _ANSWERED)
            os.posix_fallocate(self._fd, 0, room)
            self._map = mmap.mmap(self._fd, room)
            self._write = self._map.write
            self._write(head)
            # Under its own name only now that it is locked: whoever finds it sees a living owner.
            fresh.rename(self._file)
        except OSError as error:
            self._give_up(fresh)
            raise self._no_room(error) from error
        self.open = True

    def attempting(self, seq: int, attempt: int) -> None:
        """Before the final dot."""
        self._write(b"? %d %d\n" % (seq, attempt))

    def answered(self, outcome: Outcome) -> None:
        """After the reply."""
        seq, attempt, status, code, reply, kind = outcome
        head = f"= {seq} {attempt} {status} {code or '-'} {kind or '-'} "
        self._write(head.encode() + _clean(reply) + b"\n")

    def close(self) -> None:
        """Unlock; the file stays, for whoever finds out what happened, unless it was discarded."""
        if self.open:
            self.open = False
            self._map.close()
            os.close(self._fd)

    def discard(self) -> None:
        """The database knows all of it."""
        with suppress(OSError):
            self._file.unlink()
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _give_up(self, fresh: Path) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        with suppress(OSError):
            fresh.unlink()

    def _no_room(self, error: OSError) -> NotSent:
        return NotSent(
            f"The journal in {self._file.parent} cannot be written: {error.strerror}.",
            hint="Make room on that disk. Nothing is lost: sending goes on by itself.",
            permanent=False,
            scope=Scope.LANE,
        )


def _clean(reply: str) -> bytes:
    """A reply on one line of its own, short enough for the room that was taken."""
    if reply.isascii() and reply.isprintable():
        return reply[:_REPLY].encode()
    return one_line(reply).encode("utf-8", "replace")[:_REPLY]


def find(batch_id: int, owner: str) -> Story | None:
    """The journal of that claim, if it lies on this machine; its owner may still be writing."""
    try:
        return _read(_path(batch_id, owner).read_bytes())
    except FileNotFoundError:
        return None


def left_behind() -> Iterator[tuple[Path, Story | None]]:
    """The journals whose owners are dead, each locked by us while it is looked at."""
    _sweep()
    for file in sorted(folder().glob("*.journal")):
        try:
            fd = os.open(file, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file, _read(file.read_bytes())
        except (BlockingIOError, FileNotFoundError):
            continue  # its owner lives, or somebody else was quicker
        finally:
            os.close(fd)


def _sweep() -> None:
    """Remove files whose makers died before they had a name: nothing was sent by them."""
    for file in folder().glob("*.new"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > UNNAMED:
                file.unlink()


def folder() -> Path:
    """Where journals lie."""
    return paths.data() / "journal"


def boot_id() -> str:
    """Names the time since the machine was last switched on; "-" where nobody can tell."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return "-"


def _path(batch_id: int, owner: str) -> Path:
    return folder() / f"{batch_id}-{owner.rpartition(':')[2]}.journal"


def _read(raw: bytes) -> Story | None:
    """Whole lines, up to the room that was never written to."""
    lines = raw.partition(b"\0")[0].split(b"\n")[:-1]
    if not lines:
        return None
    _, batch_id, owner, boot = lines[0].decode().split(" ")
    story = Story(int(batch_id), owner, whole=boot == boot_id())
    for line in lines[1:]:
        _add(story, line.decode("utf-8", "replace"))
    return story


def _add(story: Story, line: str) -> None:
    if line.startswith("?"):
        _, seq, attempt = line.split(" ")
        story.attempted[int(seq)] = int(attempt)
        story.outcomes.pop(int(seq), None)  # an editor had it tried again
    elif line.startswith("="):
        _, seq, attempt, status, code, kind, reply = line.split(" ", 6)
        story.outcomes[int(seq)] = Outcome(
            int(seq),
            int(attempt),
            Status(status),
            None if code == "-" else int(code),
            reply,
            "" if kind == "-" else kind,
        )
