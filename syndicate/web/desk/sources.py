"""Sources: find one at an address, see what it would have detected, watch it, pause it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from syndicate.lib import clock
from syndicate.lib.errors import SyndicateError
from syndicate.sources import editorial, push
from syndicate.sources.add import likeliest, watch
from syndicate.sources.discover import Candidate, discover
from syndicate.sources.hand import HAND
from syndicate.sources.knock import inside
from syndicate.sources.models import Article, Source
from syndicate.sources.portrait import label, portrait, remark, telling
from syndicate.sources.readers import READERS
from syndicate.sources.readers.api import without_key
from syndicate.sources.tell import ping_address
from syndicate.web.desk.act import act
from syndicate.web.desk.page import page
from syndicate.web.desk.source_form import CredentialsForm


class AddressForm(CredentialsForm):
    """Where to look; for what is not open to everyone also how to get in."""

    url = forms.CharField(
        max_length=2000,
        label="Address",
        help_text="Of the site, of its feed, or of a page that lists its articles.",
        # No type="url": a browser would refuse a bare host name, which we complete.
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "off"}),
    )
    kind = forms.ChoiceField(choices=[(kind, label(kind)) for kind in READERS], required=False)


class WatchForm(forms.Form):
    """One of those that were found; *site* is the address by which it was."""

    url = forms.CharField(max_length=2000)
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in READERS], required=False)
    site = forms.CharField(max_length=2000, required=False)
    name = forms.CharField(max_length=200, required=False)
    newest = forms.IntegerField(min_value=0, max_value=50, required=False)


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """All of them, how they are and when they are looked at next."""
    fresh = Count("articles", filter=Q(articles__state=Article.State.NEW))
    found = Source.objects.annotate(count=Count("articles"), fresh=fresh)
    return page(request, "sources", sources=found, hand=HAND, shown=without_key)


@require_http_methods(["GET", "HEAD", "POST"])
def source_new(request: HttpRequest) -> HttpResponse:
    """Ask for an address; show all that is found there, the best first, with its articles."""
    form = AddressForm(request.POST or None)
    found: list[Candidate] = []
    if request.method == "POST" and form.is_valid():
        try:
            if form.credentials:
                return _entered(request, form)
            found = discover(form.cleaned_data["url"], clock.now())
        except SyndicateError as error:
            form.add_error("url", str(error))
    status = 422 if form.errors else 200
    told = {"form": form, "found": found, "label": label, "shown": without_key}
    return page(request, "source_new", status, section="sources", **told)


def _entered(request: HttpRequest, form: AddressForm) -> HttpResponse:
    """What is not open to everyone is tried, and watched: no page could show it with a button."""
    now, url, kind = clock.now(), form.cleaned_data["url"], form.cleaned_data["kind"]
    made = watch(inside(url, form.credentials, now, kind), now=now, credentials=form.credentials)
    return _watched(request, made)


def _watched(request: HttpRequest, made: Source) -> HttpResponse:
    messages.success(request, f"{made} is watched from now on.")
    return redirect("desk:source", made.pk)


@require_POST
def source_add(request: HttpRequest) -> HttpResponse:
    """Watch it."""
    form = WatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Please choose one of those found, and a number from 0 to 50.")
        return redirect("desk:source_new")
    given, now = form.cleaned_data, clock.now()
    try:
        found = likeliest(given["url"], now, given["kind"])
        how = {"site_url": given["site"], "name": given["name"], "newest": given["newest"] or 0}
        return _watched(request, watch(found, now=now, **how))
    except SyndicateError as error:
        messages.error(request, str(error))
        return redirect("desk:source_new")


@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One: how it is watched, its health and its articles."""
    one, now = get_object_or_404(Source, pk=pk), clock.now()
    counts = dict(one.articles.order_by().values_list("state").annotate(n=Count("pk")))
    return page(
        request,
        "source",
        section="sources",
        source=one,
        is_site=one.kind != HAND,
        facts=portrait(one, now),
        pushed=push.describe(one, now),
        ping=ping_address(one),
        counts=counts,
        articles=telling(one.articles.defer("body"))[:15],
        remark=partial(remark, now=now),
    )


Deed = Callable[[Source, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "look": (editorial.look_now, "It is looked at now."),
    "pause": (lambda s, now: editorial.pause(s), "Paused: it is not looked at."),
    "resume": (editorial.resume, "It is watched again."),
    "renew": (
        lambda s, now: editorial.renew_ping(s),
        "It has another ping address. Give it to the site: the old one is good no more.",
    ),
}


@require_POST
def source_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done), one = ACTS[word], get_object_or_404(Source, pk=pk)
    back = reverse("desk:source", args=[pk])
    return act(request, lambda: deed(one, clock.now()), done, back)
