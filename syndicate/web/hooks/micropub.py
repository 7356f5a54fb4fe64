"""/hooks/micropub: the same for programs that speak Micropub, with the token in the request.

202 with the article's own address in Location (https://www.w3.org/TR/micropub/, 3.6); errors as
JSON. We make no pages: where it stands is for the program to say.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse, JsonResponse

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.web.hooks.door import Turned, body, hook, plain
from syndicate.web.hooks.heard import hear, speaker

# The protocol's own words for a status (3.8).
_ERRORS = {401: "unauthorized", 403: "forbidden"}


@hook
def micropub(request: HttpRequest) -> HttpResponse:
    """POST tells of an article; GET ``q=config`` says that there is nothing to set."""
    try:
        if request.method == "GET":
            return _answer(request)
        if request.method == "POST":
            return _take(request)
        raise Turned(405, "Send a POST.", Allow="GET, POST")
    except BadInput as error:
        return _told(error)


def _take(request: HttpRequest) -> HttpResponse:
    sent = body(request)
    token = _bearer(request) or _in_form(sent)
    source = speaker(token) if token else None
    if source is None:
        raise _stranger(token)
    said = hear(request, source, sent, clock.now())
    where = {"Location": said.address} if said.address else {}
    return plain("", 202, where)


def _answer(request: HttpRequest) -> HttpResponse:
    """What a program asks before it posts."""
    token = _bearer(request)
    if not token or speaker(token) is None:
        raise _stranger(token)
    match request.GET.get("q"):
        case "config":
            return JsonResponse({})
        case "syndicate-to":
            return JsonResponse({"syndicate-to": []})
    raise BadInput("This cannot be asked here.", "Ask q=config.")


def _stranger(token: str) -> Turned:
    hint = "Send Authorization: Bearer, and the token of the source."
    if token:
        return Turned(403, "This token is no source's.", hint)
    return Turned(401, "Who speaks?", hint)


def _bearer(request: HttpRequest) -> str:
    kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _in_form(sent: bytes) -> str:
    """``access_token=``, for programs that cannot set a header."""
    if b"access_token=" not in sent:
        return ""
    return parse_qs(sent.decode("utf-8", "replace")).get("access_token", [""])[0]


def _told(error: BadInput) -> HttpResponse:
    turned = error if isinstance(error, Turned) else Turned(400, error.message, error.hint)
    name = _ERRORS.get(turned.status, "invalid_request")
    told = {"error": name, "error_description": str(error)}
    return JsonResponse(told, status=turned.status, headers=turned.headers)
