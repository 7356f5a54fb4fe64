"""Keep what somebody told us, so that nothing is lost once we have said thank you."""

from __future__ import annotations

from datetime import datetime

from syndicate.lib import wake
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
    notice = Notice(
        source=source,
        kind=kind,
        url=url,
        content_type=content_type[:200],
        body=body,
        received_at=now,
        due_at=now,
    )
    waiting = Notice.objects.filter(source=source, attempts=0, url=url, kind=kind)
    same = None if body else next((each for each in waiting if not each.body), None)
    if same is None:
        notice.save()
    wake.ring()
    return same or notice
