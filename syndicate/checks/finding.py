"""One mistake: what every check yields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"  # something will not work
    WARNING = "warning"  # it works, but you may not want it so
    NOTE = "note"  # no mistake: what an operator needs to know


@dataclass(frozen=True)
class Finding:
    """One mistake. *auth*: credentials were refused; *remote*: the other side is to blame."""

    id: str
    level: Level
    message: str
    hint: str
    auth: bool = False
    remote: bool = False


def wrong(id: str, message: str, hint: str) -> Finding:
    """Something that will not work."""
    return Finding(id, Level.ERROR, message, hint)


def unwise(id: str, message: str, hint: str) -> Finding:
    """Something that works, but may not be wanted."""
    return Finding(id, Level.WARNING, message, hint)


def told(id: str, message: str, hint: str) -> Finding:
    """Something that an operator needs to know."""
    return Finding(id, Level.NOTE, message, hint)
