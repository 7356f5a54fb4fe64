"""A Discord webhook on 127.0.0.1, by https://docs.discord.com/developers/resources/webhook.

with FakeDiscord() as discord:
    discord.hook                what an account needs
    discord.messages            what stands there, by id: content, attachments, asked
    discord.files               what was uploaded, by the message's id and the attachment's
    discord.forum = True        it takes nothing but threads
    discord.room = 1            requests until it says 429, for *pause* seconds
    discord.takes_files = False
    discord.gone = True         the webhook was deleted
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from tests.fakes.service import Asked, File, Reply, Service

ID, TOKEN = "223704706495545344", "3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777"
CHANNEL, SERVER = "199737254929760256", "199737254929760257"


class FakeDiscord(Service):
    """One webhook of one channel."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        self.files: dict[tuple[str, int], File] = {}
        self.forum = False
        self.takes_files = True
        self.gone = False
        self.room = 1000
        self.pause = 1.5
        self._ids = itertools.count(1_300_000_000_000_000_001)

    @property
    def hook(self) -> str:
        """Its address, as Discord shows it."""
        return f"{self.url}/api/webhooks/{ID}/{TOKEN}"

    def published(self) -> list[str]:
        """What was written, oldest first."""
        return [message["content"] for message in self.messages.values()]

    def answer(self, asked: Asked) -> Reply:
        """As discord.com, version 10."""
        at = asked.path.strip("/").split("/")
        if at[:3] != ["api", "v10", "webhooks"] or len(at) not in {5, 7}:
            return _no(404, 0, "404: Not Found")
        if at[3] != ID or self.gone:
            return _no(404, 10015, "Unknown Webhook")
        if at[4] != TOKEN:
            return _no(401, 50027, "Invalid Webhook Token")
        if not self.room:
            return too_many(self.pause)
        self.room -= 1
        reply = self._do(asked, at[6] if len(at) == 7 else "")
        left = {
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": str(min(self.room, 4)),
            "X-RateLimit-Reset-After": str(self.pause),
            "X-RateLimit-Bucket": "abcd1234",
        }
        reply.headers |= left
        return reply

    def _do(self, asked: Asked, id: str) -> Reply:
        if not id:
            return self._me() if asked.method == "GET" else self._create(asked)
        thread = asked.query.get("thread_id", CHANNEL)
        message = self.messages.get(id)
        if message is None or message["channel_id"] != thread:
            return _no(404, 10008, "Unknown Message")
        if asked.method == "DELETE":
            del self.messages[id]
            return Reply(204)
        if asked.method != "PATCH":
            return Reply(200, message)
        if refused := _unfit(asked.json):
            return refused
        message |= asked.json
        return Reply(200, message)

    def _me(self) -> Reply:
        me = {"id": ID, "type": 1, "name": "The Review", "channel_id": CHANNEL}
        return Reply(200, me | {"guild_id": SERVER, "token": TOKEN, "avatar": None})

    def _create(self, asked: Asked) -> Reply:
        texts, files = asked.form if asked.is_form else ({}, {})
        post = json.loads(texts["payload_json"]) if asked.is_form else asked.json
        thread = asked.query.get("thread_id", "")
        if self.forum and not (thread or post.get("thread_name")):
            why = "Webhooks posted to forum channels must have a thread_name or thread_id"
            return _no(400, 220001, why)
        if not self.forum and post.get("thread_name"):
            return _no(400, 220003, "Webhooks can only create threads in forum channels")
        if files and not self.takes_files:
            return _no(413, 40005, "Request entity too large")
        if refused := _unfit(post) or _unnamed(post, files):
            return refused
        id = str(next(self._ids))
        opened = id if post.get("thread_name") else ""
        message = {"id": id, "channel_id": thread or opened or CHANNEL, **post}
        self.messages[id] = message
        for one in post.get("attachments", []):
            self.files[id, one["id"]] = files[f"files[{one['id']}]"]
        return Reply(200, message) if asked.query.get("wait") == "true" else Reply(204)


def _unfit(post: dict[str, Any]) -> Reply | None:
    if len(post["content"]) <= 2000:
        return None
    slip = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
    return _no(400, 50035, "Invalid Form Body", {"content": {"_errors": [slip]}})


def _unnamed(post: dict[str, Any], files: dict[str, File]) -> Reply | None:
    """Each file must be one of the attachments, and each of these a file."""
    named = {f"files[{one['id']}]": one for one in post.get("attachments", [])}
    wrong = set(named) ^ set(files) or any(
        one["filename"] != files[name].name or len(one["description"]) > 1024
        for name, one in named.items()
    )
    return _no(400, 50035, "Invalid Form Body", {"attachments": {}}) if wrong else None


def _no(status: int, code: int, why: str, errors: dict[str, Any] | None = None) -> Reply:
    return Reply(status, {"message": why, "code": code} | ({"errors": errors} if errors else {}))


def too_many(seconds: float) -> Reply:
    """What Discord says to whoever comes too often."""
    said = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
    headers = {
        "Retry-After": str(int(seconds) + 1),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset-After": str(seconds),
        "X-RateLimit-Scope": "user",
    }
    return Reply(429, said, headers)
