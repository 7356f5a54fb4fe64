"""LinkedIn, Threads and Facebook pages, each against a server that keeps what it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.channel_contract import ChannelContract
from tests.fakes.facebook import PAGE, FakeFacebook
from tests.fakes.linkedin import ORGANIZATION, FakeLinkedIn
from tests.fakes.threads import FakeThreads


class TestLinkedIn(ChannelContract):
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
            yield server

    def credentials(self, server: FakeLinkedIn, url: str) -> dict[str, str]:
        return {"token": server.token}

    def options(self, url: str) -> dict[str, Any]:
        return {"api": url, "author": ORGANIZATION}

    def published(self, server: FakeLinkedIn) -> list[str]:
        return server.published()


class TestThreads(ChannelContract):
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


class TestFacebook(ChannelContract):
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
