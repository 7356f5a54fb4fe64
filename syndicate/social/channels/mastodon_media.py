"""Pictures for a Mastodon status (https://docs.joinmastodon.org/methods/media/).

::

    POST /api/v2/media ─→ 200: its id
                       └→ 202: its id, not to be used before GET /api/v1/media/:id says 200, not 206
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import requests

from syndicate.lib import stop
from syndicate.lib.errors import NotSent
from syndicate.social.channels.message import Image
from syndicate.social.channels.refusal import read, unreadable

# Seconds between two looks at a picture that the server still works on: half a minute in all.
_LOOKS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_AGAIN = timedelta(minutes=1)


def bring(who: str, call: Callable[..., requests.Response], picture: Image) -> str:
    """The id of *picture* on the server, once it may be attached. Raises NotSent."""
    name = f"picture.{picture.kind.rpartition('/')[2]}"
    about = {"description": picture.alt} if picture.alt else {}
    answer = call(
        "POST", "/api/v2/media", files={"file": (name, picture.data, picture.kind)}, data=about
    )
    id = read(who, answer).get("id")
    if not id:
        raise unreadable(who, "took a picture and gave it no id")
    if answer.status_code == 202:
        _wait(who, call, str(id))
    return str(id)


def _wait(who: str, call: Callable[..., requests.Response], id: str) -> None:
    for seconds in _LOOKS:
        if call("GET", f"/api/v1/media/{quote(id)}").status_code != 206:
            return
        if stop.wait(seconds):
            break
    raise busy(who)


def busy(who: str) -> NotSent:
    """The server still works on a picture."""
    return NotSent(
        f"{who} is not ready with the picture.", permanent=False, retry_after=_AGAIN,
        hint="It goes on by itself.",
    )  # fmt: skip


def is_busy(status: int, said: str) -> bool:
    """Whether a status was refused only because the server still works on a picture of it."""
    return status == 422 and "finished processing" in said


def kept(status: dict[str, Any]) -> list[str]:
    """The pictures of *status*: an edit that does not name them again takes them off."""
    return [str(one["id"]) for one in status.get("media_attachments") or []]
