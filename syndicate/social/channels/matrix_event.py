"""What Matrix keeps of a post: an event's content, its relations, its address. Pure.

https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from syndicate.social.channels.linked import linked
from syndicate.social.channels.message import Image, Part, Published

MESSAGE = "m.room.message"
VIEWER = "https://matrix.to/#"
_HTML = "org.matrix.custom.html"
_KEY = 32  # characters of a transaction id
_OF_ONE_EVENT = frozenset({"m.relates_to", "m.new_content"})


def content(text: str, automated: bool) -> dict[str, Any]:
    """*text*, plain and as HTML; it calls nobody by name."""
    kind = "m.notice" if automated else "m.text"
    return {"msgtype": kind, "m.mentions": {}, **_said(text)}


def pictured(said: dict[str, Any], image: Image, uri: str) -> dict[str, Any]:
    """The same as the caption of an uploaded picture, so that both are one event.

    There is no field for a description: it is the file's name, which clients show.
    """
    kind = image.kind.rpartition("/")[2]
    about = {"mimetype": image.kind, "size": len(image.data), "w": image.width, "h": image.height}
    name = f"{image.alt or 'picture'}.{kind}"
    return said | {"msgtype": "m.image", "url": uri, "filename": name, "info": about}


def threaded(said: dict[str, Any], after: Sequence[Published]) -> dict[str, Any]:
    """The same below what stands already: a thread, and a reply where threads are not known."""
    if not after:
        return said
    relation = {
        "rel_type": "m.thread",
        "event_id": split(after[0].remote_id)[1],
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": split(after[-1].remote_id)[1]},
    }
    return said | {"m.relates_to": relation}


def replaced(before: dict[str, Any], text: str, event: str) -> dict[str, Any]:
    """An event that makes *event*, whose content was *before*, say *text*; a picture stays."""
    kept = {name: value for name, value in before.items() if name not in _OF_ONE_EVENT}
    shown = _said(text)
    fallback = {name: f"* {shown[name]}" for name in ("body", "formatted_body")}
    relation = {"rel_type": "m.replace", "event_id": event}
    new = kept | shown
    return new | fallback | {"m.new_content": new, "m.relates_to": relation}


def size(said: dict[str, Any]) -> int:
    """Bytes of a content, as servers count them."""
    return len(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())


def key(*parts: str) -> str:
    """A transaction id that is the same for the same *parts*."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_KEY]


def join(room: str, event: str) -> str:
    """What a post is remembered by: its event and the room, whose alias may move."""
    return f"{room}/{event}"


def split(remote_id: str) -> tuple[str, str]:
    """The room and the event of :func:`join`; an event's id begins with ``$``."""
    room, _, event = remote_id.partition("/$")
    return room, f"${event}"


def permalink(room: str, event: str, server: str) -> str:
    """Where everybody may look; a room that is named by its id is found through *server*."""
    via = "" if room.startswith("#") or not server else f"?via={quote(server, safe='')}"
    return f"{VIEWER}/{quote(room, safe='')}/{quote(event, safe='')}{via}"


def named(room: str) -> str:
    """``https://matrix.to/#/%23review%3Aexample.org`` is how clients hand an alias on."""
    return room.strip().removeprefix(f"{VIEWER}/").replace("%23", "#").replace("%3A", ":")


def _said(text: str) -> dict[str, str]:
    markup = "".join(_markup(part) for part in linked(text))
    return {"body": text, "format": _HTML, "formatted_body": markup}


def _markup(part: Part) -> str:
    shown = html.escape(part.shown).replace("\n", "<br>")
    return f'<a href="{html.escape(part.href)}">{shown}</a>' if part.href else shown
