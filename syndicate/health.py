"""What goes wrong, over all wings: one list for the desk, the command line and a watchdog.

    rows → CHECKS (each yields what it finds) → Problem(id, level, subject, message, hint, where)

Nothing here is remembered: a problem is there as long as the rows say so. Each names the thing and
what to do; *where* points at its row without knowing any page.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from syndicate import paths
from syndicate.audience.models import Subscription
from syndicate.engine import base, instance
from syndicate.engine.models import Failure, Heartbeat
from syndicate.jobs import JOBS
from syndicate.lib.status import Status
from syndicate.mail import editorial
from syndicate.mail.lane import Pause, domain_lane
from syndicate.mail.models import Batch, Edition, Newsletter
from syndicate.mail.moving import moving
from syndicate.mail.routes import open_routes, routes
from syndicate.social.models import Account, Post
from syndicate.sources.models import Source

# Work that is due this long and not begun is stuck, whatever the heartbeat says.
STUCK_AFTER = timedelta(minutes=15)
# A daemon beats at each tick; this many seconds of silence mean that none is there.
SILENT_AFTER = timedelta(seconds=60)
# No job ended well for so long though some are due: a watchdog hears in a minute.
IDLE_AFTER = timedelta(seconds=60)
# Mail that is due this long is told of, though it moves: there is more of it than hands.
BACKLOG_AFTER = timedelta(hours=1)
# So long before a permission to post ends one is told of it.
EXPIRY_AHEAD = timedelta(days=14)
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
    if any(problem.id == "H04" for problem in found):
        found = [problem for problem in found if problem.id not in UNMOVED]
    return sorted(found, key=lambda problem: problem.level != Level.ERROR)


def standstill(now: datetime) -> list[Problem]:
    """Only what keeps all work, or all mail, from moving: for a watchdog that asks often."""
    found = [problem for check in WATCHED for problem in check(now)]
    return [problem for problem in found if problem.level is Level.ERROR]


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


def idle(now: datetime) -> Iterator[Problem]:
    """Whether what is due is done: a daemon may beat, and its hands stand still.

    Mail has a question of its own, for a run may take hours: :func:`unmoved`.
    """
    lately = now - IDLE_AFTER
    if Heartbeat.objects.filter(Q(progressed_at__gte=lately) | Q(started_at__gte=lately)).exists():
        return
    aside = base.set_aside(now)
    for job in JOBS:
        if job.name != "deliver" and any((job.name, key) not in aside for key in job.due(lately)):
            message = f"Something to {job.name} has been due for a minute, and nothing is done."
            hint = "The daemon's log tells what keeps it. Starting it anew loses nothing."
            yield Problem("H06", Level.ERROR, "The daemon", message, hint)
            return


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


def copied(now: datetime) -> Iterator[Problem]:
    """Whether this database may be a copy of the one at work."""
    if (found := instance.doubt()) is not None:
        yield Problem("H04", Level.ERROR, "The database", found.message, instance.HINT)


def size(now: datetime) -> Iterator[Problem]:
    """Whether a copy of the database, which each update of the program makes, has room."""
    if connection.vendor == "sqlite":
        file = Path(settings.DATABASES["default"]["NAME"])
        if file.is_file():
            yield from copy_of(file.stat().st_size, shutil.disk_usage(file.parent).free)


def copy_of(size: int, free: int) -> Iterator[Problem]:
    """What a database of *size* bytes means beside *free* ones."""
    if size > free:
        message = f"It has {size // 1_000_000} MB, and only {free // 1_000_000} MB are free."
        hint = "Make room for a copy of it before you update the program or run a backup."
        yield Problem("H05", Level.WARNING, "The database", message, hint)


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
    """Editions that cannot go."""
    live = Edition.objects.exclude(status=Status.CANCELLED)
    for edition in live.exclude(error="").defer("html", "text"):
        where = Where("edition", edition.pk)
        yield Problem("H21", Level.ERROR, edition.subject, edition.error, edition.hint, where)


def ledgers(now: datetime) -> Iterator[Problem]:
    """The numbers of what is, or was lately, on its way."""
    lately = now - RECENT
    recent = Edition.objects.filter(started_at__isnull=False).filter(
        Q(status=Status.SENDING)
        | Q(finished_at=None, started_at__gte=lately)
        | Q(finished_at__gte=lately)
    )
    for edition in recent.order_by("-pk").defer("html", "text", "intro"):
        yield from ledger(edition, Counter(editorial.ledger(edition)))


def ledger(edition: Edition, counts: Counter[str]) -> Iterator[Problem]:
    """What an edition's counts by status mean: as many lines as readers, none waits for ever."""
    lines, where = counts.total(), Where("edition", edition.pk)
    if lines != edition.audience:
        message = f"Was begun for {edition.audience} readers, but the ledger has {lines} lines."
        hint = "Somebody changed the database by hand. Compare with a backup before sending more."
        yield Problem("H23", Level.ERROR, edition.subject, message, hint, where)
    waiting = sum(counts[status] for status in WAITING)
    if waiting and edition.status in (Status.SENT, Status.CANCELLED):
        message = f"Is {edition.status}, but {waiting} of its mails still count as waiting."
        hint = f"They will not go. To settle it: syndicate edition cancel {edition.pk}"
        if edition.status == Status.SENT:
            hint = "Somebody changed the database by hand. Compare with a backup."
        yield Problem("H23", Level.ERROR, edition.subject, message, hint, where)
    if (unknown := counts[Status.UNKNOWN]) and edition.status != Status.CANCELLED:
        message = f"{unknown} of {edition.audience} mails may or may not have arrived."
        hint = "Decide on its page: send them again, or leave them."
        yield Problem("H24", Level.WARNING, edition.subject, message, hint, where)


def unmoved(now: datetime) -> Iterator[Problem]:
    """Mail that is due and does not move, or moves too slowly for what there is."""
    for pk, subject in Edition.objects.due(now - STUCK_AFTER).values_list("pk", "subject"):
        yield _unmoved(pk, subject, "Should have begun, and has not.")
    mail = moving(now)
    if mail.stands_still(now):
        at = _clock(mail.latest or mail.since)
        going = Q(status=Status.SENDING) | Q(status=Status.QUEUED, due_at__lte=now)
        batches = Batch.objects.filter(going, edition__paused_at=None).order_by()
        for pk, subject in batches.values_list("edition_id", "edition__subject").distinct():
            yield _unmoved(pk, subject, f"Should be on its way; nothing has moved since {at}.")
    elif mail.since is not None and mail.since < now - BACKLOG_AFTER:
        message = f"Some has been due since {_clock(mail.since)}: it moves, but slowly."
        hint = "More connections to the mail server, or more workers, may help."
        yield Problem("H27", Level.WARNING, "Mail", message, hint)


def _unmoved(pk: int, subject: str, message: str) -> Problem:
    hint = "Does the mail server answer? If the daemon runs, its log tells what keeps it."
    return Problem("H22", Level.ERROR, subject, message, hint, Where("edition", pk))


def transport(now: datetime) -> Iterator[Problem]:
    """Ways out for mail that are closed for now; as long as one is open, mail goes on."""
    able = [route.name for route in open_routes(now)]
    for route in routes():
        pause = Pause.objects.in_force(now).filter(lane=route.lane).first()
        if pause is None:
            continue
        what = f"by {route.name} until" if able else "until"
        message = f"No mail leaves {what} {_clock(pause.until)}. {pause.error}"
        hint = f"{pause.hint} Meanwhile it goes by {', '.join(able)}." if able else pause.hint
        level = Level.WARNING if able else Level.ERROR
        yield Problem("H25", level, f"Mail ({route.name})", message, hint.strip())


def destinations(now: datetime) -> Iterator[Problem]:
    """Domains that take no mail of ours for now; everybody else's goes on."""
    closed = Pause.objects.in_force(now).filter(lane__startswith=domain_lane(""))
    for pause in closed.order_by("-failures", "lane")[:20]:
        message = f"No mail goes there until {_clock(pause.until)}. {pause.error}"
        yield Problem("H28", Level.WARNING, f"Mail to {pause.name}", message, pause.hint)


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


def permissions(now: datetime) -> Iterator[Problem]:
    """Accounts whose permission to post ends soon, or has ended; some platforms renew none."""
    near = Account.objects.filter(active=True, expires_at__lte=now + EXPIRY_AHEAD)
    for account in near.exclude(health=Account.Health.RECONNECT):  # that is told already
        ended = account.expires_at is not None and account.expires_at <= now
        message = f"The permission to post there {'ended' if ended else 'ends'} on"
        yield Problem(
            "H39" if ended else "H38",
            Level.ERROR if ended else Level.WARNING,
            account.name,
            f"{message} {_clock(account.expires_at)}.",
            "Connect it again: its settings and posts stay.",
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
    copied,
    daemon,
    idle,
    disk,
    size,
    transport,
    destinations,
    set_aside,
    sources,
    newsletters,
    editions,
    ledgers,
    unmoved,
    confirmations,
    accounts,
    permissions,
    posts,
)
WATCHED: tuple[Callable[[datetime], Iterable[Problem]], ...] = (
    copied,
    daemon,
    idle,
    disk,
    transport,
    unmoved,
)
# What one need not be told of where nothing may move.
UNMOVED = {"H06", "H11", "H22", "H27", "H34"}
WAITING = [Status.QUEUED, Status.SENDING, Status.DEFERRED]
