"""What goes wrong, over all wings: one list for the desk, the command line and a watchdog.

    rows → CHECKS (each yields what it finds) → Problem(id, level, subject, message, hint, where)

Nothing here is remembered: a problem is there as long as the rows say so. Each names the thing and
what to do; *where* points at its row without knowing any page.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from syndicate import paths
from syndicate.audience.models import Subscription
from syndicate.engine.models import Failure, Heartbeat
from syndicate.lib.config import site
from syndicate.lib.status import Status
from syndicate.mail.lane import Pause, transport_lane
from syndicate.mail.models import Batch, Edition, Newsletter
from syndicate.social.models import Account, Post
from syndicate.sources.models import Source

# Work that is due this long and not begun is stuck, whatever the heartbeat says.
STUCK_AFTER = timedelta(minutes=15)
# A daemon beats at each tick; this many seconds of silence mean that none is there.
SILENT_AFTER = timedelta(seconds=60)
# A final failure stays in sight this long; then it is history.
RECENT = timedelta(days=7)
# Below the first the disk is nearly full, below the second it is getting so. Bytes.
DISK_FULL, DISK_LOW = 100_000_000, 500_000_000


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"  # something stands still until a person acts
    WARNING = "warning"  # it goes on, but not all of it


class Where(NamedTuple):
    """A row: the word for its kind, and its primary key."""

    kind: str  # source, newsletter, edition, account, post, list
    pk: int


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. *id* is stable and listed in docs/errors.md."""

    id: str
    level: Level
    subject: str
    message: str
    hint: str = ""
    where: Where | None = None


def problems(now: datetime) -> list[Problem]:
    """All there is to say, worst first."""
    found = [problem for check in CHECKS for problem in check(now)]
    return sorted(found, key=lambda problem: problem.level != Level.ERROR)


def daemon(now: datetime) -> Iterator[Problem]:
    """Whether anybody is at work."""
    last = Heartbeat.objects.first()
    if last is None or last.seen_at < now - SILENT_AFTER:
        seen = f"It was last seen on {_clock(last.seen_at)}." if last else ""
        yield Problem(
            "H01",
            Level.ERROR,
            "The daemon",
            f"Nothing is running, so nothing is detected, sent or posted. {seen}".strip(),
            "Start it: syndicate run",
        )


def disk(now: datetime) -> Iterator[Problem]:
    """Whether there is room to write."""
    folder = paths.data()
    yield from room(folder, shutil.disk_usage(folder if folder.exists() else paths.home()).free)


def room(folder: Path, free: int) -> Iterator[Problem]:
    """What *free* bytes mean."""
    if free < DISK_LOW:
        level = Level.ERROR if free < DISK_FULL else Level.WARNING
        message = f"Only {free // 1_000_000} MB are free where {folder} lies."
        hint = "Make room. Nothing is lost: work goes on when rows can be written again."
        yield Problem("H02", level, "The disk", message, hint)


def set_aside(now: datetime) -> Iterator[Problem]:
    """Jobs that raised what nobody expected."""
    for failure in Failure.objects.all()[:50]:
        times = "once" if failure.tries == 1 else f"{failure.tries} times"
        message = f"Failed {times}; tried again on {_clock(failure.retry_at)}. {failure.error}"
        where = _place(failure.job, failure.key)
        hint = failure.hint or "The log tells more. Other work goes on."
        yield Problem("H03", Level.ERROR, f"{failure.job} {failure.key}", message, hint, where)


def sources(now: datetime) -> Iterator[Problem]:
    """Sources that do not answer, or answer nonsense."""
    unwell = [Source.Health.FAILING, Source.Health.GONE]
    for source in Source.objects.filter(active=True, health__in=unwell):
        gone = source.health == Source.Health.GONE
        level = Level.ERROR if gone or source.failures >= 3 else Level.WARNING
        where = Where("source", source.pk)
        yield Problem("H10", level, source.name, source.error, source.hint, where)
    for source in Source.objects.filter(active=True, next_check__lt=now - STUCK_AFTER):
        message = f"Has not been looked at, though it was due on {_clock(source.next_check)}."
        hint = "If the daemon runs, its log tells what keeps it."
        yield Problem("H11", Level.WARNING, source.name, message, hint, Where("source", source.pk))


def newsletters(now: datetime) -> Iterator[Problem]:
    """Newsletters that could not be composed."""
    for newsletter in Newsletter.objects.filter(active=True).exclude(error=""):
        yield Problem(
            "H20",
            Level.ERROR,
            newsletter.name,
            newsletter.error,
            newsletter.hint,
            Where("newsletter", newsletter.pk),
        )


def editions(now: datetime) -> Iterator[Problem]:
    """Editions that cannot go, do not go, or went and nobody knows whereto."""
    live = Edition.objects.exclude(status=Status.CANCELLED)
    for edition in live.exclude(error="").defer("html", "text"):
        where = Where("edition", edition.pk)
        yield Problem("H21", Level.ERROR, edition.subject, edition.error, edition.hint, where)
    for pk, subject in _stuck_editions(now):
        message = "Should be on its way, and does not move."
        hint = "If the daemon runs, its log tells what keeps it."
        yield Problem("H22", Level.ERROR, subject, message, hint, Where("edition", pk))
    recent = live.filter(Q(finished_at__isnull=True) | Q(finished_at__gte=now - RECENT))
    for row in _counted(recent.filter(started_at__isnull=False)):
        yield from ledger(*row)


def ledger(pk: int, subject: str, audience: int, rows: int, unknown: int) -> Iterator[Problem]:
    """What an edition's counts mean."""
    if rows != audience:
        message = f"Was begun for {audience} readers, but the ledger has {rows} rows."
        hint = "Somebody changed the database by hand. Compare with a backup before sending more."
        yield Problem("H23", Level.ERROR, subject, message, hint, Where("edition", pk))
    if unknown:
        message = f"{unknown} of {audience} mails may or may not have arrived."
        hint = "Decide on its page: send them again, or leave them."
        yield Problem("H24", Level.WARNING, subject, message, hint, Where("edition", pk))


def transport(now: datetime) -> Iterator[Problem]:
    """The way out for mail, closed for now."""
    for pause in Pause.objects.in_force(now).filter(lane=transport_lane(site().mail.transport)):
        message = f"No mail leaves until {_clock(pause.until)}. {pause.error}"
        yield Problem("H25", Level.ERROR, f"Mail ({pause.name})", message, pause.hint)


def confirmations(now: datetime) -> Iterator[Problem]:
    """People who wait for the mail that lets them confirm."""
    waiting = Subscription.objects.awaiting_mail(now - STUCK_AFTER).exclude(confirm_error="")
    reasons = waiting.order_by().values_list("list_id", "list__name", "confirm_error")
    for list_id, name, error, count in reasons.annotate(n=Count("pk"))[:20]:
        message = f"{count} confirmation mails could not be sent. {error}"
        yield Problem("H26", Level.ERROR, name, message, "", Where("list", list_id))


def accounts(now: datetime) -> Iterator[Problem]:
    """Accounts that cannot post."""
    for account in Account.objects.filter(active=True).exclude(health=Account.Health.OK):
        refused = account.health == Account.Health.RECONNECT
        if not refused and account.paused_until and account.paused_until <= now:
            continue
        pause = "" if refused else f"Paused until {_clock(account.paused_until)}. "
        yield Problem(
            "H30" if refused else "H31",
            Level.ERROR if refused else Level.WARNING,
            account.name,
            pause + account.error,
            account.hint,
            Where("account", account.pk),
        )


def posts(now: datetime) -> Iterator[Problem]:
    """Posts that failed for good, whose fate is unknown, or that do not move."""
    lost = Post.objects.filter(
        Q(status=Status.UNKNOWN)
        | Q(status__in=[Status.FAILED, Status.REJECTED], created_at__gte=now - RECENT)
    )
    for post in lost.select_related("account", "article")[:50]:
        unknown = post.status == Status.UNKNOWN
        yield Problem(
            "H32" if unknown else "H33",
            Level.WARNING,
            f"{post.account}: {post.article}",
            post.error,
            post.hint or ("Look at the account, then decide on its page." if unknown else ""),
            Where("post", post.pk),
        )
    for post in Post.objects.due(now - STUCK_AFTER).select_related("account", "article")[:50]:
        message = f"Was due on {_clock(post.due_at)} and does not move."
        hint = "If the daemon runs, its log tells what keeps it."
        subject, where = f"{post.account}: {post.article}", Where("post", post.pk)
        yield Problem("H34", Level.ERROR, subject, message, hint, where)


def _stuck_editions(now: datetime) -> Iterable[tuple[int, str]]:
    late = Edition.objects.due(now - STUCK_AFTER).values_list("pk", "subject")
    due = Batch.objects.due(now - STUCK_AFTER).order_by()
    return [*late, *due.values_list("edition_id", "edition__subject").distinct()]


def _counted(editions: QuerySet[Edition]) -> Iterable[tuple[int, str, int, int, int]]:
    rows = Edition.objects.filter(pk__in=editions).annotate(
        rows=Count("deliveries"),
        unknown=Count("deliveries", filter=Q(deliveries__status=Status.UNKNOWN)),
    )
    wrong = rows.exclude(rows=F("audience"), unknown=0).order_by("-pk")
    return wrong.values_list("pk", "subject", "audience", "rows", "unknown")


def _clock(at: datetime | None) -> str:
    """A moment in the publication's time zone: “23 Nov, 13:00 CET”."""
    return f"{timezone.localtime(at):%d %b, %H:%M %Z}" if at else "–"


def _place(job: str, key: int) -> Where | None:
    """The row that a job was given, as something an editor knows."""
    if job == "deliver":
        edition = Batch.objects.filter(pk=key).values_list("edition_id", flat=True).first()
        return None if edition is None else Where("edition", edition)
    kind = KINDS.get(job)
    return None if kind is None else Where(kind, key)


KINDS = {
    "detect": "source",
    "compose": "newsletter",
    "start": "edition",
    "write": "account",
    "publish": "post",
}
CHECKS: tuple[Callable[[datetime], Iterable[Problem]], ...] = (
    daemon,
    disk,
    transport,
    set_aside,
    sources,
    newsletters,
    editions,
    confirmations,
    accounts,
    posts,
)
