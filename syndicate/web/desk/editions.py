"""Editions: which there are, one with its preview, and the acts on it.

held ─ edit, arrange, test ─ approve ─→ queued ─→ sending ─→ sent, and its ledger
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from syndicate import health
from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.errors import SyndicateError
from syndicate.lib.status import Status
from syndicate.mail import editorial
from syndicate.mail.going import Obstacle, going
from syndicate.mail.models import Edition
from syndicate.web.desk.act import act, by
from syndicate.web.desk.arrangement import arrangement
from syndicate.web.desk.ledger import Ledger, ledger, troubles
from syndicate.web.desk.page import page, rows
from syndicate.web.desk.proof import concerns, proof

SHOWN = {
    "all": list(Status),
    "waiting": [Status.HELD],
    "going": [Status.QUEUED, Status.SENDING],
    "sent": [Status.SENT],
    "cancelled": [Status.CANCELLED],
}
STILL = {"H01", "H04", "H22"}  # of health: nobody at work, a copy, no outcome for long
CHANGED = "Somebody else changed it meanwhile, as the preview shows. Save again to keep yours."


class Wording(forms.Form):
    """What an editor may write in an edition."""

    subject = forms.CharField(max_length=300, widget=forms.Textarea(attrs={"rows": 1}))
    preheader = forms.CharField(
        max_length=300,
        required=False,
        label="Preview line",
        help_text="What inboxes show after the subject.",
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    intro = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Stands above the articles. An empty line begins a new paragraph.",
    )


class SendAt(forms.Form):
    """When an approved edition goes; empty: now."""

    send_at = forms.DateTimeField(
        required=False,
        label="Send at",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["send_at"].help_text = f"In {site().publication.timezone} time."
        # The button beside it needs it; the one for now does not.
        self.fields["send_at"].required = "later" in self.data


@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """The list, newest first."""
    show = request.GET.get("show", "all")
    found = Edition.objects.filter(status__in=SHOWN.get(show, SHOWN["all"]))
    found = found.select_related("newsletter").defer("html", "text", "intro")
    return page(request, "editions", rows=rows(request, found), show=show)


@require_safe
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition: preview and wording while it waits, ledger when it went."""
    return _show(request, _get(pk))


@require_safe
def edition_going(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of its page that changes while it is being sent, for the page's script."""
    one = get_object_or_404(Edition.objects.defer("html", "text", "intro"), pk=pk)
    return page(request, "_going", edition=one, ledger=_ledger(one))


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep wording and order; a button of the order's moves an article as well."""
    one = _get(pk)
    form = Wording(request.POST)
    if request.POST.get("seen", "") != _version(one):
        form.add_error(None, CHANGED)
    if not form.is_valid():
        return _show(request, one, form, status=409 if form.non_field_errors() else 422)
    try:
        with transaction.atomic():
            editorial.edit(one, **form.cleaned_data, now=clock.now())
            editorial.arrange(one, *arrangement(request.POST))
    except SyndicateError as error:
        form.add_error(None, str(error))
        return _show(request, one, form, status=422)
    messages.success(request, "Saved.")
    return redirect("desk:edition", pk)


@require_POST
def send_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it to one address, as a test."""
    one, to = _get(pk), request.POST.get("address", "").strip()
    request.session["test_address"] = to

    def deed() -> str:
        reply = editorial.send_test(one, to, clock.now())
        # Theirs from now on, unless they have one: a test mail is mostly sent to oneself.
        get_user_model().objects.filter(pk=by(request).pk, email="").update(email=to)
        return f"A test is on its way to {to}. The server said: {reply}"

    return act(request, deed, "Sent.", reverse("desk:edition", args=[pk]))


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it go, now or at a time."""
    one, form = _get(pk), SendAt(request.POST)
    back = reverse("desk:edition", args=[pk])
    if not form.is_valid():
        messages.error(request, "Say when: that is no moment to send at.")
        return redirect(back)
    if request.POST.get("seen", "") != _version(one):
        messages.error(request, "It was changed since you saw it. Please look again.")
        return redirect(back)
    at = form.cleaned_data["send_at"]

    def deed() -> None:
        editorial.approve(one, by(request), clock.now(), send_at=at)

    return act(request, deed, f"Approved: it goes {_words(at)}.", back)


Deed = Callable[[Edition, HttpRequest, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "hold": (lambda e, r, now: editorial.hold(e), "Taken back: it waits for you again."),
    "cancel": (lambda e, r, now: editorial.cancel(e), "Cancelled. It will not be sent."),
    "pause": (lambda e, r, now: editorial.pause(e, now), "Paused: it waits where it is."),
    "resume": (lambda e, r, now: editorial.resume(e, now), "It goes on."),
    "retry": (
        lambda e, r, now: editorial.retry(e, r.POST.getlist("status"), now),
        "They are tried once more.",
    ),
    "resend": (
        lambda e, r, now: editorial.resolve_unknown(e, True, now),
        "They are sent again, with the same Message-ID.",
    ),
    "leave": (
        lambda e, r, now: editorial.resolve_unknown(e, False, now),
        "They count as sent.",
    ),
}


@require_POST
def edition_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done), one = ACTS[word], _get(pk)
    back = reverse("desk:edition", args=[pk])
    return act(request, lambda: deed(one, request, clock.now()), done, back)


def _get(pk: int) -> Edition:
    found = Edition.objects.select_related("newsletter__list", "approved_by")
    return get_object_or_404(found, pk=pk)


def _show(
    request: HttpRequest, one: Edition, form: Wording | None = None, status: int = 200
) -> HttpResponse:
    waits = one.status in (Status.HELD, Status.QUEUED)
    shown = proof(one)
    started = one.started_at is not None
    readers = one.newsletter.list.readers().count() if waits else one.audience
    return page(
        request,
        "edition",
        status,
        section="editions",
        edition=one,
        entries=one.entries.select_related("article__source"),
        form=form or Wording(initial=_initial(one)),
        approval=SendAt(),
        seen=_version(one),
        waiting=waits,
        readers=readers,
        proof=shown,
        concerns=concerns(one, shown, readers) if waits else [],
        ledger=_ledger(one) if started else None,
        troubles=troubles(one) if started else [],
        test_address=request.session.get("test_address") or getattr(request.user, "email", ""),
    )


def _ledger(one: Edition) -> Ledger:
    now = clock.now()
    return ledger(going(one, now, _standstill(one, now)))


def _standstill(one: Edition, now: datetime) -> Obstacle | None:
    """What keeps all work, or this edition, from moving."""
    anybody = (None, health.Where("edition", one.pk))
    for problem in health.standstill(now):
        if problem.id in STILL and problem.where in anybody:
            return Obstacle(problem.message, None, "", problem.hint)
    return None


def _initial(one: Edition) -> dict[str, Any]:
    return {"subject": one.subject, "preheader": one.preheader, "intro": one.intro}


def _version(one: Edition) -> str:
    """What a form was made from: another value at its return means that somebody was faster."""
    return one.edited_at.isoformat() if one.edited_at else ""


def _words(at: datetime | None) -> str:
    return "out now" if at is None else f"out at {timezone.localtime(at):%d %b, %H:%M}"
