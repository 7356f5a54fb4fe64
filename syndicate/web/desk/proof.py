"""An edition as a reader will see it: the very function that sends renders it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from syndicate.lib.config import site
from syndicate.lib.errors import SyndicateError
from syndicate.mail.models import Edition
from syndicate.mail.render import Rendered, Values, personalise, render
from syndicate.web.headers import as_mail, personal

# A proof's own links lead nowhere: opening one must not unsubscribe anybody.
_READER = Values(
    name="",
    email="reader@example.org",
    unsubscribe_url="#unsubscribe",
    preferences_url="#preferences",
    view_url="#view",
)

_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")


@dataclass(frozen=True)
class Proof:
    """What was rendered, its size in bytes, or why it could not be."""

    rendered: Rendered | None
    error: str = ""
    hint: str = ""

    @property
    def size(self) -> int:
        """Of the HTML as it is sent, in bytes."""
        return len(self.rendered.html.encode()) if self.rendered else 0


def proof(edition: Edition) -> Proof:
    """Render it, or take what was rendered when it started."""
    try:
        kept = Rendered(edition.subject, edition.preheader, edition.html, edition.text)
        return Proof(personalise(kept if edition.html else render(edition), _READER))
    except SyndicateError as error:
        return Proof(None, error.message, error.hint)


def concerns(edition: Edition, shown: Proof, readers: int) -> list[str]:
    """What an editor should know before approving; empty when all is well."""
    found = [f"It cannot be rendered: {shown.error} {shown.hint}".strip()] if shown.error else []
    if shown.size > site().mail.max_html_kb * 1000:
        found.append("It is too large: some inboxes cut it off. Leave out an article.")
    if not readers:
        found.append(f"Nobody reads {edition.newsletter.list} yet, so it would go to nobody.")
    if not site().publication.postal_address:
        found.append("The footer has no postal address, which many countries ask for by law.")
    return found


@require_safe
def preview(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The mail itself, *form* ``html`` or ``txt``, for a frame that trusts it with nothing."""
    shown = proof(get_object_or_404(Edition.objects.select_related("newsletter__list"), pk=pk))
    if shown.rendered is None:
        return personal(_plain(f"{shown.error}\n{shown.hint}"))
    if form == "txt":
        return personal(_plain(shown.rendered.text))
    html = in_colours(_new_windows(shown.rendered.html), request.GET.get("colours", ""))
    return personal(as_mail(HttpResponse(html)))


def in_colours(html: str, colours: str) -> str:
    """The mail as a light or dark inbox shows it, whatever this computer prefers."""
    always = {"dark": "(min-width: 0)", "light": "(max-width: 0)"}.get(colours)
    return _DARK.sub(always, html) if always else html


def _plain(text: str) -> HttpResponse:
    return as_mail(HttpResponse(text, content_type="text/plain; charset=utf-8"))


def _new_windows(html: str) -> str:
    """Links open beside the desk: the frame itself may show nothing but the mail."""
    return html.replace("</head>", '<base target="_blank"></head>', 1)
