"""Ghost's webhooks post.published, .edited, .unpublished and .deleted.

The body names no event: ``{"post": {"current": {…}, "previous": {…}}}``, and says by the state of
*current* what has become of the post (https://docs.ghost.org/webhooks).
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from typing import Any

from syndicate.sources.readers.ghost import entry
from syndicate.sources.told.base import Told

# A signature older or younger than this is somebody's copy, or a clock that is wrong.
WINDOW = timedelta(minutes=5)
_SIGNATURE = re.compile(r"\s*sha256=([0-9a-f]{64})\s*,\s*t=(\d{1,15})\s*", re.IGNORECASE)


def is_signed(header: str, secret: str, body: bytes, now: datetime) -> bool:
    """Whether ``X-Ghost-Signature: sha256=hex, t=ms`` is of *body* and of this moment.

    What is signed is the body followed by the moment.
    """
    found = _SIGNATURE.fullmatch(header)
    if found is None:
        return False
    made = hmac.new(secret.encode(), body + found[2].encode(), "sha256").hexdigest()
    apart = abs(now.timestamp() - int(found[2]) / 1000)
    return hmac.compare_digest(made, found[1].lower()) and apart <= WINDOW.total_seconds()


def speaks(said: dict[str, Any]) -> bool:
    """Whether this is Ghost."""
    post = said.get("post")
    return isinstance(post, dict) and isinstance(post.get("current"), dict)


def read(said: dict[str, Any], base: str) -> Told:
    """A post that is published now, or one that is no more; a draft's edit is “look”."""
    post = said["post"]
    current = post["current"]
    previous = post["previous"] if isinstance(post.get("previous"), dict) else {}
    if current.get("status") == "published":
        return Told(entry=entry(current, base), by="webhook")
    if not current or previous.get("status") == "published":
        return Told(entry=entry({**previous, **current}, base), gone=True, by="webhook")
    return Told(by="webhook")
