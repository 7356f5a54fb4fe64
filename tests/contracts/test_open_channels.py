"""The channels of open networks, each against a real server of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from syndicate.lib.errors import NotSent
from syndicate.social.channels import nostr_event
from syndicate.social.channels.base import Channel
from syndicate.social.channels.message import Published, Reactions
from tests.contracts.channel_capabilities import ChannelCapabilities, Shown, Standing
from tests.contracts.channel_contract import ChannelContract
from tests.fakes import relay, synapse
from tests.fakes.faults import Line
from tests.fakes.relay_line import RelayLine

# Of NIP-19's examples.
KEY = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
READER = nostr_event.keys("11" * 32)


@pytest.mark.synapse
@pytest.mark.skipif(bool(synapse.missing()), reason=synapse.missing())
class TestMatrix(ChannelCapabilities, ChannelContract):
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

    # Both are events that are put into the room.
    edits = deletes = decisive
    uploads = ("POST", "/_matrix/media/v3/upload")
    bad_picture = (413, b'{"errcode": "M_TOO_LARGE", "error": "the picture is too large"}')

    def standing(self, server: synapse.Synapse) -> list[Standing]:
        return [
            self.one(server, event["event_id"], event["content"]) for event in server.standing()
        ]

    def one(self, server: synapse.Synapse, event: str, content: dict[str, Any]) -> Standing:
        answered = content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
        return Standing(
            f"{server.room}/{event}",
            content["body"],
            (Shown(server.download(content["url"])),) if "url" in content else (),
            f"{server.room}/{answered}" if answered else "",
        )

    def test_a_correction_is_done_once_and_may_be_taken_back(
        self, server: synapse.Synapse, line: Line, leaf: Channel
    ) -> None:
        post, second = self.fresh("peer"), self.fresh("pier")
        there = self.posted(leaf, post)
        line.drop_after()
        with pytest.raises(NotSent):
            leaf.edit(there, second)
        first, third = (replace(self.fresh(), text=one.text) for one in (post, second))
        # The second one's last repetition comes late, and must not undo what followed.
        for correction in (second, second, first, first, second):
            leaf.edit(there, correction)
        assert server.edits(there.remote_id) == [second.text, first.text]
        for correction in (third, third):
            leaf.edit(there, correction)
        assert server.edits(there.remote_id) == [second.text, first.text, third.text]


@pytest.mark.relay
@pytest.mark.skipif(bool(relay.missing()), reason=relay.missing())
class TestNostr(ChannelCapabilities, ChannelContract):
    channel = "nostr"
    decisive = ("EVENT", str(nostr_event.NOTE))
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
            line.on(*self.decisive)
            yield line

    def credentials(self, server: relay.Relay, url: str) -> dict[str, str]:
        return {"key": KEY, "relays": url}

    def published(self, server: relay.Relay) -> list[str]:
        return [note["content"] for note in server.notes()]

    deletes = ("EVENT", str(nostr_event.DELETION))

    def standing(self, server: relay.Relay) -> list[Standing]:
        return [
            Standing(note["id"], note["content"], after=self.answered(note))
            for note in server.notes()
        ]

    def answered(self, note: nostr_event.Event) -> str:
        """The note above it; what answers a thread's first note is marked with that alone."""
        marks = {tag[3]: tag[1] for tag in note["tags"] if tag[0] == "e"}
        return marks.get("reply") or marks.get("root", "")

    def received(self, server: relay.Relay, there: Published) -> Reactions:
        at = int(datetime.now(UTC).timestamp())
        for kind, content, tag in ((7, "+", "e"), (6, "", "e"), (1, "Well", "e"), (1, "", "q")):
            said = [[tag, there.remote_id, "", "root"] if kind == 1 else [tag, there.remote_id]]
            server.take(nostr_event.sign(READER, kind, content, said, at))
        return Reactions(likes=1, reposts=1, replies=1, quotes=1)
