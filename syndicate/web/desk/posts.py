"""Posts: each as it will stand, with its count; edit, approve, hold, retry.

held ─ edit ─ approve ─→ queued ─→ sent (permalink) | deferred | failed | unknown
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from syndicate.lib import clock
from syndicate.lib.errors import SyndicateError
from syndicate.lib.status import Status
from syndicate.social import editorial
from syndicate.social.channels import rules
from syndicate.social.channels.message import Part
from syndicate.social.correction import Correction
from syndicate.social.models import Post
from syndicate.social.offer import can
from syndicate.social.write import Count, count
from syndicate.web.desk.accounts import labels
from syndicate.web.desk.act import act, by
from syndicate.web.desk.page import page, rows

SHOWN = {
    "waiting": [Status.HELD],
    "going": [Status.QUEUED, Status.SENDING, Status.DEFERRED],
    "sent": [Status.SENT],
    "trouble": [Status.FAILED, Status.REJECTED, Status.UNKNOWN],
    "all": list(Status),
}
EDITABLE = (Status.HELD, Status.QUEUED, Status.DEFERRED, Status.FAILED)
CARDS = 12


@dataclass(frozen=True)
class Card:
    """A post beside what its platform counts; *error* where the platform cannot be asked."""

    post: Post
    count: Count | None
    parts: list[Part]  # the text as readers see it, links told apart
    error: str = ""


@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """Those that wait, as cards; by ``?show=`` any others."""
    show = request.GET.get("show", "waiting")
    found = _all().filter(status__in=SHOWN.get(show, SHOWN["waiting"]))
    listed = rows(request, found, CARDS)
    cards = [card(post) for post in listed]
    return page(request, "posts", rows=listed, cards=cards, labels=labels(), show=show)


@require_safe
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """One post: its text to edit while it waits, its fate when it went."""
    return _show(request, _get(pk))


def card(post: Post, text: str | None = None) -> Card:
    """*text*, or the post's own, as its platform shows and counts it."""
    text = post.text if text is None else text
    try:
        return Card(post, count(post.account, text), rules(post.account).parts(text))
    except SyndicateError as error:
        return Card(post, None, [Part(text)], str(error))


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an edited text; ``then=approve`` lets it go as well."""
    one, text, approved = _get(pk), _text(request), request.POST.get("then") == "approve"
    try:
        if text != one.text:
            editorial.edit(one, text, clock.now())
        if approved:
            editorial.approve(one, by(request), clock.now())
    except SyndicateError as error:
        messages.error(request, str(error))
        return _show(request, one, text, status=422)
    messages.success(request, "Approved: it is posted now." if approved else "Saved.")
    return redirect("desk:post", pk)


@require_POST
def post_count(request: HttpRequest, pk: int) -> HttpResponse:
    """How long a text is, while it is typed; by POST, so that no draft stands in a log."""
    counted = card(_get(pk), _text(request)).count
    if counted is None:
        return JsonResponse({}, status=409)
    told = {"length": counted.length, "limit": counted.limit, "over": counted.over}
    return JsonResponse(told)


@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """An editor has looked: it stands there (``permalink``), or it does not and goes again."""
    one, posted = _get(pk), request.POST.get("posted") == "yes"
    link = request.POST.get("permalink", "").strip()

    def deed() -> None:
        editorial.resolve_unknown(one, posted, permalink=link, now=clock.now())

    done = "Noted: it is there." if posted else "It is posted again."
    return act(request, deed, done, reverse("desk:post", args=[pk]))


Deed = Callable[[Post, HttpRequest, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "approve": (lambda p, r, now: editorial.approve(p, by(r), now), "Approved: it is posted now."),
    "hold": (lambda p, r, now: editorial.hold(p), "Taken back: it waits for you again."),
    "cancel": (lambda p, r, now: editorial.cancel(p), "It will not be posted."),
    "retry": (lambda p, r, now: editorial.retry(p, now), "It is tried once more."),
}


@require_POST
def post_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done), one = ACTS[word], _get(pk)
    back = reverse("desk:post", args=[pk])
    return act(request, lambda: deed(one, request, clock.now()), done, back)


def _all() -> QuerySet[Post]:
    return Post.objects.select_related("account", "article__source", "approved_by")


def _get(pk: int) -> Post:
    return get_object_or_404(_all(), pk=pk)


def _show(
    request: HttpRequest, one: Post, text: str | None = None, status: int = 200
) -> HttpResponse:
    written = one.text if text is None else text
    editable = one.status in EDITABLE
    others = _all().filter(article=one.article_id).exclude(pk=one.pk)
    shown = card(one, written)
    label = labels().get(one.account.channel, one.account.channel)
    undone = one.corrections.exclude(status__in=[Status.CANCELLED, Status.SENT])
    mends = [(each, can(one, each.kind)) for each in undone]
    context = {
        "card": shown, "text": written, "editable": editable, "label": label, "mends": mends,
        "removable": one.status == Status.SENT and not one.removed_at and not mends
        and can(one, Correction.Kind.DELETE),
    }  # fmt: skip
    return page(request, "post", status, section="posts", post=one, others=others, **context)


def _text(request: HttpRequest) -> str:
    """The typed text; a browser sends every line break as two characters."""
    return request.POST.get("text", "").replace("\r\n", "\n").strip()
