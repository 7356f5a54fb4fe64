"""The page behind the confirmation mail: a button, because scanners open every link in a mail.

One mail may stand for several lists: the page shows all that wait for an answer.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from syndicate.audience import links
from syndicate.audience import subscribe as audience
from syndicate.audience.models import Subscription
from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.web.public.choice import choices, ticked
from syndicate.web.public.page import answering, dead_end, own_page, way

Status = Subscription.Status


@answering
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST confirms what is ticked."""
    try:
        mine = links.subscription(links.CONFIRM, token)
    except BadInput as error:
        return dead_end(request, error)
    if (reason := audience.refusal(mine, clock.now())) is not None:
        return dead_end(request, reason, 410)
    if request.method == "POST":
        return _confirmed(request, mine)
    if mine.status == Status.CONFIRMED:
        return _done(request, mine)
    lists = [row.list for row in _waiting(mine)]
    offered = choices(lists, [wanted.slug for wanted in lists])
    return own_page(request, "confirm", mine=mine, choices=offered)


def _confirmed(request: HttpRequest, mine: Subscription) -> HttpResponse:
    now, waiting = clock.now(), _waiting(mine)
    wanted = ticked([row.list for row in waiting], request.POST.getlist("list")) or [mine.list]
    for row in waiting:
        if row.list in wanted:
            audience.confirm(row, now)
    return _done(request, mine)


def _done(request: HttpRequest, mine: Subscription) -> HttpResponse:
    reads = mine.subscriber.subscriptions.filter(status=Status.CONFIRMED).select_related("list")
    return own_page(
        request,
        "confirmed",
        lists=[row.list for row in reads],
        preferences=way(links.PREFERENCES, mine.subscriber_id),
    )


def _waiting(mine: Subscription) -> list[Subscription]:
    """What this person has not answered yet, the one of this mail first."""
    others = mine.subscriber.subscriptions.filter(status=Status.PENDING).exclude(pk=mine.pk)
    now = clock.now()
    good = [row for row in others.select_related("list") if not audience.expired(row, now)]
    return [mine, *good]
