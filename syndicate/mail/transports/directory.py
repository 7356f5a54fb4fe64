"""Writes each mail into a folder, as a file that mail programs open."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from syndicate import paths
from syndicate.lib.config import Directory, site
from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Accepted, Refused

_MESSAGE_ID = re.compile(rb"^Message-ID: <([\w.-]+)@", re.MULTILINE)


class DirectoryTransport:
    """``directory.path/<recipient> <message id>.eml``: a mail sent again replaces itself."""

    name = "directory"

    def __init__(self, config: Directory | None = None) -> None:
        self._folder = paths.home() / (config or site().directory).path

    def send(
        self, sender: str, recipient: str, message: bytes, on_dot: Callable[[], None]
    ) -> Accepted:
        """Write one file; it appears whole or not at all."""
        file = self._folder / _name(recipient, message)
        part = file.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(part, message)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise self._full(error) from error
        on_dot()
        os.replace(part, file)
        return Accepted(250, f"written to {file.name}")

    def check(self) -> None:
        """Write and take away an empty file."""
        probe = self._folder / ".check"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise self._full(error) from error

    def abort(self) -> None:
        """Nothing here waits."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is open."""

    def _full(self, error: OSError) -> Refused:
        return Refused(
            f"Mail cannot be written to {self._folder}: {error.strerror}.",
            hint="Make room or allow writing there; sending goes on by itself.",
            kind=Kind.SERVER,
            permanent=False,
            everybody=True,
        )


def _write(part: Path, message: bytes) -> None:
    with part.open("wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())


def _name(recipient: str, message: bytes) -> str:
    found = _MESSAGE_ID.search(message)
    token = found[1].decode("ascii") if found else "mail"
    return f"{re.sub(r'[^A-Za-z0-9@._+-]', '_', recipient)[:120]} {token[:80]}.eml"
