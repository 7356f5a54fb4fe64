"""Which lists a person reads: their own page, opened by a link in each mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from syndicate.audience import links
from syndicate.audience import subscribe as audience
from syndicate.audience.models import Subscriber, Subscription
from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.web.public.choice import choices, ticked
from syndicate.web.public.page import answering, dead_end, own_page


@answering
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what they get; POST saves what is ticked, or leaves everything."""
    try:
        reader = links.subscriber(token)
    except BadInput as error:
        return dead_end(request, error)
    if request.method == "POST":
        _save(reader, request)
    reads = reader.subscriptions.filter(status=Subscription.Status.CONFIRMED)
    offered = choices(audience.offered(reader), reads.values_list("list__slug", flat=True))
    saved = request.method == "POST"
    return own_page(request, "preferences", reader=reader, choices=offered, saved=saved)


def _save(reader: Subscriber, request: HttpRequest) -> None:
    if request.POST.get("act") == "everything":
        audience.leave(reader, clock.now())
    else:
        wanted = ticked(audience.offered(reader), request.POST.getlist("list"))
        audience.prefer(reader, wanted, clock.now())
