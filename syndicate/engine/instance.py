"""Is this the database that is at work, or a copy of it? A copy sends nothing by itself.

    beat     database: key, place, turn + 1 ─→ data/instance: key, turn      every few seconds
    doubt    it lies elsewhere than it says ─→ copied        data/instance has seen a later turn
                                                             ─→ put back to an earlier state
    adopt    a person says: go on with this one. What waited in it waits for an editor.

docs/decisions/012-copies.md tells why.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.db import transaction

from syndicate import paths
from syndicate.engine.models import Instance
from syndicate.lib.config import site
from syndicate.lib.place import place
from syndicate.mail import editorial as mail
from syndicate.social import editorial as social
from syndicate.sources import editorial as sources

log = logging.getLogger(__name__)


class Doubt(StrEnum):
    """Why this database may not be the one that was at work."""

    COPIED = "copied"
    OLDER = "older"

    @property
    def message(self) -> str:
        """What was found."""
        if self is Doubt.COPIED:
            return "This database was copied or restored: it does not lie where it was at work."
        return "This database was put back to an earlier state."


HINT = (
    "Nothing is sent. If this is a copy for trying out, leave it so. If it is the one to go on "
    "with, and no other is at work: syndicate adopt, or the button at the desk."
)


class Memory(NamedTuple):
    """What the folder remembers of the database."""

    key: str
    turn: int


def verdict(row: Instance, here: str, memory: Memory | None) -> Doubt | None:
    """What speaks against *row*'s database, which lies at *here*. Pure."""
    if row.place != here:
        return Doubt.COPIED
    if memory is not None and memory.key == row.key and memory.turn > row.turn:
        return Doubt.OLDER
    return None


def beat(now: datetime) -> Doubt | None:
    """Say that we are at work on this database; what speaks against it, if something does."""
    here, memory = place(), _recall()
    with transaction.atomic():
        row = _row(here, now)
        found = doubted(row) or verdict(row, here, memory)
        if found is None:
            row.turn, row.seen_at = row.turn + 1, now
        # Written down, so that those who have no folder with a memory hear of it.
        row.doubt = found or ""
        row.save()
    if found is None:
        # After the commit: the folder never remembers more than the database has known.
        _remember(Memory(row.key, row.turn))
    return found


def doubt() -> Doubt | None:
    """The same, only looked at."""
    row = Instance.objects.first()
    if row is None:
        return None
    return doubted(row) or verdict(row, place(), _recall())


def doubted(row: Instance) -> Doubt | None:
    """What somebody has written down against it."""
    return Doubt(row.doubt) if row.doubt else None


def is_doubted() -> bool:
    """The same, asked of the database: cheap enough to ask before each job."""
    return Instance.objects.exclude(doubt="").exists()


def adopt(now: datetime) -> int:
    """Go on with this database. Nothing that waited in it goes before an editor has looked.

    Returns how much that is. What the sources offer by now counts as seen: it may have been sent
    from the other one.
    """
    message = "It waited in a database that was copied or restored since."
    hint = (
        "Some of its readers may have got it from the other one. Look, then let it go or stop it."
    )
    with transaction.atomic():
        row = _row(place(), now)
        row.key, row.place, row.doubt = _key(), place(), ""
        row.turn, row.seen_at = row.turn + 1, now
        row.save()
        held = mail.hold_all(message, hint, now) + social.hold_all(message, hint)
        sources.look_afresh()
        transaction.on_commit(lambda: _remember(Memory(row.key, row.turn)))
    log.warning("adopted this database; %d editions and posts wait for an editor", held)
    return held


def begin(now: datetime) -> Doubt | None:
    """The first beat of a worker: what should have gone long ago, while nobody was at work, is held
    before it. This is also how a machine that was set back to yesterday finds itself."""
    row, late = Instance.objects.first(), timedelta(hours=max(1, site().daemon.catch_up_hours))
    if row is not None and row.seen_at < now - late and doubt() is None:
        _hold_what_is_late(row.seen_at, now - late, now)
    return beat(now)


def _hold_what_is_late(seen_at: datetime, due_by: datetime, now: datetime) -> None:
    message = f"Nobody was at work since {seen_at:%Y-%m-%d %H:%M} UTC, and its time had come."
    hint = "Look whether it is still right, then let it go or stop it."
    held = mail.hold_all(message, hint, now, due_by) + social.hold_all(message, hint, due_by)
    if held:
        log.warning("%d editions and posts are late and wait for an editor", held)


def _row(here: str, now: datetime) -> Instance:
    """The one row, ours until the transaction ends; the first to ask makes it."""
    fresh = {"key": _key(), "place": here, "seen_at": now}
    return Instance.objects.select_for_update().get_or_create(pk=1, defaults=fresh)[0]


def _key() -> str:
    return secrets.token_hex(8)


def _file() -> Path:
    return paths.data() / "instance"


def _recall() -> Memory | None:
    """None where nothing, or nothing readable, is remembered."""
    try:
        told = json.loads(_file().read_bytes())
        return Memory(str(told["key"]), int(told["turn"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(memory: Memory) -> None:
    """Whole or not at all. A full disk is no reason to stop: an older memory accuses nobody."""
    fresh = _file().with_name(f"instance.{os.getpid()}")
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(memory._asdict()), encoding="utf-8")
        fresh.replace(_file())
    except OSError as error:
        log.error("%s cannot be written: %s", _file(), error)
