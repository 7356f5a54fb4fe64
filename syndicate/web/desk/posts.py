"""Posts: each as it will stand, with its count; edit, approve, hold, retry.

held ─ edit ─ approve ─→ queued ─→ sent (permalink) | deferred | failed | unknown
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
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
from syndicate.social import charge, editorial
from syndicate.social.channels import rules
from syndicate.social.channels.base import Channel
from syndicate.social.channels.message import Part
from syndicate.social.correction import Correction
from syndicate.social.models import Post
from syndicate.social.offer import can
from syndicate.social.write import Count, cost, count
from syndicate.web.desk.accounts import labels, spending
from syndicate.web.desk.act import act, by
from syndicate.web.desk.moment import moment
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
    further: list[Card] = field(default_factory=list)  # the other parts of a thread
    cost: str = ""  # in dollars, of all of it; "" where it costs nothing
    spending: str = ""  # what the account spent this month, where that is asked for


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


def card(post: Post, texts: Sequence[str] | None = None) -> Card:
    """*texts*, or the post's own, as its platform shows, counts and charges them."""
    first, *others = post.texts if texts is None else texts
    try:
        channel, price = rules(post.account), cost(post)
        further = [_part(post, channel, text) for text in others]
        told = charge.dollars(price) if price else ""
        return replace(_part(post, channel, first), further=further, cost=told)
    except SyndicateError as error:
        plain = [Card(post, None, [Part(text)]) for text in others]
        return Card(post, None, [Part(first)], str(error), plain)


def _part(post: Post, channel: Channel, text: str) -> Card:
    return Card(post, count(post.account, text), channel.parts(text))


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an edited text; ``then=approve`` lets it go as well."""
    one, approved = _get(pk), request.POST.get("then") == "approve"
    texts, done = _texts(request, one), "Saved."
    try:
        if texts != one.texts:
            editorial.edit(one, texts[0], clock.now(), texts[1:])
        if approved:
            done = _approve(one, request, clock.now())
    except SyndicateError as error:
        messages.error(request, str(error))
        return _show(request, one, texts, status=422)
    messages.success(request, done)
    return redirect("desk:post", pk)


@require_POST
def post_count(request: HttpRequest, pk: int) -> HttpResponse:
    """How long a text is, while it is typed; by POST, so that no draft stands in a log."""
    counted = card(_get(pk), [_line_ends(request.POST.get("text", ""))]).count
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


def _approve(post: Post, request: HttpRequest, now: datetime) -> str:
    """Let it go; when that will be, in words."""
    editorial.approve(post, by(request), now)
    if post.due_at is None or post.due_at <= now:
        return "Approved: it is posted now."
    return f"Approved: it is posted {moment(post.due_at, now)}, as the account’s hours have it."


Deed = Callable[[Post, HttpRequest, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "approve": (lambda p, r, now: _approve(p, r, now), ""),
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
    request: HttpRequest, one: Post, texts: Sequence[str] | None = None, status: int = 200
) -> HttpResponse:
    editable = one.status in EDITABLE
    others = _all().filter(article=one.article_id).exclude(pk=one.pk)
    shown = card(one, texts)
    if editable and shown.cost:
        shown = replace(shown, spending=spending(one.account, clock.now()))
    label = labels().get(one.account.channel, one.account.channel)
    undone = one.corrections.exclude(status__in=[Status.CANCELLED, Status.SENT])
    mends = [(each, can(one, each.kind)) for each in undone]
    context = {
        "card": shown, "label": label, "editable": editable, "mends": mends,
        "texts": one.texts if texts is None else texts,
        "removable": one.status == Status.SENT and not one.removed_at and not mends
        and can(one, Correction.Kind.DELETE),
    }  # fmt: skip
    return page(request, "post", status, section="posts", post=one, others=others, **context)


def _texts(request: HttpRequest, one: Post) -> list[str]:
    """What was typed: the post, and the parts of a thread that it has."""
    further = request.POST.getlist("part") if "part" in request.POST else one.thread
    return [_line_ends(text) for text in [request.POST.get("text", ""), *further]]


def _line_ends(text: str) -> str:
    """A browser sends every line break as two characters."""
    return text.replace("\r\n", "\n").strip()
