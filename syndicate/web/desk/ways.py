"""Sending: the ways out for mail and its destinations, which of them wait, and until when.

Pause (why, until) + Route (which ways there are) + carried (how much went lately) → lines
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from syndicate.engine import instance
from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.mail import carried
from syndicate.mail.going import all_closed
from syndicate.mail.lane import Pause, domain_lane
from syndicate.mail.moving import moving
from syndicate.mail.pause import resume
from syndicate.mail.routes import routes
from syndicate.web.desk.act import act
from syndicate.web.desk.page import page, rows

# A stretch of time as one says it, by its length in seconds.
SPANS = {60: "in the last minute", 3600: "in the last hour", 86400: "in the last day"}


@dataclass(frozen=True)
class Line:
    """One way out: its name, what it is, the pause that closes it, what it carried lately."""

    name: str
    kind: str
    weight: int
    lane: str
    pause: Pause | None
    carried: list[str]


@require_safe
def ways(request: HttpRequest) -> HttpResponse:
    """All ways out, and the destinations that are paused."""
    now = clock.now()
    domains = Pause.objects.in_force(now).filter(lane__startswith=domain_lane(""))
    mail = moving(now)
    return page(
        request,
        "ways",
        lines=lines(now),
        domains=rows(request, domains.order_by("until", "lane")),
        blocked=all_closed(now),
        mail=mail,
        stands_still=mail.stands_still(now),
        doubt=instance.doubt(),
    )


def lines(now: datetime) -> list[Line]:
    """The ways out as configured, each with how it stands."""
    closed = {pause.lane: pause for pause in Pause.objects.in_force(now)}
    return [
        Line(way.name, way.kind, way.weight, way.lane, closed.get(way.lane), lately(way.lane, now))
        for way in routes()
    ]


def lately(lane: str, now: datetime) -> list[str]:
    """“1,200 in the last hour”, for each stretch that is counted, as some limit asks for it."""
    told = carried.lately(now, lane).items()
    return [f"{many:,} {SPANS[span]}" for span, many in sorted(told)]


@require_POST
def lane_resume(request: HttpRequest) -> HttpResponse:
    """Try a paused lane at once."""

    def deed() -> None:
        if not resume(clock.now(), request.POST.get("lane", "")):
            raise BadInput("It is open already.", "Load the page again.")

    return act(request, deed, "It is tried again now.", reverse("desk:ways"))


@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """Go on with a database that was copied or restored."""

    def deed() -> str:
        if instance.doubt() is None:
            raise BadInput("This database is at work here already.", "There is nothing to do.")
        held = instance.adopt(clock.now())
        return f"Work goes on with this database. What waited waits for you: {held} in all."

    return act(request, deed, "", reverse("desk:home"))
