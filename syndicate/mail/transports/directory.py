"""Writes each mail into a folder, as a file that mail programs open."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syndicate import paths
from syndicate.lib.config import Directory, site
from syndicate.lib.errors import BadInput
from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Accepted, Mail, Refused, Work
from syndicate.mail.transports.one import One, hand_over

_MESSAGE_ID = re.compile(rb"^Message-ID: <([\w.-]+)@", re.MULTILINE)
_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]")


class DirectoryTransport:
    """``directory.path/<recipient> <message id>.eml``: a mail sent again replaces itself."""

    name = "directory"
    connections = 1  # a disk is not faster for being asked twice

    def __init__(self, config: Directory | None = None) -> None:
        self._folder = paths.home() / (config or site().directory).path

    async def serve(self, work: Work) -> None:
        """Write each mail; others have their turn between two."""
        while await work.more():
            while (mail := work.take()) is not None:
                self._write(work, mail)
                await asyncio.sleep(0)

    def send(self, sender: str, recipient: str, message: bytes) -> Accepted:
        """Write one file."""
        return hand_over(One(sender, recipient, message), self.serve)

    def check(self) -> None:
        """Write and take away an empty file."""
        probe = self._folder / ".check"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise self._full(error) from error

    def _write(self, work: Work, mail: Mail) -> None:
        """One file; it appears whole or not at all."""
        try:
            content = b"".join(mail.content())
        except BadInput as error:
            work.done(mail, Refused(error.message, kind=Kind.OTHER, permanent=True))
            return
        file = self._folder / _name(mail.recipient, content)
        with self._draft(work, mail, file.with_suffix(".part"), content) as part:
            if work.dot(mail):
                os.replace(part, file)
                work.done(mail, Accepted(250, f"written to {file.name}"))

    @contextmanager
    def _draft(self, work: Work, mail: Mail, part: Path, content: bytes) -> Iterator[Path]:
        """A whole file that does not count yet; afterwards it is gone, one way or another."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _store(part, content)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            work.put_back(mail)
            raise self._full(error) from error
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)

    def _full(self, error: OSError) -> Refused:
        return Refused(
            f"Mail cannot be written to {self._folder}: {error.strerror}.",
            hint="Make room or allow writing there; sending goes on by itself.",
            kind=Kind.SERVER,
            permanent=False,
            everybody=True,
        )


def _store(part: Path, message: bytes) -> None:
    with part.open("wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())


def _name(recipient: bytes, message: bytes) -> str:
    found = _MESSAGE_ID.search(message)
    token = found[1].decode("ascii") if found else "mail"
    return f"{_UNSAFE.sub('_', recipient.decode('utf-8', 'replace'))[:120]} {token[:80]}.eml"
