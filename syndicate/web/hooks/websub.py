"""/hooks/websub/TOKEN: where a hub asks whether it was we (GET), and pushes (POST)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from syndicate.lib import clock
from syndicate.sources import hub
from syndicate.web.hooks.door import Turned, body, hook, plain


@hook
def websub(request: HttpRequest, token: str) -> HttpResponse:
    """The hub speaks."""
    if request.method == "GET":
        return _asked(request, token)
    if request.method == "POST":
        return _pushed(request, token)
    raise Turned(405, "Here a hub tells us what is new.", Allow="GET, POST")


def _asked(request: HttpRequest, token: str) -> HttpResponse:
    challenge = hub.confirm(token, request.GET.dict(), clock.now())
    if challenge is None:
        raise Turned(404, "We have not asked for this.")
    # Byte for byte, and as plain text: a browser must not take it for a page.
    return HttpResponse(challenge, content_type="text/plain; charset=utf-8")


def _pushed(request: HttpRequest, token: str) -> HttpResponse:
    """202 once it is stored, 410 (which ends the subscription) if we want no more of it."""
    signature = request.META.get("HTTP_X_HUB_SIGNATURE", "")
    kind = request.META.get("CONTENT_TYPE", "")
    if not hub.receive(token, signature, kind, body(request), clock.now()):
        raise Turned(410, "We have no such subscription (any more).")
    return plain("", 202)
