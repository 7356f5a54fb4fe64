"""/hooks/ping/TOKEN: a site says that something is new: see sources.told for how it may say so."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.sources.models import Source
from syndicate.sources.told import xmlrpc
from syndicate.web.hooks.door import Turned, body, hook, plain
from syndicate.web.hooks.heard import hear, speaker


@hook
def ping(request: HttpRequest, token: str) -> HttpResponse:
    """202 as soon as it is stored; what comes of it shows at the source."""
    source = speaker(token)
    if source is None:
        raise Turned(404, "Nobody listens here.", "Copy the whole address from the source's page.")
    if request.method != "POST":
        raise Turned(
            405, f"Here {source.name} tells us what is new.",
            "Send a POST: empty, or url= of the article.", Allow="POST",
        )  # fmt: skip
    sent = body(request)
    if sent.lstrip().startswith(b"<"):
        return _xml(request, source, sent)
    said = hear(request, source, sent, clock.now())
    where = {"Location": said.address} if said.address else {}
    return plain("Thank you.", 202, where)


def _xml(request: HttpRequest, source: Source, sent: bytes) -> HttpResponse:
    """XML-RPC tells of errors in its answer, under status 200."""
    error = ""
    try:
        hear(request, source, sent, clock.now())
    except BadInput as refused:
        error = str(refused)
    return HttpResponse(xmlrpc.answer(error), content_type="text/xml; charset=utf-8")
