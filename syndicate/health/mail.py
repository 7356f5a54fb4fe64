"""Newsletters, editions and their ledgers, and the ways out for mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q

from syndicate.audience.models import Subscription
from syndicate.health.problem import RECENT, STUCK_AFTER, Level, Problem, Where, clock
from syndicate.lib.status import Status
from syndicate.mail import editorial
from syndicate.mail.lane import Pause, domain_lane
from syndicate.mail.models import Batch, Edition, Newsletter
from syndicate.mail.moving import moving
from syndicate.mail.routes import open_routes, routes

# Mail that is due this long is told of, though it moves: there is more of it than hands.
BACKLOG_AFTER = timedelta(hours=1)
WAITING = [Status.QUEUED, Status.SENDING, Status.DEFERRED]


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
        at = clock(mail.latest or mail.since)
        going = Q(status=Status.SENDING) | Q(status=Status.QUEUED, due_at__lte=now)
        batches = Batch.objects.filter(going, edition__paused_at=None).order_by()
        for pk, subject in batches.values_list("edition_id", "edition__subject").distinct():
            yield _unmoved(pk, subject, f"Should be on its way; nothing has moved since {at}.")
    elif mail.since is not None and mail.since < now - BACKLOG_AFTER:
        message = f"Some has been due since {clock(mail.since)}: it moves, but slowly."
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
        message = f"No mail leaves {what} {clock(pause.until)}. {pause.error}"
        hint = f"{pause.hint} Meanwhile it goes by {', '.join(able)}." if able else pause.hint
        level = Level.WARNING if able else Level.ERROR
        yield Problem("H25", level, f"Mail ({route.name})", message, hint.strip())


def destinations(now: datetime) -> Iterator[Problem]:
    """Domains that take no mail of ours for now; everybody else's goes on."""
    closed = Pause.objects.in_force(now).filter(lane__startswith=domain_lane(""))
    for pause in closed.order_by("-failures", "lane")[:20]:
        message = f"No mail goes there until {clock(pause.until)}. {pause.error}"
        yield Problem("H28", Level.WARNING, f"Mail to {pause.name}", message, pause.hint)


def confirmations(now: datetime) -> Iterator[Problem]:
    """People who wait for the mail that lets them confirm."""
    waiting = Subscription.objects.awaiting_mail(now - STUCK_AFTER).exclude(confirm_error="")
    reasons = waiting.order_by().values_list("list_id", "list__name", "confirm_error")
    for list_id, name, error, count in reasons.annotate(n=Count("pk"))[:20]:
        message = f"{count} confirmation mails could not be sent. {error}"
        yield Problem("H26", Level.ERROR, name, message, "", Where("list", list_id))
