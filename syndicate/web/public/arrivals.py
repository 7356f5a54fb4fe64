"""Counting who came by which channel. A number by the day: no cookie, no address, nobody told."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from syndicate.audience.arrival import LONGEST, arrived
from syndicate.lib import clock
from syndicate.social.results import sources

NAME = "utm_source"


def came_by(request: HttpRequest) -> str:
    """The channel whose link led here; "" for none of ours."""
    named = request.POST.get(NAME) or request.GET.get(NAME) or ""
    return named if named and len(named) <= LONGEST and named in sources() else ""


def counting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever looks at this page by a channel's link is counted."""

    @wraps(view)
    def counted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "GET" and NAME in request.GET:
            _count(request)
        return view(request, *args, **kwargs)

    return counted


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "POST"])
def arrival(request: HttpRequest) -> HttpResponse:
    """A page of the publication's own tells that somebody came: ``/arrived?utm_source=…``.

    A browser sends it from another site, without credentials; what it gets back is nothing.
    """
    _count(request)
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
    return HttpResponse(status=204, headers=headers)


def _count(request: HttpRequest) -> None:
    if source := came_by(request):
        arrived(source, clock.now().date())
