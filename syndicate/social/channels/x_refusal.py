"""What X's refusals mean; problem types stand in X's OpenAPI document. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

import requests

from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.refusal import RECONNECT, refusal, room, words

# A month's quota that is used up says 429 too; asking again in a minute is of no use.
_USED_UP = timedelta(days=1)
# 403s that are about the account, not the post.
_LOCKED = (
    "suspended",
    "locked",
    "oauth1-permissions",
    "oauth1 app permissions",
    "client-forbidden",
)


class Duplicate(NotSent):
    """X says that this text stands there already."""

    def undecided(self) -> NotSent:
        """When it was not found either: only a person can tell."""
        return NotSent(self.message, permanent=True, unknown=True, hint=self.hint)


class BadPicture(NotSent):
    """X dislikes a picture of the post; it might take the post."""


class Gone(NotSent):
    """What was asked for is not there."""


def refused(answer: requests.Response, now: datetime) -> NotSent:
    """The error for *answer*, which is not 2xx."""
    said = words(answer, "detail", "title")
    type = words(answer, "type").rpartition("/")[2]
    if answer.status_code == 403 and "duplicate" in said.lower():
        hint = "Look at the account, then say whether it was posted."
        return Duplicate(f"X has this text already: {said}.", permanent=True, hint=hint)
    if answer.status_code == 400 and "media" in said.lower():
        return BadPicture(f"X refuses the picture: {said}.", permanent=True)
    if answer.status_code == 404:
        return Gone(f"X does not have it (404): {said}.", permanent=True)
    error = refusal("X", answer, said, now)
    if answer.status_code == 403 and any(mark in f"{said} {type}".lower() for mark in _LOCKED):
        error.auth, error.scope, error.hint = True, Scope.LANE, RECONNECT
    if answer.status_code == 429:
        error.retry_after = _wait(answer, type, error.retry_after, now)
    return error


def _wait(
    answer: requests.Response, type: str, asked: timedelta | None, now: datetime
) -> timedelta | None:
    """The longest of X's windows that is used up: of 15 minutes, a day, or a month."""
    if type == "usage-capped":
        return _USED_UP
    until = room(answer.headers, now)
    return max(asked or timedelta(0), until - now) if until else asked
