"""What the database says: is it there, is there something to do, does the clock agree with it?"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection

from syndicate.checks.finding import Finding, unwise, wrong
from syndicate.lib.migrate import waiting
from syndicate.mail.models import Newsletter
from syndicate.social.models import Account
from syndicate.sources.models import Article, Source

CLOCK_TOLERANCE = timedelta(seconds=60)


def database(now: datetime) -> Iterator[Finding]:
    """Whether rows can be read and written."""
    try:
        todo = waiting()
    except DatabaseError as error:
        hint = "Look at [database] url. For PostgreSQL: is it running, does the database exist?"
        yield wrong("D001", f"The database cannot be opened: {str(error).strip()}.", hint)
        return
    if todo:
        hint = "syndicate run does it (after a copy, for SQLite); so does syndicate init."
        yield wrong("D002", f"The database is to be brought up to date: {len(todo)} steps.", hint)
    elif connection.vendor == "sqlite" and (file := _of_others()):
        yield unwise("D003", f"{file} can be read by others.", f"chmod 600 {file}")


def clock(now: datetime) -> Iterator[Finding]:
    """The time, against what was recorded earlier."""
    latest = Article.objects.order_by("-first_seen").values_list("first_seen", flat=True).first()
    if latest is not None and latest > now + CLOCK_TOLERANCE:
        message = f"This clock says {now:%Y-%m-%d %H:%M} UTC, before the latest article was found."
        yield wrong("E004", message, "Set the clock; schedules hang on it. Let NTP keep it right.")


def editors(now: datetime) -> Iterator[Finding]:
    """Whether anybody can approve."""
    if not get_user_model().objects.filter(is_active=True).exists():
        yield unwise("E006", "Nobody can log in at the desk.", "syndicate editor add NAME")


def sources(now: datetime) -> Iterator[Finding]:
    """Whether there is something to watch."""
    if not Source.objects.filter(active=True).exists():
        yield unwise("S001", "No source is watched.", "syndicate source add https://example.org")


def newsletters(now: datetime) -> Iterator[Finding]:
    """Whether there is a newsletter, and somebody to read it."""
    active = Newsletter.objects.filter(active=True).select_related("list")
    if not active and not Account.objects.filter(active=True).exists():
        hint = "syndicate newsletter add, or syndicate account add"
        yield unwise("N001", "No newsletter and no account: articles would go nowhere.", hint)
    for newsletter in active:
        if not newsletter.list.readers().exists():
            hint = f"syndicate subscriber import FILE --list {newsletter.list.slug}"
            yield unwise("N002", f"{newsletter.name} has no readers yet.", hint)


def _of_others() -> Path | None:
    """The SQLite file, if others than our own user may read it: it holds addresses."""
    file = Path(connection.settings_dict["NAME"])
    readable = file.is_file() and file.stat().st_mode & stat.S_IROTH
    return file if readable else None
