"""A file that an editor sent, kept between the look at it and the deed.

It lies under a name of our own making, which only the editor's session knows, and not for long.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile

from syndicate import paths
from syndicate.lib.errors import BadInput

KEPT = timedelta(hours=6)


def keep(file: UploadedFile[Any], now: datetime) -> str:
    """Store it; returns its name. Clears away what nobody came back for."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.iterdir():
        if old.stat().st_mtime < (now - KEPT).timestamp():
            old.unlink(missing_ok=True)
    name = secrets.token_hex(16)
    try:
        with (folder / name).open("wb") as out:
            out.writelines(file.chunks())
    except OSError as error:
        forget(name)
        raise BadInput(f"The file could not be kept: {error.strerror}.", "Make room.") from error
    return name


def opened(name: str) -> IO[bytes]:
    """Open it again. Raises BadInput when it is gone."""
    try:
        return (_folder() / name).open("rb")
    except OSError as error:
        raise BadInput("That file is not here any more.", "Please choose it again.") from error


def forget(name: str) -> None:
    """Remove it."""
    (_folder() / name).unlink(missing_ok=True)


def _folder() -> Path:
    return paths.data() / "uploads"
