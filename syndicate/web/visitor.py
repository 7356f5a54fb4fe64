"""Where a visitor comes from, for limits alone; never stored as it is."""

from __future__ import annotations

from django.http import HttpRequest

from syndicate.lib.config import site


def network(request: HttpRequest) -> str:
    """The visitor's IP address; behind a proxy of ours, the one that the proxy saw."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    if not site().site.behind_proxy:
        return peer
    # A visitor may send the header too: only what our own proxy added, at its end, is true.
    seen: str = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return seen or peer
