"""Discord, through a channel's webhook (https://docs.discord.com/developers/resources/webhook).

Nothing drops a repetition there, and a webhook sees no list of what it wrote: after an answer that
was never read only a person can tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.base import (
    ALT,
    CARD,
    DELETE,
    EDIT,
    MEDIA,
    PERMALINK,
    Channel,
)  # fmt: skip
from syndicate.social.channels.fields import entry
from syndicate.social.channels.linked import linked
from syndicate.social.channels.message import Identity, Media, Message, Part, Published
from syndicate.social.channels.refusal import (
    RECONNECT,
    one_post,
    read,
    refusal,
    shut,
    unreadable,
    words,
)

LIMIT = 2000
SHOWN = "https://discord.com/channels"
_HOOK = re.compile(r"/api(?:/v\d+)?/webhooks/(\d+)/([\w-]+)/?")
# Of Markdown as Discord reads it: marks at the beginning of a line, and those anywhere.
_MARKS = re.compile(r"^([ \t]*)([#>+-])|([\\*_~`|\[\]<])", re.MULTILINE)
_NO_PREVIEWS = 1 << 2  # SUPPRESS_EMBEDS
_NAME = 100  # characters of a forum thread's name
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
_UNKNOWN_WEBHOOK, _UNKNOWN_MESSAGE = 10015, 10008
_WANTS_A_THREAD, _HAS_NO_THREADS = 220001, 220003


@dataclass(frozen=True)
class Credentials:
    """A webhook's address: whoever knows it may post."""

    url: str = entry(
        "Webhook address",
        "Made in the channel’s settings under Integrations: https://discord.com/api/webhooks/….",
        secret=True,
    )


@dataclass(frozen=True)
class Options:
    """Where in the channel posts stand."""

    forum: bool = entry("Forum", "Each post opens a thread, as a forum wants it.", default=False)
    thread: str = entry("Thread", "The number of one that takes all posts.", default="")
    server: str = entry("Server", "Its number, for the address of posts; it tells us.", default="")


class Discord(Channel):
    """One webhook. Discord makes the card; pictures stand in its place, with words for them."""

    label = "Discord"
    credentials = Credentials
    options = Options
    capabilities = frozenset({CARD, PERMALINK, EDIT, DELETE, MEDIA, ALT})
    # A file may have 10 MiB, all together 25.
    media = Media(count=10, bytes=2_400_000, alt=1024)
    limit = LIMIT

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """Refuses an address that is no webhook's."""
        if credentials.get("url"):
            _hook(credentials["url"])
        return credentials

    def count(self, text: str) -> int:
        """Code points, with what keeps Discord from reading Markdown into them.

        github.com/discord/discord-api-docs/issues/1315
        """
        return len(literal(text))

    def parts(self, text: str) -> list[Part]:
        """Links show their address."""
        return linked(text)

    def check(self) -> Identity:
        """The webhook's name, and which server it is on."""
        me = self._me()
        return Identity(me.get("name") or "webhook", {"server": me.get("guild_id") or ""})

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request; a second only where the first was surely refused for its pictures."""
        server = self.settings.server or self._me().get("guild_id") or ""
        sending()
        answer = self._send(message)
        if message.pictures and answer.status_code in {400, 413}:
            answer = self._send(message, bare=True)
        return self._published(self._good(answer), server)

    def edit(self, there: Published, message: Message) -> Published:
        """Its text; pictures stay."""
        answer = self._call("PATCH", *_place(there), json=_words(message))
        with one_post():
            self._good(answer)
        return there

    def delete(self, there: Published) -> None:
        """At any time."""
        answer = self._call("DELETE", *_place(there))
        if _code(answer) != _UNKNOWN_MESSAGE and answer.status_code != 204:
            with one_post():
                self._good(answer)

    def _me(self) -> dict[str, Any]:
        return self._good(self._call("GET"))

    def _send(self, message: Message, bare: bool = False) -> requests.Response:
        pictures = () if bare else message.pictures
        post = _words(message)
        if pictures or not message.card.url:
            post["flags"] = _NO_PREVIEWS
        if self.settings.forum:
            title = message.card.title or message.text.partition("\n")[0]
            post["thread_name"] = title[:_NAME] or self.label
        query = {"wait": "true"}
        if self.settings.thread:
            query["thread_id"] = self.settings.thread
        if not pictures:
            return self._call("POST", query=query, json=post)
        post["attachments"] = [
            {"id": number, "filename": _filename(number, picture.kind), "description": picture.alt}
            for number, picture in enumerate(pictures)
        ]
        files = {
            f"files[{number}]": (_filename(number, picture.kind), picture.data, picture.kind)
            for number, picture in enumerate(pictures)
        }
        form = {"payload_json": json.dumps(post)}
        return self._call("POST", query=query, data=form, files=files)

    def _call(
        self, method: str, path: str = "", query: Mapping[str, str] | None = None, **body: Any
    ) -> requests.Response:
        """Any answer. The address is the secret: it is never shown."""
        asked = f"?{urlencode(query)}" if query else ""
        return self.noted(http.call(method, f"{_hook(self.login.url)}{path}{asked}", **body))

    def _good(self, answer: requests.Response) -> dict[str, Any]:
        if not 200 <= answer.status_code < 300:
            raise _refusal(answer, clock.now())
        return read(self.label, answer)

    def _published(self, posted: Mapping[str, Any], server: str) -> Published:
        id, channel = posted.get("id"), posted.get("channel_id")
        if not id or not channel:
            raise unreadable(self.label, "answered without the post's number")
        threaded = self.settings.forum or self.settings.thread
        place = f"{channel}/{id}" if threaded else str(id)
        return Published(place, f"{SHOWN}/{server}/{channel}/{id}" if server else "")


def literal(text: str) -> str:
    """*text* such that Discord shows just that: its Markdown escaped, links left alone."""
    return "".join(part.href or _MARKS.sub(r"\1\\\2\3", part.shown) for part in linked(text))


def _words(message: Message) -> dict[str, Any]:
    """Nobody is called: “@everyone” in a headline is but a word."""
    return {"content": literal(message.text), "allowed_mentions": {"parse": []}}


def _hook(address: str) -> str:
    """Where its API is, in the version that knows texts for pictures. Raises BadInput."""
    url = urlsplit(address)
    found = _HOOK.fullmatch(url.path)
    if found is None or url.scheme not in {"https", "http"} or not url.netloc:
        raise BadInput(
            "This is no address of a Discord webhook.",
            "It looks like https://discord.com/api/webhooks/123/abc; copy it from Discord.",
        )
    return f"{url.scheme}://{url.netloc}/api/v10/webhooks/{found[1]}/{found[2]}"


def _place(there: Published) -> tuple[str, dict[str, str]]:
    """Path and query of a message: a thread's number goes along where it stands in one."""
    thread, _, id = there.remote_id.rpartition("/")
    if not id.isdecimal():
        raise NotSent("Nobody knows which message it is.", permanent=True, hint="Do it by hand.")
    return f"/messages/{id}", {"thread_id": thread} if thread else {}


def _filename(number: int, kind: str) -> str:
    return f"picture{number}.{kind.rpartition('/')[2]}"


def _refusal(answer: requests.Response, now: datetime) -> NotSent:
    """What Discord's refusal means, by its code."""
    said, status, code = words(answer, "message"), answer.status_code, _code(answer)
    reason = f"({status}): {said[:300]}"
    if code == _UNKNOWN_WEBHOOK:
        return NotSent(
            f"Discord knows this webhook no longer {reason}.",
            permanent=True, auth=True, scope=Scope.LANE, hint=RECONNECT,
        )  # fmt: skip
    if code in {_WANTS_A_THREAD, _HAS_NO_THREADS}:
        wanted = "on" if code == _WANTS_A_THREAD else "off"
        hint = f"Switch “Forum” {wanted} in the account’s options, then resume it."
        return shut("Discord", f"takes no post so {reason}", hint)
    if status in {403, 404} and code != _UNKNOWN_MESSAGE:
        hint = "Look at the channel and its webhook there, then resume the account."
        return shut("Discord", f"takes no post there {reason}", hint)
    error = refusal("Discord", answer, said, now)
    if status == 429 and (seconds := _number(answer, "retry_after")):
        error.retry_after = timedelta(seconds=seconds)
    return error


def _code(answer: requests.Response) -> int:
    return int(_number(answer, "code"))


def _number(answer: requests.Response, name: str) -> float:
    """A number of a refusal's JSON; 0 where there is none."""
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        return 0
    number = found.get(name) if isinstance(found, dict) else 0
    return number if isinstance(number, int | float) else 0
