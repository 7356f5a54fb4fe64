"""Newsletters: sources + list + rhythm; made and changed here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import ClassVar
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from syndicate.audience.models import MailingList
from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.mail import editorial
from syndicate.mail.compose import preview_next
from syndicate.mail.models import Newsletter
from syndicate.mail.newsletter import change, pause, resume, set_up
from syndicate.mail.window import check
from syndicate.web.desk.act import act
from syndicate.web.desk.page import page

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RHYTHMS = [
    (Newsletter.Rhythm.ARTICLE, "each article at once"),
    (Newsletter.Rhythm.HOURLY, "hourly, when there is news"),
    (Newsletter.Rhythm.DAILY, "daily, when there is news"),
    (Newsletter.Rhythm.WEEKLY, "weekly, when there is news"),
]
APPROVALS = [
    (Newsletter.Approval.HOLD, "an editor approves each edition"),
    (Newsletter.Approval.AUTO, "editions go out by themselves"),
]


class NewsletterForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What an editor may set."""

    list = forms.ModelChoiceField(
        MailingList.objects.all(), empty_label=None, label="To the readers of"
    )
    rhythm = forms.ChoiceField(choices=RHYTHMS, label="An edition")
    weekday = forms.TypedChoiceField(choices=tuple(enumerate(DAYS)), coerce=int, label="On")
    approval = forms.ChoiceField(choices=APPROVALS, label="Who lets it go")

    class Meta:
        model = Newsletter
        fields = (
            "name", "list", "sources", "rhythm", "at", "weekday", "timezone", "approval",
            "window_from", "window_until", "subject", "intro", "max_articles", "from_name",
            "from_address", "reply_to", "template",
        )  # fmt: skip
        widgets: ClassVar = {
            "sources": forms.CheckboxSelectMultiple,
            "at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "window_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "window_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "intro": forms.Textarea(attrs={"rows": 3}),
        }
        labels: ClassVar = {
            "at": "At",
            "timezone": "Time zone",
            "window_from": "Arrives from",
            "window_until": "Until",
            "max_articles": "At most this many articles",
            "from_name": "Sender’s name",
            "from_address": "Sender’s address",
            "reply_to": "Replies to",
        }
        help_texts: ClassVar = {
            "sources": "None chosen means all of them.",
            "at": "Local time. Hourly editions use its minutes alone.",
            "weekday": "For weekly editions.",
            "timezone": "Like Europe/Berlin. Empty: the publication’s.",
            "window_from": "By each reader’s own clock. Neither: at any time.",
            "window_until": "What has not gone by then goes on the next day.",
            "subject": "Empty: the first article’s title. "
            "Or a line like {{ newsletter }}: {{ articles[0].title }}; "
            "{{ reader.name or 'you' }} may stand in it.",
            "intro": "What each edition’s intro begins as.",
            "max_articles": "The rest waits for the next edition.",
            "from_name": "Empty: as in the configuration.",
            "from_address": "Empty: as in the configuration.",
            "reply_to": "Empty: the publication’s contact.",
            "template": "A file in templates/mail, without its ending.",
        }

    def clean_timezone(self) -> str:
        """A zone that exists, or none."""
        zone: str = self.cleaned_data["timezone"].strip()
        if zone and zone not in available_timezones():
            raise forms.ValidationError("There is no such time zone. Name one like Europe/Berlin.")
        return zone

    def clean_window_until(self) -> time | None:
        """Both ends of the hours, or neither."""
        until: time | None = self.cleaned_data["window_until"]
        try:
            check(self.cleaned_data.get("window_from"), until)
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error
        return until


@require_safe
def newsletters(request: HttpRequest) -> HttpResponse:
    """All of them, with what each does."""
    found = Newsletter.objects.select_related("list").annotate(
        editions_made=Count("editions"), last=Max("editions__composed_at")
    )
    return page(request, "newsletters", newsletters=found, rhythms=dict(RHYTHMS))


@require_http_methods(["GET", "HEAD", "POST"])
def newsletter_new(request: HttpRequest) -> HttpResponse:
    """A new one; what is published from now on belongs to it."""
    form = NewsletterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = set_up(form.save(commit=False), form.cleaned_data["sources"], clock.now())
        messages.success(request, f"{made} is set up. Articles found from now on go into it.")
        return redirect("desk:newsletter", made.pk)
    status = 422 if form.errors else 200
    return page(request, "newsletter_new", status, section="newsletters", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def newsletter(request: HttpRequest, pk: int) -> HttpResponse:
    """One: what comes next, its settings, what its past slots became."""
    one = get_object_or_404(Newsletter.objects.select_related("list"), pk=pk)
    form = NewsletterForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        sources = given.pop("sources")
        # Not the form's newsletter, which the form has changed already.
        change(Newsletter.objects.get(pk=pk), given, sources, clock.now())
        messages.success(request, "Saved.")
        return redirect("desk:newsletter", pk)
    return page(
        request,
        "newsletter",
        422 if form.errors else 200,
        section="newsletters",
        newsletter=Newsletter.objects.select_related("list").get(pk=pk),
        form=form,
        planned=None if form.errors else preview_next(one, clock.now()),
        rhythms=dict(RHYTHMS),
        days=DAYS,
        slots=one.slots.all()[:10],
        editions=one.editions.defer("html", "text")[:5],
    )


Deed = Callable[[Newsletter, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "compose": (lambda n, now: _compose(n, now), ""),
    "pause": (lambda n, now: pause(n), "Paused: nothing is composed."),
    "resume": (lambda n, now: resume(n, now), "It is at work again."),
}


@require_POST
def newsletter_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done), one = ACTS[word], get_object_or_404(Newsletter, pk=pk)
    back = reverse("desk:newsletter", args=[pk])
    return act(request, lambda: deed(one, clock.now()), done, back)


def _compose(one: Newsletter, now: datetime) -> str:
    made = editorial.compose_now(one, now)
    return "Composed " + ", ".join(f"“{edition}”" for edition in made) + "."
