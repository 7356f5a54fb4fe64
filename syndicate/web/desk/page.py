"""A page of the desk: a template, what the view found, and what stands on every page."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

from django.contrib.messages import get_messages
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from syndicate.lib import clock
from syndicate.lib.status import Status
from syndicate.mail.models import Edition
from syndicate.social.models import Post
from syndicate.sources.models import Article
from syndicate.web.desk.moment import moment

ROWS = 25
AnyRow = TypeVar("AnyRow", bound=Model)


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render ``templates/desk/<template>.html``."""
    shared = {
        "moment": partial(moment, now=clock.now()),
        "notes": get_messages(request),
        "waits": waits() if request.user.is_authenticated else {},
        "section": template.partition("_")[0],
    }
    return render(request, f"desk/{template}.html", shared | context, status=status)


def waits() -> dict[str, int]:
    """How many of each kind wait for an editor; stands beside their names in the menu."""
    return {
        "editions": Edition.objects.filter(status=Status.HELD).count(),
        "posts": Post.objects.filter(status=Status.HELD).count(),
        "articles": Article.objects.filter(state=Article.State.HELD).count(),
    }


def rows(request: HttpRequest, found: QuerySet[AnyRow], many: int = ROWS) -> Page[AnyRow]:
    """The part of *found* that ``?page=`` asks for; nonsense gives the first or the last."""
    return Paginator(found, many).get_page(request.GET.get("page"))
