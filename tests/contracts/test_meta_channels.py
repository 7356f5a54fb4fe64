"""LinkedIn, Threads and Facebook pages, each against a server that keeps what it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syndicate.social.channels.message import Published, Reactions
from tests.contracts.channel_capabilities import ChannelCapabilities, Shown, Standing
from tests.contracts.channel_contract import ChannelContract
from tests.fakes.facebook import PAGE, FakeFacebook
from tests.fakes.faults import Line
from tests.fakes.linkedin import ORGANIZATION, FakeLinkedIn, shown
from tests.fakes.threads import FakeThreads


class TestLinkedIn(ChannelCapabilities, ChannelContract):
    channel = "linkedin"
    decisive = ("POST", "/rest/posts")
    secret = ("token", "AQX-a-token-that-was-taken-back")
    refused = (422, b'{"code": "INVALID_CONTENT", "message": "so said LinkedIn"}')
    long_title = "Ein (sehr) langer Titel – 潮と町 #Hafen_1 👩‍👩‍👧 " * 90

    @pytest.fixture
    def server(self) -> Iterator[FakeLinkedIn]:
        with FakeLinkedIn() as server:
            # LinkedIn's own refusal of duplicates is a second guard; reading must do without it.
            server.refuses_duplicates = False
            server.slow = 0
            yield server

    @pytest.fixture
    def line(self, server: FakeLinkedIn) -> Iterator[Line]:
        with Line(server.url) as line:
            line.on(*self.decisive)
            server.storage = line.url
            yield line

    def credentials(self, server: FakeLinkedIn, url: str) -> dict[str, str]:
        return {"token": server.token}

    def options(self, url: str) -> dict[str, Any]:
        return {"api": url, "author": ORGANIZATION}

    def published(self, server: FakeLinkedIn) -> list[str]:
        return server.published()

    edits = ("POST", "/rest/posts/")
    deletes = ("DELETE", "/rest/posts/")
    uploads = ("PUT", "/upload/")

    def standing(self, server: FakeLinkedIn) -> list[Standing]:
        return [
            Standing(
                post["id"],
                shown(post["commentary"]),
                tuple(
                    Shown(server.images[one["id"]]["data"], one.get("altText", ""))
                    for one in _pictures(post.get("content", {}))
                ),
            )
            for post in server.posts
        ]

    def received(self, server: FakeLinkedIn, there: Published) -> Reactions:
        server.noticed = {there.remote_id}
        return Reactions(likes=4, reposts=1, replies=2, views=50, clicks=9)


def _pictures(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a post's *content*, one or several; a card's is none."""
    one = content.get("media")
    return [one] if one else content.get("multiImage", {}).get("images", [])


class TestThreads(ChannelCapabilities, ChannelContract):
    channel = "threads"
    decisive = ("POST", "/v1.0/me/threads_publish")
    secret = ("token", "THAA-a-token-that-was-taken-back")
    refused = (400, b'{"error": {"message": "so said Threads", "code": 100}}')

    @pytest.fixture
    def server(self) -> Iterator[FakeThreads]:
        with FakeThreads() as server:
            yield server

    def credentials(self, server: FakeThreads, url: str) -> dict[str, str]:
        return {"token": server.token}

    def options(self, url: str) -> dict[str, Any]:
        return {"api": url}

    def published(self, server: FakeThreads) -> list[str]:
        return server.published()

    deletes = ("DELETE", "/v1.0/")
    # The container of a picture, which Threads fetches.
    uploads = ("POST", "/v1.0/me/threads")
    bad_picture = (400, b'{"error": {"message": "The media could not be fetched", "code": 100}}')
    fetched = True

    def standing(self, server: FakeThreads) -> list[Standing]:
        return [
            Standing(
                post["id"],
                post["text"],
                tuple(
                    Shown(one["image_url"].encode(), one.get("alt_text", ""))
                    for one in server.pictures(post)
                ),
                post["given"].get("reply_to_id", ""),
            )
            for post in server.posts
        ]

    def received(self, server: FakeThreads, there: Published) -> Reactions:
        server.noticed = {there.remote_id}
        return Reactions(likes=7, reposts=2, replies=3, quotes=1, views=90)


class TestFacebook(ChannelCapabilities, ChannelContract):
    channel = "facebook"
    decisive = ("POST", f"/v26.0/{PAGE}/feed")
    secret = ("token", "EAAB-a-token-that-was-taken-back")
    refused = (400, b'{"error": {"message": "(#100) so said Facebook", "code": 100}}')

    @pytest.fixture
    def server(self) -> Iterator[FakeFacebook]:
        with FakeFacebook() as server:
            # As LinkedIn above.
            server.refuses_duplicates = False
            yield server

    def credentials(self, server: FakeFacebook, url: str) -> dict[str, str]:
        return {"page": PAGE, "token": server.token}

    def options(self, url: str) -> dict[str, Any]:
        return {"api": url}

    def published(self, server: FakeFacebook) -> list[str]:
        return server.published()

    edits = ("POST", f"/v26.0/{PAGE}_")
    deletes = ("DELETE", f"/v26.0/{PAGE}_")
    uploads = ("POST", f"/v26.0/{PAGE}/photos")
    bad_picture = (400, b'{"error": {"message": "Missing or invalid image file", "code": 324}}')

    def standing(self, server: FakeFacebook) -> list[Standing]:
        return [
            Standing(
                post["id"],
                post["message"],
                tuple(Shown(**server.photos[photo]) for photo in post["photos"]),
            )
            for post in server.posts
        ]

    def received(self, server: FakeFacebook, there: Published) -> Reactions:
        server.noticed = {there.remote_id}
        return Reactions(likes=5, reposts=1, replies=2, views=300, clicks=40)
