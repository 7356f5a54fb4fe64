"""The four channels, each against a server that keeps what it is sent."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from typing import Any

import pytest

from syndicate.social.channels.message import Published, Reactions
from tests.contracts.channel_capabilities import ChannelCapabilities, Shown, Standing
from tests.contracts.channel_contract import ChannelContract
from tests.fakes import pds
from tests.fakes.mastodon import Mastodon
from tests.fakes.webhook import SECRET, Receiver
from tests.fakes.x import FakeX


class TestMastodon(ChannelCapabilities, ChannelContract):
    channel = "mastodon"
    decisive = ("POST", "/api/v1/statuses")
    secret = ("token", "a-token-that-was-taken-back")
    refused = (422, b'{"error": "Validation failed: said the server"}')
    # This server counts code points, and every character of a link.
    long_title = "Ein sehr langer Titel – 潮と町 " * 20

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls) -> Iterator[Mastodon]:
        with Mastodon() as server:
            yield server

    def credentials(self, server: Mastodon, url: str) -> dict[str, str]:
        return {"server": url, "token": server.token}

    def options(self, url: str) -> dict[str, Any]:
        return {"per_link": 100}

    def published(self, server: Mastodon) -> list[str]:
        return [status["content"].replace("&amp;", "&") for status in server.statuses()]

    edits = ("PUT", "/api/v1/statuses/")
    deletes = ("DELETE", "/api/v1/statuses/")
    uploads = ("POST", "/api/v2/media")

    def standing(self, server: Mastodon) -> list[Standing]:
        return [
            Standing(
                status["id"],
                html.unescape(status["content"]),
                tuple(
                    Shown(server.read(one["url"]), one["description"] or "")
                    for one in status["media_attachments"]
                ),
                status["in_reply_to_id"] or "",
            )
            for status in reversed(server.statuses())
            if status["account"]["username"] == "review"
        ]

    def received(self, server: Mastodon, there: Published) -> Reactions:
        server.react(there.remote_id)
        return Reactions(likes=1, reposts=1, replies=1)


@pytest.mark.node
@pytest.mark.skipif(bool(pds.missing()), reason=pds.missing())
class TestBluesky(ChannelCapabilities, ChannelContract):
    channel = "bluesky"
    decisive = ("POST", "/xrpc/com.atproto.repo.putRecord")
    secret = ("password", "an-app-password-that-was-taken-back")
    refused = (400, b'{"error": "InvalidRequest", "message": "the server said no"}')

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls) -> Iterator[pds.Pds]:
        with pds.Pds() as server:
            yield server

    def credentials(self, server: pds.Pds, url: str) -> dict[str, str]:
        return {"handle": server.handle, "password": server.password, "server": url}

    def published(self, server: pds.Pds) -> list[str]:
        return [json.dumps(record["value"]["facets"]) for record in server.records()]

    deletes = ("POST", "/xrpc/com.atproto.repo.deleteRecord")
    uploads = ("POST", "/xrpc/com.atproto.repo.uploadBlob")
    bad_picture = (413, b'{"error": "PayloadTooLarge", "message": "request entity too large"}')

    def standing(self, server: pds.Pds) -> list[Standing]:
        return [
            Standing(
                one["uri"],
                one["value"]["text"],
                tuple(
                    Shown(server.blob(image["image"]), image["alt"])
                    for image in one["value"].get("embed", {}).get("images", [])
                ),
                one["value"].get("reply", {}).get("parent", {}).get("uri", ""),
            )
            for one in server.records()
        ]

    def received(self, server: pds.Pds, there: Published) -> Reactions:
        counts = {"likeCount": 5, "repostCount": 2, "replyCount": 1, "quoteCount": 0}
        server.appview.counts[there.remote_id] = counts
        return Reactions(likes=5, reposts=2, replies=1, quotes=0)


class TestX(ChannelCapabilities, ChannelContract):
    channel = "x"
    decisive = ("POST", "/2/tweets")
    secret = ("access_token", "1849-a-token-that-was-taken-back")
    refused = (400, b'{"title": "Invalid Request", "detail": "so said the server"}')

    @pytest.fixture
    def server(self) -> Iterator[FakeX]:
        with FakeX() as server:
            # X's own refusal of duplicates is a second guard; the first must hold without it.
            server.refuses_duplicates = False
            yield server
            assert server.complaints == []

    def credentials(self, server: FakeX, url: str) -> dict[str, str]:
        return server.credentials

    def options(self, url: str) -> dict[str, Any]:
        return {"api": url}

    def published(self, server: FakeX) -> list[str]:
        return server.published()

    edits = ("POST", "/2/tweets")
    deletes = ("DELETE", "/2/tweets/")
    uploads = ("POST", "/2/media/upload")
    bad_picture = (400, b'{"title": "Invalid Request", "detail": "The media is no picture."}')

    def standing(self, server: FakeX) -> list[Standing]:
        return [
            Standing(
                post.id, post.sent, tuple(Shown(*server.media[id]) for id in post.media), post.after
            )
            for post in server.posts
        ]

    def received(self, server: FakeX, there: Published) -> Reactions:
        server.versions[there.remote_id].metrics = {"like_count": 3, "impression_count": 90}
        return Reactions(likes=3, reposts=0, replies=0, quotes=0, views=90)


class TestWebhook(ChannelCapabilities, ChannelContract):
    channel = "webhook"
    decisive = ("POST", "/")
    secret = ("secret", "whsec_YW5vdGhlciBzZWNyZXQgdGhhdCBpcyBub3QgdGhlaXJz")
    refused = (422, b'{"error": "the receiver said no"}')

    @pytest.fixture
    def server(self) -> Iterator[Receiver]:
        with Receiver() as server:
            yield server

    def credentials(self, server: Receiver, url: str) -> dict[str, str]:
        return {"url": url, "secret": SECRET}

    def published(self, server: Receiver) -> list[str]:
        return server.published()

    edits = deletes = ("POST", "/")
    bad_picture = None
    fetched = True

    def standing(self, server: Receiver) -> list[Standing]:
        return [
            Standing(
                id,
                data["text"],
                tuple(Shown(one["url"].encode(), one["alt"]) for one in data["pictures"]),
                data["after"][-1]["id"] if data["after"] else "",
            )
            for id, data in server.posts().items()
        ]
