"""Leaving: a page with a button, and the address that a mail program's own button calls.

GET changes nothing on either, because scanners open every link. The page's token stands in the
mail's text; the one-click token stands in its header alone.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from syndicate.audience import links
from syndicate.audience import subscribe as audience
from syndicate.audience.models import Subscription
from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.web.public.page import answering, dead_end, own_page, page, readable, way


@answering
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks; POST leaves the list, everything, or takes it back."""
    try:
        mine = links.subscription(links.UNSUBSCRIBE, token)
    except BadInput as error:
        return dead_end(request, error)
    act = request.POST.get("act", "") if request.method == "POST" else None
    if act is not None:
        _act(mine, act)
        mine.refresh_from_db(fields=["status"])
    return _shown(request, mine, again=act == "undo")


@answering
def one_click(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: a POST says ``List-Unsubscribe=One-Click`` and expects 200, not a redirect.

    A person who opens the address by hand gets the page with the button.
    """
    try:
        mine = links.subscription(links.ONE_CLICK, token)
    except BadInput as error:
        return dead_end(request, error)
    # The raw body, so that urlencoded, multipart and a missing content type all count.
    if request.method == "POST" and b"one-click" in request.read(4096).lower():
        audience.unsubscribe(mine, clock.now())
        mine.refresh_from_db(fields=["status"])
    return _shown(request, mine)


@readable
def your_mail(request: HttpRequest) -> HttpResponse:
    """Where the personal links of a mail lead when it is read in the archive."""
    return page(request, "your_mail")


def _act(mine: Subscription, act: str) -> None:
    now = clock.now()
    if act == "undo":
        audience.resubscribe(mine, now)
    else:
        audience.unsubscribe(mine, now, everything=act == "everything")


def _shown(request: HttpRequest, mine: Subscription, again: bool = False) -> HttpResponse:
    left = mine.status == Subscription.Status.UNSUBSCRIBED
    return own_page(
        request,
        "unsubscribed" if left else "resubscribed" if again else "unsubscribe",
        mine=mine,
        action=way(links.UNSUBSCRIBE, mine.pk),
        preferences=way(links.PREFERENCES, mine.subscriber_id),
    )
