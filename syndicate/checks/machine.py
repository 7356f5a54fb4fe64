"""The machine it runs on, and the files on it."""

from __future__ import annotations

import errno
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from syndicate import paths
from syndicate.checks.finding import Finding, unwise, wrong
from syndicate.lib.config import Provider, Smtp, site

# A header made of a crafted subject could add a Bcc (CVE-2024-6923); we check each value as well.
MENDED_PYTHON = {(3, 11): 10, (3, 12): 5}
LEAST_FREE_BYTES = 500_000_000


def python(now: datetime) -> Iterator[Finding]:
    """The Python it runs on."""
    yield from of_python(sys.version_info[:3])


def of_python(version: tuple[int, int, int]) -> Iterator[Finding]:
    """Whether this Python's mail library is mended."""
    major, minor, patch = version
    least = MENDED_PYTHON.get((major, minor))
    if least is not None and patch < least:
        message = f"Python {major}.{minor}.{patch} has CVE-2024-6923 in its mail library."
        hint = f"Update to {major}.{minor}.{least} or later. Our headers are checked in any case."
        yield unwise("E001", message, hint)


def disk(now: datetime) -> Iterator[Finding]:
    """Room to write, and leave to."""
    folder = paths.data() if paths.data().exists() else paths.home()
    yield from of_disk(folder, shutil.disk_usage(folder).free)
    probe = folder / ".doctor"
    try:
        probe.write_bytes(b"room for a page" * 1000)
    except OSError as error:
        full = error.errno == errno.ENOSPC
        hint = "Make room." if full else "The program's own user must be able to write there."
        yield wrong("E003", f"{folder} cannot be written to: {error.strerror}.", hint)
    if probe.is_file():
        probe.unlink()


def of_disk(folder: Path, free: int) -> Iterator[Finding]:
    """What *free* bytes mean."""
    if free < LEAST_FREE_BYTES:
        message = f"Only {free // 1_000_000} MB are free where {folder} lies."
        yield unwise("E002", message, "Make room before it is full.")


def secrets(now: datetime) -> Iterator[Finding]:
    """Files that only we should read."""
    for file in (paths.data() / "secret.key", paths.data() / "smtp.password"):
        if file.is_file() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield wrong("C023", f"{file} can be read by others.", f"chmod 600 {file}")
    file = paths.config_file()
    if file.is_file() and _holds_password(file):
        hint = f'chmod 600 {file}, or write password = {{ file = "data/smtp.password" }}.'
        yield unwise("C024", f"{file} holds a password and can be read by others.", hint)


def _holds_password(file: Path) -> bool:
    """Whether others can read it, and there is something to be read."""
    if not file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return False
    text = file.read_text(encoding="utf-8")
    return any(secret in text for secret in _secrets())


def _secrets() -> Iterator[str]:
    """The passwords and keys of all ways out for mail, and those that sign it."""
    config = site()
    yield from filter(None, (config.dkim.private_key, config.dkim.ed25519_private_key))
    for options in (config.smtp, config.provider, *(w.options for w in config.transports.values())):
        if isinstance(options, Smtp) and options.password:
            yield options.password
        elif isinstance(options, Provider):
            keys = (name for name in options.settings if name.endswith(("key", "token")))
            yield from (str(options.settings[name]) for name in keys if options.settings[name])
