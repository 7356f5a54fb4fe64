"""Who reads what: subscribe, confirm, unsubscribe, prefer, suppress.

    subscribe → pending, a mail is due ── confirm → confirmed ── unsubscribe → unsubscribed
                                       (or nothing: then nothing more is ever sent)

Whoever asks with an address gets the same answer whether we know it or not, and an address gets
few confirmation mails, whoever asks. Nobody above is told of a change: deliveries look down.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from syndicate.audience import limits
from syndicate.audience.address import Address, canonical, of_a_person
from syndicate.audience.models import MailingList, Subscriber, Subscription, Suppression
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput

log = logging.getLogger("syndicate.audience")

Status = Subscription.Status
Reason = Suppression.Reason

# Whoever left or could not be reached may come back by confirming a mail; a complaint and an
# editor's ban are not undone by filling in a form.
FORGIVEN = frozenset({Reason.UNSUBSCRIBED, Reason.BOUNCED})
# A weightier reason is not overwritten by a lighter one.
WEIGHT = {Reason.UNSUBSCRIBED: 1, Reason.BOUNCED: 2, Reason.MANUAL: 3, Reason.COMPLAINED: 4}


def subscribe(
    list: MailingList,
    email: str,
    *,
    name: str = "",
    via: str,
    consent: str = "",
    came_by: str = "",
    network: str = "",
    now: datetime,
) -> None:
    """Note that somebody wants *list*; a confirmation mail may become due.

    *came_by*: the channel whose link led here. *network*: the IP address that asked, for the
    limit. Raises BadInput for what is no address and for too many from one network; anything else
    ends the same way for everybody.
    """
    address = of_a_person(email)
    if network and not limits.allow("sign-up", network, site().subscribe.per_address_hour, now):
        raise BadInput("Too many sign-ups from your network.", "Please try again in an hour.")
    with transaction.atomic():
        ban = Suppression.objects.filter(address=address.key).first()
        if ban is not None and ban.reason not in FORGIVEN:
            return
        asked = _ask(list, address, name, now)
        if asked.status == Status.CONFIRMED and ban is None:
            return
        asked.status, asked.created_at = Status.PENDING, now
        asked.confirmed_at = asked.unsubscribed_at = None
        asked.via, asked.consent, asked.came_by = via, consent, came_by
        asked.network_hash = limits.network_hash(network)
        if ban is None and not site().subscribe.double_opt_in:
            _confirm(asked, now)
        elif _deserves_mail(asked, now):
            asked.confirm_due = limits.next_mail(now)
        asked.save()


def enrol(
    list: MailingList,
    email: str,
    *,
    name: str = "",
    via: str,
    consent: str = "",
    now: datetime,
) -> Subscription:
    """Add a reader for whose consent an editor answers: confirmed at once, no mail.

    Raises BadInput for somebody who has left the list or is suppressed: only they can come back.
    """
    address = of_a_person(email)
    with transaction.atomic():
        if (ban := Suppression.objects.filter(address=address.key).first()) is not None:
            raise BadInput(f"{address.email} is suppressed ({ban.reason}).", _THEMSELVES)
        asked = _ask(list, address, name, now)
        if asked.status == Status.UNSUBSCRIBED:
            raise BadInput(f"{address.email} has unsubscribed from {list}.", _THEMSELVES)
        if asked.status == Status.PENDING:
            asked.via, asked.consent = via, consent
            _confirm(asked, now)
            asked.save()
    return asked


_THEMSELVES = "They can come back by themselves, on the subscribe page."


def confirm(subscription: Subscription, now: datetime) -> None:
    """The reader pressed the button in our mail: the address is theirs. Repeatable.

    Raises BadInput when the mail is too old, or when they have left since.
    """
    with transaction.atomic():
        row = _locked(subscription)
        if row.status == Status.CONFIRMED:
            return
        if (reason := refusal(row, now)) is not None:
            raise reason
        _confirm(row, now)
        row.save()
        _forgive(row.subscriber)
    log.info("%s confirmed %s", row.subscriber, row.list)


_AGAIN = "Please subscribe again: we will send you a fresh one."


def refusal(subscription: Subscription, now: datetime) -> BadInput | None:
    """Why it cannot be confirmed any more; None when it can, or has been."""
    if subscription.status == Status.UNSUBSCRIBED:
        return BadInput("You have unsubscribed since this mail was sent.", _AGAIN)
    if subscription.status == Status.PENDING and expired(subscription, now):
        return BadInput("This link has expired.", _AGAIN)
    return None


def expired(subscription: Subscription, now: datetime) -> bool:
    """Whether the confirmation mail is older than its link is good for."""
    asked = max(subscription.created_at, subscription.confirm_sent_at or subscription.created_at)
    return now > asked + timedelta(days=site().subscribe.confirm_days)


def unsubscribe(subscription: Subscription, now: datetime, everything: bool = False) -> None:
    """The reader leaves this list, or *everything* for good. Repeatable."""
    if everything:
        leave(subscription.subscriber, now)
    elif _leave(Subscription.objects.filter(pk=subscription.pk), now):
        log.info("%s unsubscribed from %s", subscription.subscriber, subscription.list)


def leave(subscriber: Subscriber, now: datetime) -> None:
    """The reader wants no mail any more, from no list. Repeatable."""
    with transaction.atomic():
        _leave(subscriber.subscriptions.all(), now)
        suppress(subscriber.address, Reason.UNSUBSCRIBED, "by themselves", now)
    log.info("%s unsubscribed from everything", subscriber)


def resubscribe(subscription: Subscription, now: datetime) -> None:
    """Take an unsubscription back, from the page that did it. Repeatable."""
    with transaction.atomic():
        row = _locked(subscription)
        # Only what was confirmed before: a pending one has never shown that the address is theirs.
        if row.status != Status.UNSUBSCRIBED or row.confirmed_at is None:
            return
        row.status, row.unsubscribed_at = Status.CONFIRMED, None
        row.save()
        _forgive(row.subscriber)


def prefer(subscriber: Subscriber, wanted_lists: Collection[MailingList], now: datetime) -> None:
    """Make *wanted_lists* what the reader gets, of those :func:`offered`; the link proved who."""
    wanted = {chosen.pk for chosen in wanted_lists}
    with transaction.atomic():
        for choice in offered(subscriber):
            if choice.pk in wanted:
                _want(subscriber, choice, now)
            else:
                _leave(Subscription.objects.filter(subscriber=subscriber, list=choice), now)
        if wanted:
            _forgive(subscriber)


def offered(subscriber: Subscriber) -> list[MailingList]:
    """The lists a reader may choose from: the public ones, and those they already know."""
    known = MailingList.objects.filter(subscriptions__subscriber=subscriber)
    return [*(MailingList.objects.filter(public=True) | known).distinct()]


def suppress(address: str, reason: str, detail: str, now: datetime) -> None:
    """Write to *address* no more, for a Suppression.Reason. Repeatable; the weightiest stays."""
    given = {"reason": reason, "detail": detail, "created_at": now}
    with transaction.atomic():
        row, fresh = Suppression.objects.get_or_create(address=canonical(address), defaults=given)
        if not fresh and WEIGHT[Reason(reason)] > WEIGHT[Reason(row.reason)]:
            Suppression.objects.filter(pk=row.pk).update(**given)


def lift(address: str) -> bool:
    """Allow mail to *address* again; says whether it was suppressed."""
    gone, _ = Suppression.objects.filter(address=canonical(address)).delete()
    return gone > 0


def _ask(list: MailingList, address: Address, name: str, now: datetime) -> Subscription:
    """The subscription, made where there is none; a stranger cannot rename who we know."""
    person, _ = Subscriber.objects.get_or_create(
        address=address.key,
        defaults={"email": address.email, "name": name.strip()[:200], "created_at": now},
    )
    asked, _ = Subscription.objects.get_or_create(
        subscriber=person, list=list, defaults={"created_at": now}
    )
    return _locked(asked)


def _confirm(row: Subscription, now: datetime) -> None:
    row.status, row.confirmed_at, row.unsubscribed_at = Status.CONFIRMED, now, None
    row.confirm_due, row.confirm_tries, row.confirm_error = None, 0, ""


def _deserves_mail(asked: Subscription, now: datetime) -> bool:
    """Whether a confirmation mail is to go to this address, counted over all lists.

    One mail is enough for several lists: its page shows all that wait for an answer.
    """
    unanswered = Subscription.objects.filter(subscriber=asked.subscriber_id).exclude(
        status=Status.CONFIRMED
    )
    sent = unanswered.aggregate(
        last=Max("confirm_sent_at"), due=Max("confirm_due"), tries=Sum("confirm_tries")
    )
    return sent["due"] is None and limits.may_mail(sent["last"], sent["tries"] or 0, now)


def _want(subscriber: Subscriber, choice: MailingList, now: datetime) -> None:
    row, _ = Subscription.objects.get_or_create(
        subscriber=subscriber,
        list=choice,
        defaults={"created_at": now, "via": "preferences", "consent": "chosen in the preferences"},
    )
    if row.status != Status.CONFIRMED:
        _confirm(row, now)
        row.save()


def _leave(mine: QuerySet[Subscription], now: datetime) -> int:
    return mine.exclude(status=Status.UNSUBSCRIBED).update(
        status=Status.UNSUBSCRIBED, unsubscribed_at=now, confirm_due=None
    )


def _forgive(subscriber: Subscriber) -> None:
    Suppression.objects.filter(address=subscriber.address, reason__in=FORGIVEN).delete()


def _locked(subscription: Subscription) -> Subscription:
    """The row as it stands now, held until the transaction ends."""
    return (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("subscriber", "list")
        .get(pk=subscription.pk)
    )
