"""Sources: find one at an address, look at what it holds, watch it, pause it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from syndicate.lib import clock
from syndicate.lib.errors import SyndicateError
from syndicate.sources import editorial
from syndicate.sources.add import add_source
from syndicate.sources.detect import peek
from syndicate.sources.discover import Candidate, discover
from syndicate.sources.models import Article, Source
from syndicate.sources.readers.base import Entry
from syndicate.web.desk.act import act
from syndicate.web.desk.page import page

FEW = 5


class AddressForm(forms.Form):
    """Where to look."""

    url = forms.CharField(
        max_length=2000,
        label="Address",
        help_text="Of the site or of its feed, like example.org.",
        # No type="url": a browser would refuse a bare host name, which we complete.
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "off"}),
    )


class WatchForm(forms.Form):
    """One of the feeds that were found."""

    url = forms.CharField(max_length=2000)
    name = forms.CharField(max_length=200, required=False)
    newest = forms.IntegerField(min_value=0, max_value=50, required=False)


@dataclass(frozen=True)
class Found:
    """A feed, and the articles it holds."""

    candidate: Candidate
    articles: list[Entry]


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """All of them, how they are and when they are looked at next."""
    fresh = Count("articles", filter=Q(articles__state=Article.State.NEW))
    found = Source.objects.annotate(count=Count("articles"), fresh=fresh)
    return page(request, "sources", sources=found)


@require_http_methods(["GET", "HEAD", "POST"])
def source_new(request: HttpRequest) -> HttpResponse:
    """Ask for an address; show what is found there, with its articles."""
    form = AddressForm(request.POST or None)
    found: list[Found] = []
    if request.method == "POST" and form.is_valid():
        try:
            offered = discover(form.cleaned_data["url"], clock.now())[:FEW]
            found = [Found(one, latest(one)) for one in offered]
            if not found:
                form.add_error("url", "No feed was found there. Name the feed’s own address.")
        except SyndicateError as error:
            form.add_error("url", str(error))
    status = 422 if form.errors else 200
    return page(request, "source_new", status, section="sources", form=form, found=found)


def latest(candidate: Candidate) -> list[Entry]:
    """What stands there now, newest first; nothing of it is kept."""
    now = clock.now()
    unsaved = Source(kind=candidate.kind, url=candidate.url, created_at=now, next_check=now)
    return [find.entry for find in reversed(peek(unsaved, now).finds)][:FEW]


@require_POST
def source_add(request: HttpRequest) -> HttpResponse:
    """Watch it."""
    form = WatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Please choose one of the feeds, and a number from 0 to 50.")
        return redirect("desk:source_new")
    given = form.cleaned_data
    try:
        made = add_source(
            given["url"], name=given["name"], newest=given["newest"] or 0, now=clock.now()
        )
    except SyndicateError as error:
        messages.error(request, str(error))
        return redirect("desk:source_new")
    messages.success(request, f"{made} is watched from now on.")
    return redirect("desk:source", made.pk)


@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One: its health and its articles."""
    one = get_object_or_404(Source, pk=pk)
    counts = dict(one.articles.order_by().values_list("state").annotate(n=Count("pk")))
    return page(
        request,
        "source",
        section="sources",
        source=one,
        counts=counts,
        articles=one.articles.defer("body")[:15],
    )


Deed = Callable[[Source, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "look": (editorial.look_now, "It is looked at now."),
    "pause": (lambda s, now: editorial.pause(s), "Paused: it is not looked at."),
    "resume": (editorial.resume, "It is watched again."),
}


@require_POST
def source_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done), one = ACTS[word], get_object_or_404(Source, pk=pk)
    back = reverse("desk:source", args=[pk])
    return act(request, lambda: deed(one, clock.now()), done, back)
