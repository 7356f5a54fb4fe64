"""Corrections of posts that stand already: carry one over, leave it, take a post down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from syndicate.lib import clock
from syndicate.social import mend
from syndicate.social.correction import Correction
from syndicate.web.desk.act import act

Deed = Callable[[Correction, datetime], object]
ACTS: dict[str, tuple[Deed, str]] = {
    "approve": (mend.approve, "It is carried over now."),
    "dismiss": (lambda one, now: mend.dismiss(one), "The post stays as it is."),
}


@require_POST
def correction_act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One of ACTS."""
    if word not in ACTS:
        raise Http404(word)
    (deed, done) = ACTS[word]
    one = get_object_or_404(Correction.objects.select_related("post__account"), pk=pk)
    back = reverse("desk:post", args=[one.post_id])
    return act(request, lambda: deed(one, clock.now()), done, back)


@require_POST
def post_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take down a post that stands."""
    back = reverse("desk:post", args=[pk])
    done = "It is taken down now."
    return act(request, lambda: mend.ask_removal(pk, clock.now()), done, back)
