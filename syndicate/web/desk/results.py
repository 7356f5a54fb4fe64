"""What each account brought, over a stretch of time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from syndicate.lib import clock
from syndicate.social.charge import dollars
from syndicate.social.results import results as found
from syndicate.web.desk.accounts import labels
from syndicate.web.desk.page import page

SPANS = {"week": 7, "month": 30, "year": 365}


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """By ``?show=`` a week, a month, a year."""
    show = request.GET.get("show", "month")
    days = SPANS.get(show, SPANS["month"])
    told = found(clock.now(), days)
    return page(request, "results", results=told, labels=labels(), show=show, dollars=dollars)
