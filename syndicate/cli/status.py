"""`status`: how it is doing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from syndicate.cli.command import Command
from syndicate.cli.exits import Exit
from syndicate.cli.show import columns, show

MARKS = {"error": "✗", "warning": "!"}


@click.command(cls=Command)
@click.option("--check", is_flag=True, help="Exit with 1 when something stands still.")
def status(check: bool) -> None:
    """Print how it is doing, and what is wrong."""
    from syndicate import health
    from syndicate.lib import clock

    now = clock.now()
    problems = health.problems(now)
    told = {**counts(), **mail(now), "problems": [describe(problem) for problem in problems]}
    show(told, _words(told))
    if check and any(problem.level == health.Level.ERROR for problem in problems):
        raise click.exceptions.Exit(Exit.FAILED)


def counts() -> dict[str, Any]:
    """What there is, in numbers."""
    from syndicate.audience.models import Subscription
    from syndicate.engine.models import Heartbeat
    from syndicate.lib.status import Status
    from syndicate.mail.models import Edition, Newsletter
    from syndicate.social.models import Account, Post
    from syndicate.sources.models import Article, Source

    seen = Heartbeat.objects.first()
    return {
        "daemon_seen_at": seen.seen_at if seen else None,
        "sources": Source.objects.filter(active=True).count(),
        "articles": Article.objects.count(),
        "articles_held": Article.objects.filter(state=Article.State.HELD).count(),
        "newsletters": Newsletter.objects.filter(active=True).count(),
        "readers": Subscription.objects.filter(status=Subscription.Status.CONFIRMED).count(),
        "editions_held": Edition.objects.filter(status=Status.HELD).count(),
        "editions_sending": Edition.objects.filter(status=Status.SENDING).count(),
        "editions_sent": Edition.objects.filter(status=Status.SENT).count(),
        "accounts": Account.objects.filter(active=True).count(),
        "posts_held": Post.objects.filter(status=Status.HELD).count(),
        "posts_sent": Post.objects.filter(status=Status.SENT).count(),
    }


def mail(now: datetime) -> dict[str, Any]:
    """Whether mail moves, and how large the database has grown (bytes; None: not a file)."""
    from django.conf import settings

    from syndicate.mail.moving import moving

    state, file = moving(now), Path(settings.DATABASES["default"]["NAME"])
    return {
        "mail_due_since": state.since,
        "mail_moved_at": state.latest,
        "database_bytes": file.stat().st_size if file.is_file() else None,
    }


def describe(problem: Any) -> dict[str, Any]:
    """A problem as data."""
    where = {"kind": problem.where.kind, "id": problem.where.pk} if problem.where else None
    return {
        "id": problem.id,
        "level": problem.level.value,
        "subject": problem.subject,
        "message": problem.message,
        "hint": problem.hint,
        "where": where,
    }


def _words(told: dict[str, Any]) -> list[str]:
    rows = [
        ("Daemon", "last seen " + f"{told['daemon_seen_at'].astimezone():%Y-%m-%d %H:%M:%S}"
         if told["daemon_seen_at"] else "never seen"),
        ("Sources", f"{told['sources']} watched, {told['articles']} articles known"),
        ("Newsletters", f"{told['newsletters']}, {told['readers']} confirmed subscriptions"),
        ("Editions", f"{told['editions_held']} held, {told['editions_sending']} on their way, "
         f"{told['editions_sent']} sent"),
        ("Mail", _mail_words(told)),
        ("Accounts", f"{told['accounts']}, {told['posts_held']} posts held, "
         f"{told['posts_sent']} posted"),
    ]  # fmt: skip
    lines = [f"{name:<13}{words}" for name, words in rows]
    found = [(MARKS[p["level"]], p["id"], p["subject"], p["message"]) for p in told["problems"]]
    hints = [f"     {p['id']}: {p['hint']}" for p in told["problems"] if p["hint"]]
    return [*lines, "", *columns(("", "Id", "What", "Trouble"), found, "Nothing is wrong."), *hints]


def _mail_words(told: dict[str, Any]) -> str:
    since, moved = told["mail_due_since"], told["mail_moved_at"]
    words = [f"due since {since.astimezone():%Y-%m-%d %H:%M:%S}" if since else "none is due"]
    if moved:
        words.append(f"moved {moved.astimezone():%H:%M:%S}")
    if told["database_bytes"]:
        words.append(f"the database has {told['database_bytes'] / 1_000_000:,.1f} MB")
    return ", ".join(words)
