"""What an editor may do with an edition; the same acts serve desk, CLI and clock.

    held ⇄ queued ─→ sending ─→ sent        approve, hold · cancel · retry, resolve_unknown
      └ edit, arrange, send_test              (mail.again: what was sent, once more)
                     └ pause, resume

Each change is one conditional UPDATE: what became of the edition meanwhile decides, not what the
page showed. What cannot be done raises BadInput and changes nothing. Whoever sends an edition asks
for its status in each of their rounds, so a word here is heard within a second.
"""

from __future__ import annotations

import dataclasses
import logging
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from syndicate.audience.links import absolute
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.mail import compose, headline, message
from syndicate.mail.again import resolve_unknown, retry
from syndicate.mail.models import Edition, EditionArticle, Newsletter
from syndicate.mail.render import Rendered, Values, personalise, render
from syndicate.mail.send import send
from syndicate.mail.settle import stand_still
from syndicate.mail.start import check
from syndicate.mail.tally import recount, tally

__all__ = [
    "approve", "arrange", "cancel", "compose_now", "edit", "hold", "hold_all", "ledger",
    "pause", "resolve_unknown", "resume", "retry", "send_test",
]  # fmt: skip

log = logging.getLogger(__name__)


def approve(
    edition: Edition, user: AbstractBaseUser | None, now: datetime, send_at: datetime | None = None
) -> None:
    """Let a held edition go: at *send_at*, else after ``mail.send_delay_minutes``."""
    check(edition)
    delay = timedelta(minutes=site().mail.send_delay_minutes)
    _change(
        edition,
        {Status.HELD},
        "Only an edition that is held can be approved.",
        status=Status.QUEUED,
        approved_at=now,
        approved_by=user,
        send_at=max(send_at, now) if send_at else now + delay,
        error="",
        hint="",
    )


def hold(edition: Edition) -> None:
    """Take an approved edition back, as long as no mail has gone."""
    _change(
        edition,
        {Status.QUEUED},
        "Only an edition that waits for its time can be held. Cancel one that is being sent.",
        status=Status.HELD,
        approved_at=None,
        approved_by=None,
        send_at=None,
    )


def pause(edition: Edition, now: datetime) -> None:
    """Let one that is being sent wait where it is; mails at their last step still arrive."""
    going = Edition.objects.filter(pk=edition.pk, status=Status.SENDING, paused_at=None)
    if not going.update(paused_at=now):
        raise _not_done(edition, "Only an edition that is being sent can be paused, and once.")
    edition.paused_at = now


def resume(edition: Edition, now: datetime) -> None:
    """Let a paused one go on where it stopped."""
    waiting = Edition.objects.filter(pk=edition.pk, status=Status.SENDING)
    paused = waiting.exclude(paused_at=None)
    if not paused.update(paused_at=None, error="", hint=""):
        raise _not_done(edition, "Only an edition that is paused can go on.")
    if edition.paused_at is not None:
        log.info("“%s” goes on after %s", edition, str(now - edition.paused_at).partition(".")[0])
    edition.paused_at, edition.error, edition.hint = None, "", ""


def hold_all(error: str, hint: str, now: datetime, due_by: datetime | None = None) -> int:
    """Take back what is queued and pause what is on its way (only what was due by then), and say
    why on each; returns how many. An editor lets each of them go on."""
    said = {"error": error, "hint": hint}
    queued = Edition.objects.filter(status=Status.QUEUED)
    going = Edition.objects.filter(status=Status.SENDING, paused_at=None)
    if due_by is not None:
        queued, going = queued.filter(send_at__lte=due_by), going.filter(started_at__lte=due_by)
    held = queued.update(
        status=Status.HELD, approved_at=None, approved_by=None, send_at=None, **said
    )
    return held + going.update(paused_at=now, **said)


def cancel(edition: Edition) -> None:
    """Call an edition off. Of one that is being sent, the rest does not go.

    Its status comes first and alone: a million lines of the ledger take the database seconds, in
    which no more mail may leave. Cut off between the two, it can be cancelled again.
    """
    _change(
        edition,
        {Status.HELD, Status.QUEUED, Status.SENDING, Status.CANCELLED},
        "It is too late to cancel it.",
        status=Status.CANCELLED,
        paused_at=None,
    )
    waiting = edition.deliveries.filter(status__in=[Status.QUEUED, Status.DEFERRED])
    with transaction.atomic():
        stand_still(edition.pk)
        waiting.update(status=Status.CANCELLED, due_at=None)
        recount(edition.pk)


def edit(edition: Edition, *, subject: str, preheader: str, intro: str, now: datetime) -> None:
    """Change the wording of a held edition. A subject of the editor's own is the same for all."""
    subject, preheader = " ".join(subject.split()), " ".join(preheader.split())
    if not subject:
        raise BadInput("An edition needs a subject.")
    for text in (subject, preheader):
        if len(text) > 300:
            raise BadInput(f"“{text[:40]}…” is longer than 300 characters.", "Shorten it.")
    _change(
        edition,
        {Status.HELD},
        "It can no longer be edited. Hold it first, if it has not gone.",
        subject=subject,
        personal_subject=edition.personal_subject if subject == edition.subject else "",
        preheader=preheader,
        intro=intro.replace("\r\n", "\n").strip(),
        edited_at=now,
        error="",
        hint="",
    )


def arrange(edition: Edition, ordered: Sequence[int], excluded: Iterable[int]) -> None:
    """Set the order of a held edition's articles, by key, and which of them stay out.

    Those not named in *ordered* come after it, as they stood. The headline that was written for
    it follows, unless an editor has written another.
    """
    with transaction.atomic():
        held = Edition.objects.select_for_update().filter(pk=edition.pk, status=Status.HELD)
        if not held.exists():
            raise BadInput("Its articles can no longer be arranged.", "Hold it first.")
        before = _headline(edition)
        entries = {entry.article_id: entry for entry in edition.entries.all()}
        out = set(excluded)
        if unknown := (set(ordered) | out) - set(entries):
            raise BadInput(f"No article {min(unknown)} in this edition.", "Load the page again.")
        for position, article in enumerate(dict.fromkeys([*ordered, *entries]), 1):
            entries[article].position = position
            entries[article].included = article not in out
        EditionArticle.objects.bulk_update(entries.values(), ["position", "included"])
        after = _headline(edition)
        if edition.subject != before.get("subject"):
            after.pop("personal_subject", None)  # goes with the subject, or not at all
        for field, text in after.items():
            if getattr(edition, field) == before.get(field):
                setattr(edition, field, text)
        held.update(**{field: getattr(edition, field) for field in after})


def _headline(edition: Edition) -> dict[str, str]:
    """Subject and preheader as they are written for it; none for an edition of nothing."""
    made = headline.of(edition)
    return made.words if made else {}


def send_test(edition: Edition, address: str, now: datetime) -> str:
    """Send the edition as it stands to one address; returns the server's reply.

    Nothing is counted, and its personal links lead to our front page: a test that is passed on
    must not unsubscribe anybody.
    """
    nowhere = absolute("/")
    values = Values("", address, nowhere, nowhere, nowhere)
    made = personalise(_rendered(edition), values)
    made = dataclasses.replace(made, subject=f"[Test] {made.subject}")
    letter = message.letter(edition.newsletter, made, now)
    mail = message.single(letter, address, key=f"test-{edition.pk}-{secrets.token_hex(4)}")
    # Even while every way is paused: this is how an editor learns whether one works again.
    return send(letter.envelope, address, mail, now, despite_pause=True).reply


def compose_now(newsletter: Newsletter, now: datetime) -> list[Edition]:
    """Make the next edition without waiting for its slot (of every-article ones, all that wait)."""
    with transaction.atomic():
        # The row's lock keeps two composers from picking the same articles.
        newsletter = Newsletter.objects.select_for_update().get(pk=newsletter.pk)
        articles = compose.pick(newsletter, now)
        if not articles:
            raise BadInput(f"Nothing new for {newsletter}.", "It is composed when there is.")
        if newsletter.rhythm == Newsletter.Rhythm.ARTICLE:
            slots = [(f"article:{article.story}", [article]) for article in reversed(articles)]
        else:
            slots = [(f"now:{now:%Y-%m-%dT%H:%M:%S.%f}", articles)]
        made = (compose.make(newsletter, key, chosen, now) for key, chosen in slots)
        return [edition for edition in made if edition is not None]


def ledger(edition: Edition) -> dict[str, int]:
    """How many of its Deliveries stand where; adds up to ``audience``."""
    return dict(tally(edition.pk))


def _rendered(edition: Edition) -> Rendered:
    """As a test: what stands in the rows now, or, of one that was started, what was sent."""
    if edition.html:
        return Rendered(edition.subject, edition.preheader, edition.html, edition.text)
    return render(edition, test=True)


def _change(edition: Edition, allowed: set[Status], otherwise: str, **values: Any) -> None:
    """Set *values* if the edition's status is one of *allowed*; the object follows."""
    if not Edition.objects.filter(pk=edition.pk, status__in=allowed).update(**values):
        raise _not_done(edition, otherwise)
    for name, value in values.items():
        setattr(edition, name, value)


def _not_done(edition: Edition, why: str) -> BadInput:
    """What to raise when the edition has moved on."""
    status, paused = Edition.objects.values_list("status", "paused_at").get(pk=edition.pk)
    return BadInput(f"“{edition}” is {'paused' if paused else status}.", why)
