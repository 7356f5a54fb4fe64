"""Channels that are chats: none can be asked what stands there, so only an editor can tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.channel_contract import ChannelContract
from tests.fakes import discord
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram, too_many


class TestTelegram(ChannelContract):
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


class TestDiscord(ChannelContract):
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


class TestSlack(ChannelContract):
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


class TestSlackBot(ChannelContract):
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
