"""Keep what somebody told us, so that nothing is lost once we have said thank you."""

from __future__ import annotations

from datetime import datetime

from syndicate.lib import wake
from syndicate.lib.config import site
from syndicate.sources.models import Notice, Source


def tell(
    source: Source,
    kind: str,
    now: datetime,
    *,
    url: str = "",
    content_type: str = "",
    body: bytes = b"",
) -> Notice:
    """Store a notice, and ring: whoever keeps the clock in this process takes it at once.

    “Look now”, said again while the first waits, is one notice: the look is yet to come.
    """
    waiting = Notice.objects.filter(source=source, kind=kind, url=url, body=b"", attempts=0)
    notice = None if body else waiting.first()
    if notice is None:
        notice = Notice.objects.create(
            source=source,
            kind=kind,
            url=url,
            content_type=content_type[:200],
            body=body,
            received_at=now,
            due_at=now,
        )
    wake.ring()
    return notice


def ping_address(source: Source) -> str:
    """Where the source's site tells us; whoever has it may tell of that site's articles."""
    return f"{site().site.base_url}/hooks/ping/{source.ping_token}"
