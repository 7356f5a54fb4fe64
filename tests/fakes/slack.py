"""Slack on 127.0.0.1: an incoming webhook, and the Web API's chat methods.

with FakeSlack() as slack:
    slack.hook                      the webhook's address
    slack.token, slack.channel      a bot's
    slack.messages                  what stands there, by ts: text, attachments, thread_ts, asked
    slack.published()               the same as readers see it
    slack.broken = "no_service"     the webhook's next words, whatever comes
    slack.wrong = "is_archived"     the Web API's
    slack.takes_blocks = False
"""

from __future__ import annotations

import itertools
import json
import re
from html import unescape
from typing import Any

from tests.fakes.service import Asked, Reply, Service

_MARK = re.compile(r"<([^<>]*)>")
_STATUS = {
    "invalid_payload": 400, "no_text": 400, "invalid_blocks": 400, "user_not_found": 400,
    "action_prohibited": 403, "invalid_token": 403, "posting_to_general_channel_denied": 403,
    "no_service": 404, "no_team": 404, "channel_not_found": 404, "channel_is_archived": 410,
    "rollup_error": 500,
}  # fmt: skip


class FakeSlack(Service):
    """One workspace, one channel, an app with a webhook and a bot."""

    token = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy"
    channel = "C0123NEWS"
    key = "1J4kKcpXhBzcTDo7HvNCwdpg"

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        self.broken = self.wrong = ""
        self.takes_blocks = True
        self._ids = itertools.count(247)

    @property
    def hook(self) -> str:
        """The webhook's address."""
        return f"{self.url}/services/T0123/B0456/{self.key}"

    @property
    def api(self) -> str:
        """The Web API's."""
        return f"{self.url}/api"

    def published(self) -> list[str]:
        """What readers see, oldest first."""
        return [shown(message["text"]) for message in self.messages.values()]

    def answer(self, asked: Asked) -> Reply:
        """The webhook's words as text, the Web API's in JSON with 200."""
        if asked.path.startswith("/api/"):
            return self._method(asked)
        if self.broken:
            return said(self.broken)
        if asked.path != f"/services/T0123/B0456/{self.key}":
            return said("invalid_token" if asked.path.startswith("/services/T0123") else "no_team")
        post = asked.json
        if not post.get("text"):
            return said("no_text")
        if post.get("attachments") and not self.takes_blocks:
            return said("invalid_blocks")
        self._keep(post)
        return Reply(200, "ok")

    def _method(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return no("invalid_auth")
        if self.wrong:
            return no(self.wrong)
        act = getattr(self, asked.path.removeprefix("/api/").replace(".", "_"), None)
        return act(json.loads(asked.body or b"{}")) if act else no("unknown_method")

    def auth_test(self, values: dict[str, Any]) -> Reply:
        return yes(url="https://review.slack.com/", team="The Review", user="press", team_id="T0")

    def chat_postMessage(self, values: dict[str, Any]) -> Reply:
        if refused := self._unfit(values):
            return refused
        ts = self._keep(values)
        return yes(channel=self.channel, ts=ts, message={"text": values["text"], "ts": ts})

    def chat_update(self, values: dict[str, Any]) -> Reply:
        if refused := self._unfit(values):
            return refused
        if values["ts"] not in self.messages:
            return no("message_not_found")
        self.messages[values["ts"]] |= {"text": values["text"], "asked": values}
        return yes(channel=self.channel, ts=values["ts"], text=values["text"])

    def chat_delete(self, values: dict[str, Any]) -> Reply:
        if values["channel"] != self.channel:
            return no("channel_not_found")
        if self.messages.pop(values["ts"], None) is None:
            return no("message_not_found")
        return yes(channel=self.channel, ts=values["ts"])

    def _unfit(self, values: dict[str, Any]) -> Reply | None:
        if values["channel"] not in {self.channel, "#news"}:
            return no("channel_not_found")
        if len(values["text"]) > 40_000:
            return no("msg_too_long")
        blocks = values.get("attachments") and not self.takes_blocks
        return no("invalid_blocks") if blocks else None

    def _keep(self, post: dict[str, Any]) -> str:
        for attachment in post.get("attachments", []):
            for block in attachment["blocks"]:
                assert block["type"] == "image" and block["image_url"] and block["alt_text"]
        ts = f"1503435956.{next(self._ids):06}"
        self.messages[ts] = {**post, "asked": post}
        return ts


def shown(text: str) -> str:
    """Slack's own marks read: ``<url|label>`` is its label. Any other mark is one too many."""

    def label(mark: re.Match[str]) -> str:
        href, _, words = mark[1].partition("|")
        assert href.startswith(("https://", "http://")), f"{mark[0]} calls somebody"
        return words or href

    return unescape(_MARK.sub(label, text))


def said(word: str) -> Reply:
    """The webhook's answer."""
    return Reply(_STATUS[word], word)


def yes(**values: Any) -> Reply:
    """The Web API's."""
    return Reply(200, {"ok": True, **values})


def no(error: str) -> Reply:
    """Also with 200."""
    return Reply(200, {"ok": False, "error": error})
