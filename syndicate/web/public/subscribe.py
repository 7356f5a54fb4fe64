"""Signing up: on our own page, in a frame, and from a form on any other site.

Who asks gets the same answer whether we know the address or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from syndicate.audience import subscribe as audience
from syndicate.audience.links import absolute
from syndicate.audience.models import MailingList
from syndicate.audience.name import name as tidy
from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.web.headers import embeddable
from syndicate.web.public.arrivals import came_by, counting
from syndicate.web.public.choice import choices
from syndicate.web.public.page import answering, page, readable
from syndicate.web.public.signup import SignUp, blank, read
from syndicate.web.visitor import network

CONSENT = "I want to receive “{list}” by mail, and can stop it at any time."


@answering
@counting
def subscribe(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The form, for one list or with a choice of all public ones."""
    return _form(request, _offered(slug), "form")


@answering
@counting
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The same in little, for a frame on another site."""
    return embeddable(_form(request, _offered(slug), "embed"))


@readable
def snippet(request: HttpRequest, slug: str) -> HttpResponse:
    """What to copy into another site's page."""
    (wanted,) = _offered(slug)
    frame, form = absolute(f"/embed/{slug}"), absolute(f"/subscribe/{slug}")
    arrived = absolute("/arrived")
    return page(request, "snippet", list=wanted, frame=frame, form=form, arrived=arrived)


def _form(request: HttpRequest, offered: Sequence[MailingList], via: str) -> HttpResponse:
    now = clock.now()
    if request.method != "POST":
        return _shown(request, offered, blank(offered, now, came_by(request)), via)
    form = read(request.POST, offered, now, came_by(request))
    if not form.trapped and form.error is None:
        form.error = _take(form, via, network(request), now)
    if form.error is not None:
        return _shown(request, offered, form, via, status=400)
    mailed = site().subscribe.double_opt_in
    return page(request, f"{via}_thanks", form=form, mailed=mailed)


def _take(form: SignUp, via: str, network: str, now: datetime) -> BadInput | None:
    try:
        for wanted in form.wanted:
            audience.subscribe(
                wanted,
                form.email,
                name=tidy(form.name),
                via=via,
                consent=CONSENT.format(list=wanted),
                came_by=form.came_by,
                network=network,
                now=now,
            )
    except BadInput as error:
        return error
    return None


def _shown(
    request: HttpRequest, offered: Sequence[MailingList], form: SignUp, via: str, status: int = 200
) -> HttpResponse:
    shown = choices(offered, [wanted.slug for wanted in form.wanted])
    return page(request, via, status, choices=shown, form=form)


def _offered(slug: str) -> list[MailingList]:
    public = MailingList.objects.filter(public=True)
    return [get_object_or_404(public, slug=slug)] if slug else [*public]
