"""The channels of open networks, each against a real server of its kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.channel_contract import ChannelContract
from tests.fakes import relay, synapse
from tests.fakes.relay_line import RelayLine

# Of NIP-19's examples.
KEY = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"


@pytest.mark.synapse
@pytest.mark.skipif(bool(synapse.missing()), reason=synapse.missing())
class TestMatrix(ChannelContract):
    channel = "matrix"
    decisive = ("PUT", "/_matrix/client/v3/rooms/")
    secret = ("token", "syt_a-token-that-was-taken-back")
    refused = (413, b'{"errcode": "M_TOO_LARGE", "error": "event too large, said the server"}')

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls) -> Iterator[synapse.Synapse]:
        with synapse.Synapse() as server:
            yield server

    def credentials(self, server: synapse.Synapse, url: str) -> dict[str, str]:
        return {"server": url, "token": server.token, "room": server.alias}

    def published(self, server: synapse.Synapse) -> list[str]:
        return [content["body"] for content in server.said()]


@pytest.mark.relay
@pytest.mark.skipif(bool(relay.missing()), reason=relay.missing())
class TestNostr(ChannelContract):
    channel = "nostr"
    secret = ("key", "nsec1a-key-that-is-none")
    refused = (200, b"invalid: so said the relay")

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls) -> Iterator[relay.Relay]:
        with relay.Relay() as server:
            yield server

    @pytest.fixture
    def line(self, server: relay.Relay) -> Iterator[RelayLine]:  # type: ignore[override]
        with RelayLine(server.url) as line:
            line.on("EVENT")
            yield line

    def credentials(self, server: relay.Relay, url: str) -> dict[str, str]:
        return {"key": KEY, "relays": url}

    def published(self, server: relay.Relay) -> list[str]:
        return [note["content"] for note in server.notes()]
