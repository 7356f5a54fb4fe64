"""The first page: what goes wrong, what waits, what happens next, what was new."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from syndicate import health
from syndicate.lib import clock
from syndicate.lib.status import Status
from syndicate.mail.models import Edition, Slot
from syndicate.social.correction import Correction
from syndicate.social.models import Post
from syndicate.sources.models import Article
from syndicate.web.desk.coming import coming
from syndicate.web.desk.page import page

FEW = 6
OF_SENDING = {"H04", "H25", "H27"}  # what the page about sending tells more of
WAITING = 4  # of each kind; the menu tells how many there are


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything an editor wants to know on arriving."""
    now = clock.now()
    editions = Edition.objects.select_related("newsletter").defer("html", "text")
    posts = Post.objects.select_related("account", "article")
    problems = health.problems(now)
    copied = any(problem.id == "H04" for problem in problems)
    return page(
        request,
        "home",
        problems=[(problem, place(problem)) for problem in problems],
        held_editions=editions.filter(status=Status.HELD).annotate(count=Count("entries"))[
            :WAITING
        ],
        held_posts=posts.filter(status=Status.HELD)[:WAITING],
        corrections=_corrections(),
        held_articles=Article.objects.filter(state=Article.State.HELD)[:WAITING],
        copied=copied,
        coming=[] if copied else coming(now),
        articles=Article.objects.select_related("source")[:FEW],
        sent=editions.filter(status__in=[Status.SENDING, Status.SENT]).order_by("-started_at")[:3],
        posted=posts.filter(status=Status.SENT).order_by("-published_at")[:FEW],
        silences=Slot.objects.select_related("newsletter").exclude(outcome=Slot.Outcome.COMPOSED)[
            :3
        ],
    )


def _corrections() -> QuerySet[Correction]:
    """Posts that no longer say what their articles say."""
    held = Correction.objects.filter(status=Status.HELD)
    return held.select_related("post__account", "post__article")[:WAITING]


def place(problem: health.Problem) -> str:
    """The page that shows a problem's row, or where mail leaves; empty where there is none."""
    if problem.where is not None:
        return reverse(f"desk:{problem.where.kind}", args=[problem.where.pk])
    return reverse("desk:ways") if problem.id in OF_SENDING else ""
