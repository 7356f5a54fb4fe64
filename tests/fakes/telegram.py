"""The Bot API on 127.0.0.1, as far as we use it (https://core.telegram.org/bots/api).

with FakeTelegram() as telegram:
    telegram.url, telegram.token, telegram.chat
    telegram.messages           what stands there, by number: text or caption, entities, photo
    telegram.photos             the pictures, by the same number
    telegram.moved_to = -100…   the group became a supergroup: its old number answers no more
    telegram.writes = False     the bot was thrown out
    telegram.reads_marks, telegram.takes_photos = False
    telegram.old = True         too late to take anything down
"""

from __future__ import annotations

import itertools
import json
from html.parser import HTMLParser
from typing import Any

from tests.fakes.service import Asked, Reply, Service

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
CHAT_ID = -1001234567890
_ALLOWED = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"}


class FakeTelegram(Service):
    """One bot, one public channel."""

    token = TOKEN
    chat = "@review"

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[int, dict[str, Any]] = {}
        self.photos: dict[int, bytes] = {}
        self.room: dict[str, Any] = {
            "id": CHAT_ID, "type": "channel", "title": "The Review", "username": "review",
        }  # fmt: skip
        self.member: dict[str, Any] = {"status": "administrator", "can_post_messages": True}
        self.moved_to = 0
        self.writes = True
        self.reads_marks = True
        self.takes_photos = True
        self.old = False
        self._ids = itertools.count(1)

    def published(self) -> list[str]:
        """What readers see, oldest first."""
        return [_words(message) for message in self.messages.values()]

    def answer(self, asked: Asked) -> Reply:
        """As api.telegram.org: the token and the method stand in the path."""
        _, bot, method = asked.path.split("/")
        if bot != f"bot{self.token}":
            # A token that was one once is refused otherwise than one that never was.
            known = bot.partition(":")[0] == f"bot{self.token.partition(':')[0]}"
            return _no(401, "Unauthorized") if known else _no(404, "Not Found")
        values, photo = self._values(asked)
        act = getattr(self, f"_{method}", None)
        return act(values, photo) if act else _no(404, "Not Found: method not found")

    def _values(self, asked: Asked) -> tuple[dict[str, Any], bytes]:
        if not asked.is_form:
            return asked.json, b""
        texts, files = asked.form
        for name in {"reply_parameters", "link_preview_options"} & set(texts):
            texts[name] = json.loads(texts[name])
        return dict(texts), files["photo"].data if "photo" in files else b""

    def _getMe(self, values: dict[str, Any], photo: bytes) -> Reply:
        return _yes({"id": 110201543, "is_bot": True, "first_name": "R", "username": "review_bot"})

    def _getChat(self, values: dict[str, Any], photo: bytes) -> Reply:
        return self._no_room(values) or _yes(self.room)

    def _getChatMember(self, values: dict[str, Any], photo: bytes) -> Reply:
        return self._no_room(values) or _yes({"user": {"id": values["user_id"]}, **self.member})

    def _sendMessage(self, values: dict[str, Any], photo: bytes) -> Reply:
        return self._send(values, "text", 4096, "message is too long")

    def _sendPhoto(self, values: dict[str, Any], photo: bytes) -> Reply:
        if refused := self._no_room(values):
            return refused
        if not self.takes_photos or not photo:
            return _no(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        if len(photo) > 10 * 1024 * 1024:
            return _no(413, "Request Entity Too Large")
        reply = self._send(values, "caption", 1024, "message caption is too long")
        if reply.status == 200:
            self.photos[reply.body["result"]["message_id"]] = photo
            reply.body["result"]["photo"] = [{"file_id": "AgAC", "width": 90, "height": 60}]
        return reply

    def _send(self, values: dict[str, Any], field: str, most: int, too_long: str) -> Reply:
        if refused := self._no_room(values) or self._unreadable(values, field, most, too_long):
            return refused
        after = values.get("reply_parameters", {})
        if after and after["message_id"] not in self.messages:
            if not after.get("allow_sending_without_reply"):
                return _no(400, "Bad Request: message to be replied not found")
            after = {}
        id = next(self._ids)
        message = {"message_id": id, "date": 1_790_000_000, "chat": self.room}
        message |= self._read(values, field)
        if after:
            message["reply_to_message"] = {"message_id": after["message_id"]}
        self.messages[id] = message | {"asked": values}
        return _yes(message)

    def _editMessageText(self, values: dict[str, Any], photo: bytes) -> Reply:
        return self._edit(values, "text", 4096, "message is too long")

    def _editMessageCaption(self, values: dict[str, Any], photo: bytes) -> Reply:
        return self._edit(values, "caption", 1024, "message caption is too long")

    def _edit(self, values: dict[str, Any], field: str, most: int, too_long: str) -> Reply:
        if refused := self._no_room(values):
            return refused
        message = self.messages.get(values["message_id"])
        if message is None:
            return _no(400, "Bad Request: message to edit not found")
        if field not in message:
            return _no(400, f"Bad Request: there is no {field} in the message to edit")
        if refused := self._unreadable(values, field, most, too_long):
            return refused
        fresh = self._read(values, field)
        if all(message.get(name) == value for name, value in fresh.items()):
            return _no(
                400,
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message",
            )
        message |= fresh
        return _yes({name: value for name, value in message.items() if name != "asked"})

    def _deleteMessage(self, values: dict[str, Any], photo: bytes) -> Reply:
        if refused := self._no_room(values):
            return refused
        if values["message_id"] not in self.messages:
            return _no(400, "Bad Request: message to delete not found")
        if self.old:
            return _no(400, "Bad Request: message can't be deleted for everyone")
        del self.messages[values["message_id"]]
        return _yes(True)

    def _no_room(self, values: dict[str, Any]) -> Reply | None:
        chat = str(values["chat_id"])
        if self.moved_to:
            if chat == str(self.moved_to):
                self.room["id"] = self.moved_to
                return None
            moved = {"migrate_to_chat_id": self.moved_to}
            return _no(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
        if chat not in {str(self.room["id"]), f"@{self.room.get('username')}"}:
            return _no(400, "Bad Request: chat not found")
        return (
            None if self.writes else _no(403, "Forbidden: bot is not a member of the channel chat")
        )

    def _unreadable(
        self, values: dict[str, Any], field: str, most: int, too_long: str
    ) -> Reply | None:
        marked = values.get("parse_mode") == "HTML"
        if marked and (slip := _slip(values[field]) or ("" if self.reads_marks else "byte 0")):
            return _no(400, f"Bad Request: can't parse entities: {slip}")
        plain = _words(self._read(values, field))
        if not plain.strip():
            return _no(400, "Bad Request: message text is empty")
        return _no(400, f"Bad Request: {too_long}") if len(plain) > most else None

    def _read(self, values: dict[str, Any], field: str) -> dict[str, Any]:
        if values.get("parse_mode") != "HTML":
            return {field: values[field], f"{field}_entities": []}
        reader = _Reader()
        reader.feed(values[field])
        reader.close()
        return {field: reader.text, f"{field}_entities": reader.entities}


class _Reader(HTMLParser):
    """Text and entities of Telegram's HTML; offsets and lengths in UTF-16 code units."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[dict[str, Any]] = []
        self.open: list[tuple[str, str, int]] = []
        self.slip = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ALLOWED:
            self.slip = self.slip or f'Unsupported start tag "{tag}" at byte offset 0'
        self.open.append((tag, dict(attrs).get("href") or "", _units(self.text)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            self.slip = self.slip or f'Unexpected end tag "{tag}" at byte offset 0'
            return
        _, href, begin = self.open.pop()
        kind = {"a": "text_link", "b": "bold"}.get(tag, tag)
        entity = {"type": kind, "offset": begin, "length": _units(self.text) - begin}
        self.entities.append(entity | ({"url": href} if href else {}))

    def handle_data(self, data: str) -> None:
        self.text += data


def _slip(text: str) -> str:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    unclosed = f'Can\'t find end tag corresponding to start tag "{reader.open[-1][0]}"' if (
        reader.open
    ) else ""  # fmt: skip
    return reader.slip or unclosed


def _words(message: dict[str, Any]) -> str:
    found: str = message.get("text", message.get("caption", ""))
    return found


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _yes(result: Any) -> Reply:
    return Reply(200, {"ok": True, "result": result})


def _no(code: int, why: str, parameters: dict[str, Any] | None = None) -> Reply:
    said: dict[str, Any] = {"ok": False, "error_code": code, "description": why}
    return Reply(code, said | ({"parameters": parameters} if parameters else {}))


def too_many(seconds: int) -> Reply:
    """What Telegram says to whoever writes too often."""
    why = f"Too Many Requests: retry after {seconds}"
    return _no(429, why, {"retry_after": seconds})
