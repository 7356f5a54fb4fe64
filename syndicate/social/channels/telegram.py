"""Telegram, through a bot that may write in a channel or group (https://core.telegram.org/bots/api).

A bot cannot read what stands there, and nothing drops a repetition: after an answer that was never
read only a person can tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.base import (
    CARD,
    DELETE,
    EDIT,
    MEDIA,
    PERMALINK,
    THREAD,
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

API = "https://api.telegram.org"
LIMIT = 4096
CAPTION = 1024
_TOKEN = re.compile(r"\d+:[\w-]+")
_CHAT = re.compile(r"@[A-Za-z]\w{3,}|-?\d+")
_AT_HOME = re.compile(r"(?:https?://)?t(?:elegram)?\.me/([A-Za-z]\w{3,})/?")
# How 400s begin that are about the chat, not the post; a 403 always is.
_SHUT = (
    "chat not found", "need administrator rights", "not enough rights to send text",
    "have no rights to send", "chat_write_forbidden", "channel_private", "chat_restricted",
    "message thread not found", "topic_closed", "topic_deleted",
)  # fmt: skip
_BY_HAND = "Do it there by hand."


@dataclass(frozen=True)
class Credentials:
    """A bot, and where it writes."""

    token: str = entry("Bot token", "Given by @BotFather, like 123456:ABC….", secret=True)
    chat: str = entry(
        "Channel or group",
        "Its @name, or its number, like -1001234567890. The bot must be an administrator there.",
    )


@dataclass(frozen=True)
class Options:
    """How posts stand there."""

    silent: bool = entry("Silent", "Nobody's telephone rings.", default=False)
    topic: int = entry("Topic", "Its number, in a group that has topics; 0: none.", default=0)
    api: str = entry("API address", "Only for a Bot API server of your own.", default=API)


class Telegram(Channel):
    """One chat. Telegram makes the card; a picture has a caption of 1024 characters at most."""

    label = "Telegram"
    credentials = Credentials
    options = Options
    capabilities = frozenset({CARD, PERMALINK, EDIT, DELETE, MEDIA, THREAD})
    # Width and height together may be 10,000; there is no text for those who do not see it.
    media = Media(count=1, bytes=10_000_000, side=5_000, ratio=20)
    limit = LIMIT

    @classmethod
    def complete(cls, credentials: dict[str, str]) -> dict[str, str]:
        """The chat as the API wants it: ``t.me/review`` → ``@review``."""
        token, chat = credentials.get("token", ""), credentials.get("chat", "")
        if token and not _TOKEN.fullmatch(token):
            raise BadInput("This is no bot token.", "@BotFather gives it: 123456:ABC….")
        if named := _AT_HOME.fullmatch(chat):
            chat = f"@{named[1]}"
        if chat and not _CHAT.fullmatch(chat):
            raise BadInput(
                f"“{chat}” is no channel or group.",
                "Give its @name, or if it is private its number, like -1001234567890.",
            )
        return credentials | {"chat": chat}

    def count(self, text: str) -> int:
        """Code points, once our marks are read; only entities are measured in UTF-16.

        So does Telegram's own library (utf8_length in github.com/tdlib/td), and so it was measured.
        """
        return len(text)

    def parts(self, text: str) -> list[Part]:
        """Links show their address."""
        return linked(text)

    def check(self) -> Identity:
        """The chat's name, and whether the bot may write there."""
        bot = self._good(self._call("getMe", {}))
        chat = self._good(self._call("getChat", {"chat_id": self._chat}))
        asked = {"chat_id": self._chat, "user_id": bot["id"]}
        member = self._good(self._call("getChatMember", asked))
        named = f"@{chat['username']}" if chat.get("username") else chat.get("title", "")
        return Identity(named or self._chat, remark=_remark(bot, member))

    def publish(self, message: Message, sending: Callable[[], None]) -> Published:
        """One request; a second only where the first was surely refused."""
        chat = self._chat
        sending()
        answer = self._send(message, chat)
        if moved := _parameter(answer, "migrate_to_chat_id"):
            # A group that grew into a supergroup has another number from then on.
            self.session.write({**self.session.read(), "chat": str(moved)})
            answer = self._send(message, str(moved))
        return self._published(self._good(answer))

    def edit(self, there: Published, message: Message) -> Published:
        """The text, or the caption of a picture; what says so already is no error."""
        chat, id, field = _place(there)
        method = "editMessageCaption" if field == "caption" else "editMessageText"
        asked: dict[str, Any] = {"chat_id": chat, "message_id": int(id)}
        if field == "text":
            asked["link_preview_options"] = _preview(message)
        answer = self._say(method, field, message, asked)
        if not _says(answer, "message is not modified"):
            with one_post():
                self._good(answer)
        return there

    def delete(self, there: Published) -> None:
        """In a group only within 48 hours."""
        chat, id, _ = _place(there)
        answer = self._call("deleteMessage", {"chat_id": chat, "message_id": int(id)})
        if not _says(answer, "message to delete not found"):
            with one_post():
                self._good(answer)

    @property
    def _chat(self) -> str:
        chat: str = self.session.read().get("chat") or self.login.chat
        return chat

    def _send(self, message: Message, chat: str) -> requests.Response:
        asked = {"chat_id": chat} | self._manner(message)
        if message.pictures and len(message.text) <= CAPTION:
            picture = message.pictures[0]
            photo = {"photo": (f"picture.{picture.kind.rpartition('/')[2]}", picture.data)}
            answer = self._say("sendPhoto", "caption", message, asked, photo)
            # Refused with a picture, it may do without: as it stands below, with the link's own.
            if answer.status_code not in {400, 413} or _parameter(answer, "migrate_to_chat_id"):
                return answer
        asked["link_preview_options"] = _preview(message)
        return self._say("sendMessage", "text", message, asked)

    def _manner(self, message: Message) -> dict[str, Any]:
        manner: dict[str, Any] = {}
        if self.settings.silent:
            manner["disable_notification"] = True
        if self.settings.topic:
            manner["message_thread_id"] = self.settings.topic
        if message.after:
            id = int(_place(message.after[-1])[1])
            # Somebody may have taken the earlier part down: then it stands alone.
            manner["reply_parameters"] = {"message_id": id, "allow_sending_without_reply": True}
        return manner

    def _say(
        self, method: str, field: str, message: Message, asked: Mapping[str, Any],
        files: Mapping[str, Any] | None = None,
    ) -> requests.Response:  # fmt: skip
        """With our marks; without any, should Telegram be unable to read them."""
        marked = {field: markup(message.text, message.card.title), "parse_mode": "HTML"}
        answer = self._call(method, {**asked, **marked}, files)
        if _says(answer, "can't parse entities"):
            return self._call(method, {**asked, field: message.text}, files)
        return answer

    def _call(
        self, method: str, asked: Mapping[str, Any], files: Mapping[str, Any] | None = None
    ) -> requests.Response:
        """Any answer. The address holds the token: it is never shown."""
        token = quote(self.login.token, safe=":")
        url = f"{self.settings.api.rstrip('/')}/bot{token}/{method}"
        if files is None:
            return self.noted(http.call("POST", url, json=dict(asked)))
        fields = {k: v if isinstance(v, str) else json.dumps(v) for k, v in asked.items()}
        return self.noted(http.call("POST", url, data=fields, files=files))

    def _good(self, answer: requests.Response) -> Any:
        if not 200 <= answer.status_code < 300:
            raise _refusal(answer, clock.now())
        found = read(self.label, answer)
        if found.get("ok") is not True or "result" not in found:
            raise unreadable(self.label, "answered something unexpected")
        return found["result"]

    def _published(self, posted: Any) -> Published:
        chat = posted.get("chat") if isinstance(posted, dict) else None
        if not isinstance(chat, dict) or not posted.get("message_id"):
            raise unreadable(self.label, "answered without the post's number")
        id = posted["message_id"]
        field = "caption" if posted.get("photo") else "text"
        return Published(f"{chat['id']}/{id}/{field}", _permalink(chat, id))


def markup(text: str, title: str) -> str:
    """HTML as Telegram reads it: the *title* bold, if *text* begins with it, and links as such.

    Nothing else is a mark, whatever it looks like (https://core.telegram.org/bots/api#html-style).
    """
    first, _, _ = text.partition("\n")
    head = first.removesuffix("…")
    if not head or not title.startswith(head):
        return _marked(text)
    return f"<b>{_marked(first)}</b>{_marked(text[len(first) :])}"


def _marked(text: str) -> str:
    return "".join(
        f'<a href="{escape(part.href)}">{escape(part.shown)}</a>'
        if part.href
        else escape(part.shown)
        for part in linked(text)
    )


def _preview(message: Message) -> dict[str, Any]:
    """The card's link, whichever stands first in the text; large, if its picture was wanted."""
    if not message.card.url:
        return {"is_disabled": True}
    large = {"prefer_large_media": True} if message.pictures else {}
    return {"url": message.card.url} | large


def _place(there: Published) -> tuple[str, str, str]:
    """Which chat, which message, and what its words are there: text or caption."""
    chat, _, rest = there.remote_id.partition("/")
    id, _, field = rest.partition("/")
    if not id.isdecimal():
        raise NotSent("Nobody knows which message it is.", permanent=True, hint=_BY_HAND)
    return chat, id, field


def _permalink(chat: Mapping[str, Any], id: int) -> str:
    """Of a public chat for everybody, of a private one for its members, of a small group none."""
    if chat.get("username"):
        return f"https://t.me/{chat['username']}/{id}"
    number = str(chat.get("id", ""))
    return f"https://t.me/c/{number[4:]}/{id}" if number.startswith("-100") else ""


def _remark(bot: Mapping[str, Any], member: Mapping[str, Any]) -> str:
    # Members of a group may write; in a channel only administrators with that right.
    silent = member.get("status") in {"left", "kicked"} or member.get("can_post_messages") is False
    return f"Let @{bot.get('username')} post messages there." if silent else ""


def _says(answer: requests.Response, what: str) -> bool:
    return answer.status_code == 400 and what in words(answer, "description").lower()


def _parameter(answer: requests.Response, name: str) -> int:
    """A number that goes along with a refusal; 0 where there is none."""
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        return 0
    given = found.get("parameters") if isinstance(found, dict) else None
    number = given.get(name) if isinstance(given, dict) else 0
    return number if isinstance(number, int) else 0


def _refusal(answer: requests.Response, now: datetime) -> NotSent:
    """What Telegram's refusal means; it says why in *description* alone."""
    said, status = words(answer, "description"), answer.status_code
    if status == 404:
        # So it answers to a token that is none; anything else has no such word.
        if said == "Not Found":
            return NotSent(
                "Telegram knows no bot with this token (404).",
                permanent=True, auth=True, scope=Scope.LANE, hint=RECONNECT,
            )  # fmt: skip
        return shut("Telegram", "is not at this API address (404)", "Put its right address in.")
    if status == 403 or (status == 400 and any(mark in said.lower() for mark in _SHUT)):
        return shut(
            "Telegram", f"does not let the bot write there ({status}): {said[:300]}",
            "Make the bot an administrator of the channel, then resume the account.",
        )  # fmt: skip
    error = refusal("Telegram", answer, said, now)
    if seconds := _parameter(answer, "retry_after"):
        error.retry_after = timedelta(seconds=seconds)
    if "message can't be" in said or "message to edit not found" in said:
        error.hint = _BY_HAND
    return error
