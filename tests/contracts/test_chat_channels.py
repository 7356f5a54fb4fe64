"""Channels that are chats: none can be asked what stands there, so only an editor can tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.contracts.channel_capabilities import ChannelCapabilities, Shown, Standing
from tests.contracts.channel_contract import ChannelContract
from tests.fakes import discord
from tests.fakes.slack import FakeSlack, shown
from tests.fakes.telegram import CHAT_ID, FakeTelegram, too_many


class TestTelegram(ChannelCapabilities, ChannelContract):
    channel = "telegram"
    decisive = ("POST", f"/bot{FakeTelegram.token}/send")
    secret = ("token", "110201543:a-token-that-was-taken-back")
    refused = (400, b'{"ok": false, "error_code": 400, "description": "Bad Request: said no"}')
    too_often = ({}, json.dumps(too_many(600).body).encode())

    @pytest.fixture
    def server(self) -> Iterator[FakeTelegram]:
        with FakeTelegram() as server:
            yield server

    def credentials(self, server: FakeTelegram, url: str) -> dict[str, str]:
        return {"token": server.token, "chat": server.chat}

    def options(self, url: str) -> dict[str, Any]:
        return {"api": url}

    def published(self, server: FakeTelegram) -> list[str]:
        return server.published()

    edits = ("POST", f"/bot{FakeTelegram.token}/editMessage")
    deletes = ("POST", f"/bot{FakeTelegram.token}/deleteMessage")
    bad_picture = (400, b'{"ok": false, "description": "Bad Request: IMAGE_PROCESS_FAILED"}')

    def standing(self, server: FakeTelegram) -> list[Standing]:
        def named(id: int) -> str:
            return f"{CHAT_ID}/{id}/{'caption' if id in server.photos else 'text'}"

        return [
            Standing(
                named(id),
                message.get("text") or message["caption"],
                (Shown(server.photos[id]),) if id in server.photos else (),
                named(before["message_id"]) if (before := message.get("reply_to_message")) else "",
            )
            for id, message in server.messages.items()
        ]


class TestDiscord(ChannelCapabilities, ChannelContract):
    channel = "discord"
    decisive = ("POST", "/api/v10/webhooks")
    secret = ("url", "a-token-that-was-taken-back")
    refused = (400, b'{"code": 50035, "message": "said Discord"}')
    too_often = ({}, json.dumps(discord.too_many(600.0).body).encode())

    @pytest.fixture
    def server(self) -> Iterator[discord.FakeDiscord]:
        with discord.FakeDiscord() as server:
            yield server

    def credentials(self, server: discord.FakeDiscord, url: str) -> dict[str, str]:
        return {"url": server.hook.replace(server.url, url)}

    def taken_back(self, url: str) -> dict[str, str]:
        return {"url": f"{url}/api/webhooks/{discord.ID}/{self.secret[1]}"}

    def published(self, server: discord.FakeDiscord) -> list[str]:
        return server.published()

    edits = ("PATCH", "/api/v10/webhooks")
    deletes = ("DELETE", "/api/v10/webhooks")
    bad_picture = (413, b'{"code": 40005, "message": "Request entity too large"}')

    def standing(self, server: discord.FakeDiscord) -> list[Standing]:
        return [
            Standing(
                id,
                message["content"],
                tuple(
                    Shown(server.files[id, one["id"]].data, one["description"])
                    for one in message.get("attachments", [])
                ),
            )
            for id, message in server.messages.items()
        ]


class TestSlack(ChannelCapabilities, ChannelContract):
    channel = "slack"
    decisive = ("POST", "/services/")
    secret = ("url", "akeythatwastakenback")
    refused = (400, b"said_slack")
    too_often = ({"Retry-After": "600"}, b"rate_limited")

    @pytest.fixture
    def server(self) -> Iterator[FakeSlack]:
        with FakeSlack() as server:
            yield server

    def credentials(self, server: FakeSlack, url: str) -> dict[str, str]:
        return {"url": server.hook.replace(server.url, url)}

    def taken_back(self, url: str) -> dict[str, str]:
        return {"url": f"{url}/services/T0123/B0456/{self.secret[1]}"}

    def published(self, server: FakeSlack) -> list[str]:
        return server.published()

    bad_picture = (400, b"invalid_blocks")
    fetched = True

    def standing(self, server: FakeSlack) -> list[Standing]:
        # The webhook itself tells no number.
        return [replace(one, remote_id="") for one in _standing(server)]


class TestSlackBot(ChannelCapabilities, ChannelContract):
    channel = "slackbot"
    decisive = ("POST", "/api/chat.postMessage")
    secret = ("token", "xoxb-a-token-that-was-taken-back")
    refused = (200, b'{"ok": false, "error": "said_slack"}')
    too_often = ({"Retry-After": "600"}, b'{"ok": false, "error": "ratelimited"}')

    @pytest.fixture
    def server(self) -> Iterator[FakeSlack]:
        with FakeSlack() as server:
            yield server

    def credentials(self, server: FakeSlack, url: str) -> dict[str, str]:
        return {"token": server.token, "channel": server.channel}

    def options(self, url: str) -> dict[str, Any]:
        return {"api": f"{url}/api"}

    def published(self, server: FakeSlack) -> list[str]:
        return server.published()

    edits = ("POST", "/api/chat.update")
    deletes = ("POST", "/api/chat.delete")
    bad_picture = (200, b'{"ok": false, "error": "invalid_blocks"}')
    fetched = flat = True

    def standing(self, server: FakeSlack) -> list[Standing]:
        return _standing(server)


def _standing(server: FakeSlack) -> list[Standing]:
    return [
        Standing(
            f"{server.channel}/{ts}",
            shown(message["text"]),
            tuple(
                Shown(block["image_url"].encode(), block["alt_text"])
                for attachment in message.get("attachments", [])
                for block in attachment["blocks"]
            ),
            f"{server.channel}/{first}" if (first := message.get("thread_ts")) else "",
        )
        for ts, message in server.messages.items()
    ]
