"""A room on Matrix (https://spec.matrix.org/latest/client-server-api/).

A server drops a repetition by its transaction id, for a day or so and from the same device; so
after an answer that was never read, the room itself is read before another try.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels import matrix_event as events
from syndicate.social.channels.base import (
    CARD,
    DELETE,
    EDIT,
    IDEMPOTENT,
    MEDIA,
    PERMALINK,
    READBACK,
    THREAD,
    Channel,
)
from syndicate.social.channels.fields import entry
from syndicate.social.channels.linked import linked
from syndicate.social.channels.message import Identity, Image, Media, Message, Part, Published
from syndicate.social.channels.refusal import read, refusal, unreadable, words

log = logging.getLogger(__name__)

# An event may have 65,536 bytes with all that servers add; its correction holds the text four
# times, twice as often as the post itself.
LIMIT = 28_000
# Servers allow 50 MB, but a phone loads it in every reader's timeline.
PICTURE_BYTES = 5_000_000
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
# Between our clock and the server's.
_SKEW = timedelta(minutes=5)
_PAGE = 100
_PAGES = 20
# What a server says of a room or an event that it does not know; M_UNRECOGNIZED is of a call.
_NOTHING = ("M_NOT_FOUND", "M_UNKNOWN")
_FORBIDDEN = "Let the account join the room and give it the right to post there."


@dataclass(frozen=True)
class Credentials:
    """A token of one account, and the room it posts to."""

    server: str = entry("Server", "Its address, like https://matrix.example.")
    token: str = entry(
        "Access token", "Of a session of its own, which nobody signs out of.", secret=True
    )
    room: str = entry("Room", "Its alias or id, like #review:matrix.example; not encrypted.")


@dataclass(frozen=True)
class Options:
    """How posts stand there."""

    automated: bool = entry(
        "Automated",
        "Say that a program posts (m.notice). Most apps then notify nobody.",
        default=True,
    )
    user: str = entry("User", "Who posts; the server tells us.", default="")


class Matrix(Channel):
    """One room. Apps make the link's preview themselves."""

    label = "Matrix"
    credentials = Credentials
    options = Options
    capabilities = frozenset({CARD, PERMALINK, READBACK, IDEMPOTENT, EDIT, DELETE, MEDIA, THREAD})
    media = Media(count=1, bytes=PICTURE_BYTES, kinds=PICTURES)

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """With the room's bare name."""
        room = events.named(credentials.get("room", ""))
        if room and room[0] not in "#!":
            raise BadInput(
                f"“{room}” is no room.", "An alias begins with #, an id with !; see its settings."
            )
        return credentials | {"room": room}

    @property
    def limit(self) -> int:
        """Bytes."""
        return LIMIT

    def count(self, text: str) -> int:
        """Bytes of the event, in which the text stands twice: plain, and with its links."""
        return events.size(events.content(text, automated=True))

    def parts(self, text: str) -> list[Part]:
        """Links stand whole."""
        return linked(text)

    def check(self) -> Identity:
        """Who we are; and enter the room, if we are not in it."""
        user = str(self._ask("GET", "/v3/account/whoami").get("user_id", ""))
        room = self._room()
        if room not in self._ask("GET", "/v3/joined_rooms").get("joined_rooms", []):
            self._ask("POST", f"/v3/join/{_quoted(self.login.room)}", {})
        self._refuse_encrypted(room)
        return Identity(f"{user} in {self.login.room}", {"user": user})

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """Upload the picture, then one event under our transaction id."""
        room = self._room()
        said = events.content(message.text, self.settings.automated)
        for image in message.pictures[:1]:
            said = self._pictured(said, image)
        sending()
        answer = self._put(room, message.key, events.threaded(said, message.after))
        return self._published(room, answer)

    def find(self, message: Message) -> Published | None:
        """Our text among what the account said in the room since the first try."""
        room, begin = self._room(), message.first_try - _SKEW
        asked = {"dir": "b", "limit": str(_PAGE), "filter": self._of_ours()}
        for _ in range(_PAGES):
            page = self._ask("GET", f"/v3/rooms/{_quoted(room)}/messages?{urlencode(asked)}")
            for event in page.get("chunk", []):
                if event.get("origin_server_ts", 0) < begin.timestamp() * 1000:
                    return None
                if _is(event, message):
                    return self._published(room, event)
            if not page.get("end"):
                return None
            asked["from"] = page["end"]
        raise unreadable(self.label, "has more in the room than can be looked through")

    def edit(self, there: Published, message: Message) -> Published:
        """An event that replaces the text, unless the last one that did says so already."""
        room, event = events.split(there.remote_id)
        stands = self._ask("GET", f"/v3/rooms/{_quoted(room)}/event/{_quoted(event)}")
        if not stands.get("content"):
            raise NotSent(f"{self.label} has the post no more.", permanent=True)
        last = stands.get("unsigned", {}).get("m.relations", {}).get("m.replace", {})
        now = last.get("content", {}).get("m.new_content") or stands["content"]
        if now.get("body") != message.text:
            # Each correction has a key of its own: A may follow upon B that followed upon A, but B
            # is not said anew where its answer was lost and A has followed by now.
            key = events.key(event, message.key, message.text)
            self._put(room, key, events.replaced(stands["content"], message.text, event))
        return there

    def delete(self, there: Published) -> None:
        """Redact it, after the edits, in which its text would stay."""
        room, event = events.split(there.remote_id)
        place = f"{_quoted(room)}/relations/{_quoted(event)}/m.replace"
        edits = self._ask("GET", f"/v1/rooms/{place}?limit={_PAGE}", gone={"chunk": []})
        for edit in edits.get("chunk", []):
            self._redact(room, edit["event_id"])
        self._redact(room, event)

    def _redact(self, room: str, event: str) -> None:
        place = f"{_quoted(room)}/redact/{_quoted(event)}/{events.key('redact', event)}"
        self._ask("PUT", f"/v3/rooms/{place}", {}, gone={})

    def _put(self, room: str, key: str, said: dict[str, Any]) -> dict[str, Any]:
        return self._ask("PUT", f"/v3/rooms/{_quoted(room)}/send/{events.MESSAGE}/{key}", said)

    def _published(self, room: str, event: dict[str, Any]) -> Published:
        id = event.get("event_id")
        if not id:
            raise unreadable(self.label, "answered without the event's id")
        server = (self.settings.user or room).partition(":")[2]
        link = events.permalink(self.login.room, id, server)
        return Published(events.join(room, id), link)

    def _pictured(self, said: dict[str, Any], image: Image) -> dict[str, Any]:
        """With the picture, or without: one that will not do must not cost the post."""
        try:
            answer = self._call(
                "POST", "/_matrix/media/v3/upload", data=image.data,
                headers={"Content-Type": image.kind},
            )  # fmt: skip
            return events.pictured(said, image, read(self.label, answer)["content_uri"])
        except NotSent as error:
            if error.scope is Scope.LANE or not error.permanent:
                raise
            log.info("the post goes without its picture: %s", error.message)
            return said

    def _room(self) -> str:
        """The room's id; an alias is looked up each time, as it may move."""
        room: str = self.login.room
        if room.startswith("!"):
            return room
        found = self._ask("GET", f"/v3/directory/room/{_quoted(room)}", gone={})
        if not found.get("room_id"):
            raise NotSent(
                f"{self.label} knows no room {room}.", permanent=True, scope=Scope.LANE,
                hint="Look at the room's settings for its address.",
            )  # fmt: skip
        return str(found["room_id"])

    def _refuse_encrypted(self, room: str) -> None:
        place = f"/v3/rooms/{_quoted(room)}/state/m.room.encryption/"
        if self._ask("GET", place, gone={}).get("algorithm"):
            raise NotSent(
                f"The room {self.login.room} is encrypted.", permanent=True, scope=Scope.LANE,
                hint="What everybody may read needs no encryption: choose a public room.",
            )  # fmt: skip

    def _of_ours(self) -> str:
        user = self.settings.user or self._ask("GET", "/v3/account/whoami")["user_id"]
        return json.dumps({"types": [events.MESSAGE], "senders": [user]})

    def _ask(
        self, method: str, path: str, json: object = None, gone: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The answer's object; *gone* where there is nothing (404) and that is an answer too."""
        try:
            return read(self.label, self._call(method, f"/_matrix/client{path}", json=json))
        except Missing:
            if gone is None:
                raise
            return gone

    def _call(self, method: str, path: str, **body: Any) -> requests.Response:
        headers = body.pop("headers", {}) | {"Authorization": f"Bearer {self.login.token}"}
        answer = self.noted(http.call(method, self._server + path, headers=headers, **body))
        if not answer.ok or answer.is_redirect:
            raise self._refusal(answer)
        return answer

    @property
    def _server(self) -> str:
        server: str = self.login.server.rstrip("/")
        return server if "://" in server else f"https://{server}"

    def _refusal(self, answer: requests.Response) -> NotSent:
        """By the status; where that is not enough, by Matrix's own code."""
        said, code = words(answer, "error"), words(answer, "errcode")
        who = f"{self.label} ({urlsplit(self._server).netloc})"
        error = refusal(who, answer, said, clock.now())
        if answer.status_code == 403:
            error.scope, error.hint = Scope.LANE, _FORBIDDEN
        elif answer.status_code == 404 and code in _NOTHING:
            return Missing(error.message, permanent=True)
        wait = words(answer, "retry_after_ms")
        if answer.status_code == 429 and wait.isdecimal() and "Retry-After" not in answer.headers:
            error.retry_after = max(timedelta(milliseconds=int(wait[:12])), timedelta(seconds=1))
        return error


class Missing(NotSent):
    """Matrix has nothing there."""


def _is(event: dict[str, Any], message: Message) -> bool:
    """Whether *event* was made of *message*: by our transaction, or saying the same."""
    if event.get("unsigned", {}).get("transaction_id") == message.key:
        return True
    return bool(event.get("content", {}).get("body") == message.text)


def _quoted(name: str) -> str:
    return quote(name, safe="")
