"""A message from a site: who speaks, how often, what it means; stored before it is answered."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from syndicate.sources import told
from syndicate.sources.models import Notice, Source
from syndicate.sources.notice import is_of
from syndicate.sources.tell import tell
from syndicate.sources.told import Told, ghost
from syndicate.web.hooks.door import Turned
from syndicate.web.hooks.often import too_often


def speaker(token: str) -> Source | None:
    """The source to which a ping token belongs."""
    return Source.objects.filter(ping_token=token).first()


def hear(request: HttpRequest, source: Source, body: bytes, now: datetime) -> Told:
    """Store what a source's site says, and return what it means. Raises BadInput, or Turned."""
    if not source.active:
        raise Turned(409, "This source is paused.", "Resume it at the desk.")
    if wait := too_often(source.pk):
        raise Turned(429, "That is too often.", "Tell each article once.", Retry_After=str(wait))
    kind = request.META.get("CONTENT_TYPE", "")
    said = told.read(kind, body, source.url)
    _check(request, source, said, body, now)
    if said.entry is None:
        # The address is all there is to it; told twice before it was taken, it is one notice.
        tell(source, Notice.Kind.PING, now, url=said.url)
    else:
        tell(source, said.by, now, url=said.address, content_type=kind, body=body)
    return said


def _check(request: HttpRequest, source: Source, said: Told, body: bytes, now: datetime) -> None:
    """A source speaks for itself alone; a secret that was agreed on must have been used."""
    if said.address and not is_of(source, said.address):
        raise Turned(
            403, f"{said.address} is not on the site of {source.name}.", "Tell its own articles."
        )
    secret = source.credentials.get("secret", "")
    signature = request.META.get("HTTP_X_GHOST_SIGNATURE", "")
    # An address alone tells us to look for ourselves; who brings an article must have signed it.
    if not secret or (said.entry is None and said.by != Notice.Kind.WEBHOOK):
        return
    if not ghost.is_signed(signature, secret, body, now):
        raise Turned(
            401, "This is not signed with the secret of the source, or not now.",
            "Give the webhook the same secret, and look at the clocks.",
        )  # fmt: skip
