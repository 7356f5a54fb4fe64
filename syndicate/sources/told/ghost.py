"""Ghost's webhooks post.published, .edited, .unpublished and .deleted.

The body names no event: ``{"post": {"current": {…}, "previous": {…}}}``, and says by the state of
*current* what has become of the post (https://docs.ghost.org/webhooks).
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from typing import Any

from syndicate.lib.text import one_line
from syndicate.sources import dates
from syndicate.sources.readers.base import Entry
from syndicate.sources.readers.text import names, one_address, plain, unique, whole
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
        return Told(entry=_entry(current, base), by="webhook")
    if not current or previous.get("status") == "published":
        return Told(entry=_entry({**previous, **current}, base), gone=True, by="webhook")
    return Told(by="webhook")


def _entry(post: dict[str, Any], base: str) -> Entry:
    """Its id is the feed's guid as well. What only members may read stays out of the body."""
    said = {name: whole(value) for name, value in post.items()}
    open_to_all = said.get("visibility", "public") in {"", "public"}
    return Entry(
        guid=one_line(said.get("id", "")),
        url=one_address(said.get("url", ""), base),
        title=plain(said.get("title", "")),
        author=names(_each(post, "authors") or _each({"one": [post.get("primary_author")]}, "one")),
        published_at=dates.parse(said.get("published_at", "")),
        updated_at=dates.parse(said.get("updated_at", "")),
        summary=plain(said.get("custom_excerpt", "") or said.get("excerpt", "")),
        body=said.get("html", "") if open_to_all else "",
        image_url=one_address(said.get("feature_image", ""), base),
        image_alt=plain(said.get("feature_image_alt", "")),
        image_caption=plain(said.get("feature_image_caption", "")),
        tags=unique(name for name in _each(post, "tags") if not name.startswith("#")),
        canonical=one_address(said.get("canonical_url", ""), base),
    )


def _each(post: dict[str, Any], kind: str) -> list[str]:
    """The names of its authors or tags; those of tags that begin with # are internal."""
    given = post.get(kind)
    people = given if isinstance(given, list) else []
    return [whole(each.get("name")) for each in people if isinstance(each, dict)]
