"""A newsletter's slot has come → an Edition of the articles that wait for it.

    due Newsletter ─ which slot? ─ already decided (Slot row)? ─ too late? ─ anything new?
        └─→ Slot + Edition + its EditionArticles, and the next slot, in one transaction

Every article at once: each waiting article is a slot of its own.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from syndicate.lib import stop
from syndicate.lib.config import site
from syndicate.lib.status import Status
from syndicate.mail import headline
from syndicate.mail.models import Edition, EditionArticle, Newsletter, Slot
from syndicate.mail.rhythm import SlotTime, When, next_slot, slot_at
from syndicate.sources.models import Article, first_tellings

log = logging.getLogger(__name__)

_LATE = {
    "error": "Its article has waited for long: nothing was running, or the newsletter was paused.",
    "hint": "Approve it if it is still news.",
}


@dataclass(frozen=True)
class Planned:
    """An edition that would be composed now: what ``syndicate plan`` shows."""

    subject: str
    articles: list[Article]
    readers: int


def compose(newsletter_id: int, now: datetime) -> None:
    """Decide what is due of one newsletter. Safe to run twice, anywhere."""
    newsletter = Newsletter.objects.select_related("list").get(pk=newsletter_id)
    for edition in newsletter.editions.outdated():
        reword(edition, now)
    if not newsletter.active:
        return
    if newsletter.rhythm == Newsletter.Rhythm.ARTICLE:
        for article in newsletter.waiting(now):
            if stop.requested():
                return
            make(newsletter, f"article:{article.story}", [article], now)
    elif newsletter.next_slot_at <= now:
        _compose_slot(newsletter, now)


def preview_next(newsletter: Newsletter, now: datetime) -> Planned | None:
    """What composing it now would make; None when nothing is new. Writes nothing."""
    articles = pick(newsletter, now)
    if newsletter.rhythm == Newsletter.Rhythm.ARTICLE:
        articles = articles[-1:]  # the first to go
    if not articles:
        return None
    title = headline.write(newsletter, articles, now)
    return Planned(title.subject, articles, newsletter.list.readers().count())


def reword(edition: Edition, now: datetime) -> None:
    """A title was mended at the source: so is the headline made of it, until an editor's own."""
    made = headline.of(edition)
    words = made.words if made else {}
    untouched = Edition.objects.filter(
        pk=edition.pk, status__in=[Status.HELD, Status.QUEUED], edited_at=None
    )
    if untouched.update(headline_at=now, **words):
        log.info("reworded “%s” for %s", words.get("subject", edition), edition.newsletter)


def pick(newsletter: Newsletter, now: datetime) -> list[Article]:
    """The articles of its next edition, newest first; of too many the oldest go now."""
    waiting = newsletter.waiting(now).select_related("source")[: newsletter.max_articles]
    return sorted(first_tellings(waiting), key=lambda article: article.dated, reverse=True)


def upcoming(newsletter: Newsletter, now: datetime) -> datetime:
    """When it is due next: what ``next_slot_at`` must be after its rhythm was set or changed."""
    if newsletter.rhythm == Newsletter.Rhythm.ARTICLE:
        return now
    return next_slot(_when(newsletter), newsletter.zone, now).moment


def make(
    newsletter: Newsletter, key: str, articles: Sequence[Article], now: datetime
) -> Edition | None:
    """Make the edition of a slot; None when another daemon has decided that slot."""
    title = headline.write(newsletter, articles, now)
    with transaction.atomic():
        if not _decide(newsletter, key, Slot.Outcome.COMPOSED, now):
            return None
        edition = Edition.objects.create(
            newsletter=newsletter,
            slot=key,
            key=secrets.token_urlsafe(9),
            **title.words,
            intro=newsletter.intro,
            composed_at=now,
            headline_at=now,
            **_approval(newsletter, title, articles, now),
        )
        EditionArticle.objects.bulk_create(
            EditionArticle(edition=edition, article=article, position=position)
            for position, article in enumerate(articles, 1)
        )
        Newsletter.objects.filter(pk=newsletter.pk).update(error=title.error, hint=title.hint)
    count = f"{len(articles)} article" + "s" * (len(articles) != 1)
    log.info("composed “%s” for %s: %s, %s", edition, newsletter, count, edition.status)
    return edition


def _compose_slot(newsletter: Newsletter, now: datetime) -> None:
    slot = slot_at(_when(newsletter), newsletter.zone, now)
    with transaction.atomic():
        # This also locks the newsletter's row, so that nobody picks the same articles meanwhile.
        if not _move_on(newsletter, upcoming(newsletter, now)):
            return
        articles = pick(newsletter, now)
        outcome = decide(slot, bool(articles), now)
        if outcome == Slot.Outcome.COMPOSED:
            make(newsletter, slot.key, articles, now)
        elif _decide(newsletter, slot.key, outcome, now):
            log.info("%s at %s: %s", newsletter, slot.key, outcome)
            if outcome == Slot.Outcome.MISSED:
                _tell_missed(newsletter, slot)


def decide(slot: SlotTime, anything_new: bool, now: datetime) -> Slot.Outcome:
    """What becomes of a slot that has come."""
    if not anything_new:
        return Slot.Outcome.NOTHING_NEW
    if now - slot.moment > timedelta(hours=site().daemon.catch_up_hours):
        return Slot.Outcome.MISSED
    return Slot.Outcome.COMPOSED


def _move_on(newsletter: Newsletter, following: datetime) -> bool:
    """Set the next slot; False when another daemon, or an editor, did so meanwhile."""
    unchanged = Newsletter.objects.filter(
        pk=newsletter.pk, active=True, next_slot_at=newsletter.next_slot_at
    )
    return unchanged.update(next_slot_at=following) == 1


def _tell_missed(newsletter: Newsletter, slot: SlotTime) -> None:
    Newsletter.objects.filter(pk=newsletter.pk).update(
        error=f"The edition of {slot.key.replace('T', ', ')} was missed: nothing was running.",
        hint="Compose it now, or leave its articles to the next edition.",
    )


def _decide(newsletter: Newsletter, key: str, outcome: str, now: datetime) -> bool:
    """Write the slot's one row; False when it is there already (the unique key decides)."""
    _, new = Slot.objects.get_or_create(
        newsletter=newsletter, key=key, defaults={"decided_at": now, "outcome": outcome}
    )
    return new


def _approval(
    newsletter: Newsletter, title: headline.Headline, articles: Sequence[Article], now: datetime
) -> dict[str, object]:
    """An edition goes by itself only if its newsletter may and nothing is wrong with it."""
    if title.error:
        return {"status": Status.HELD, "error": title.error, "hint": title.hint}
    if newsletter.approval != Newsletter.Approval.AUTO:
        return {"status": Status.HELD}
    each = newsletter.rhythm == Newsletter.Rhythm.ARTICLE
    if each and all(article.is_late(now) for article in articles):
        return {"status": Status.HELD, **_LATE}
    delay = timedelta(minutes=site().mail.send_delay_minutes)
    return {"status": Status.QUEUED, "approved_at": now, "send_at": now + delay}


def _when(newsletter: Newsletter) -> When:
    return When(newsletter.rhythm, newsletter.at, newsletter.weekday)
