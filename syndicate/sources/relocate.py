"""A source that says, again and again, that it lives elsewhere now is followed there. Pure.

Only where the new address shows the same articles: many a site sends all its old addresses to its
front page, or to a page that says that it is being mended.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from syndicate.sources.models import Source

# It must have said so at this many looks in a row, over so long.
LOOKS, OVER = 3, timedelta(hours=1)
# For so long after a move an editor is told of it.
TOLD_FOR = timedelta(days=7)


def relocate(source: Source, target: str, now: datetime, *, same: bool) -> dict[str, Any]:
    """What to store of a look that found the source at *target* ("": where it was).

    *same*: articles that we know were there. ``url`` is among it when it is time to move.
    """
    if not target or _is_front(source.url, target):
        if source.moved_to == source.url and source.moved_at and now - source.moved_at < TOLD_FOR:
            return {}
        return {"moved_to": "", "moved_seen": 0, "moved_at": None}
    if source.moved_to != target:
        # What is another feed at first stays that, though its articles will be known by then.
        return {"moved_to": target, "moved_seen": int(same), "moved_at": now}
    if not source.moved_seen or source.moved_at is None:
        return {}
    seen = source.moved_seen + 1
    if seen >= LOOKS and now - source.moved_at >= OVER and not _gives_away(source, target):
        return {"url": target, "moved_seen": 0, "moved_at": now}
    return {"moved_seen": seen}


def told(source: Source, target: str, values: dict[str, Any], *, taken: str = "") -> str:
    """The move in words, for an editor. *taken*: the source that has that address already."""
    if taken and target:
        return f"It has moved to {target}, which is watched already, as {taken}: pause one of them."
    if values.get("url"):
        return f"It has moved from {source.url} for good, and is read at {target} now."
    if target and (source.moved_to == target and not source.moved_seen):
        return f"It has moved to {target}, which shows other articles: set it if it is right."
    if target and _gives_away(source, target):
        return f"It has moved to {target}: set that address, if it may have what lets us in."
    if target:
        return f"It has moved to {target}, and is read there."
    if not values and source.moved_to:
        return f"It has moved here on {source.moved_at:%-d %B %Y}."
    return ""


def _is_front(url: str, target: str) -> bool:
    """Whether a page that is not the front page became that."""
    there, here = urlsplit(target), urlsplit(url)
    return not there.path.strip("/") and not there.query and bool(here.path.strip("/"))


def _gives_away(source: Source, target: str) -> bool:
    """Whether a password would be sent to another host, or in the clear."""
    there, here = urlsplit(target), urlsplit(source.url)
    in_the_clear = here.scheme == "https" and there.scheme != "https"
    return bool(source.sealed) and (there.netloc != here.netloc or in_the_clear)
