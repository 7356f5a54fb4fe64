"""Subscribers: find one, see what they get and got, add, unsubscribe, suppress."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from syndicate.audience import subscribe
from syndicate.audience.models import MailingList, Subscriber, Subscription, Suppression
from syndicate.audience.zone import live_in
from syndicate.lib import clock
from syndicate.lib.errors import SyndicateError
from syndicate.web.desk.act import act
from syndicate.web.desk.page import page, rows


class AddForm(forms.Form):
    """A person to add."""

    email = forms.CharField(max_length=320, label="Address", widget=forms.EmailInput)
    name = forms.CharField(max_length=200, required=False)
    list = forms.ModelChoiceField(MailingList.objects.all(), empty_label=None)
    consent = forms.CharField(
        required=False,
        max_length=500,
        label="How they agreed",
        help_text="Like “signed up at the spring fair”: then they are a reader at once. "
        "Empty: they get a mail and confirm it themselves.",
    )


@require_safe
def subscribers(request: HttpRequest) -> HttpResponse:
    """Those that match ``?q=``, or all."""
    words = request.GET.get("q", "").strip()
    found = search(words).prefetch_related("subscriptions__list")
    listed = rows(request, found)
    banned = set(
        Suppression.objects.filter(address__in=[one.address for one in listed]).values_list(
            "address", flat=True
        )
    )
    return page(request, "subscribers", rows=listed, q=words, banned=banned)


def search(words: str) -> QuerySet[Subscriber]:
    """By a part of address or name."""
    if not words:
        return Subscriber.objects.all()
    return Subscriber.objects.filter(
        Q(address__icontains=words) | Q(email__icontains=words) | Q(name__icontains=words)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def subscriber_new(request: HttpRequest) -> HttpResponse:
    """Add one person: a reader at once when they are known to agree, else asked by mail."""
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _add(**form.cleaned_data))
            return redirect("desk:subscribers")
        except SyndicateError as error:
            form.add_error("email", str(error))
    status = 422 if form.errors else 200
    return page(request, "subscriber_new", status, section="subscribers", form=form)


def _add(email: str, name: str, list: MailingList, consent: str) -> str:
    now = clock.now()
    if consent:
        subscribe.enrol(list, email, name=name, via="desk", consent=consent, now=now)
        return f"{email} reads {list} from now on."
    subscribe.subscribe(list, email, name=name, via="desk", now=now)
    return f"{email} is asked by mail to confirm."


@require_safe
def subscriber(request: HttpRequest, pk: int) -> HttpResponse:
    """One person."""
    one = get_object_or_404(Subscriber, pk=pk)
    return page(
        request,
        "subscriber",
        section="subscribers",
        subscriber=one,
        subscriptions=one.subscriptions.select_related("list"),
        suppression=Suppression.objects.filter(address=one.address).first(),
        deliveries=one.deliveries.select_related("edition__newsletter")
        .defer("edition__html", "edition__text")
        .order_by("-edition__started_at", "-edition")[:20],
    )


Deed = Callable[[Subscriber, HttpRequest, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "unsubscribe": (
        lambda s, r, now: subscribe.unsubscribe(_of(s, r), now),
        "Unsubscribed.",
    ),
    "suppress": (
        lambda s, r, now: subscribe.suppress(
            s.address, Suppression.Reason.MANUAL, f"by {r.user.get_username()}", now
        ),
        "Nothing is sent to this address any more.",
    ),
    "move": (
        lambda s, r, now: live_in(s, r.POST.get("timezone", "")),
        "Newsletters with certain hours go by this clock.",
    ),
    "lift": (lambda s, r, now: subscribe.lift(s.address), "Mail may be sent there again."),
}


@require_POST
def subscriber_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done), one = ACTS[word], get_object_or_404(Subscriber, pk=pk)
    back = reverse("desk:subscriber", args=[pk])
    return act(request, lambda: deed(one, request, clock.now()), done, back)


def _of(one: Subscriber, request: HttpRequest) -> Subscription:
    """The subscription the form names, if it is theirs."""
    named = request.POST.get("subscription", "")
    return get_object_or_404(one.subscriptions, pk=int(named) if named.isdecimal() else 0)
