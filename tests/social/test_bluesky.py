"""What is Bluesky's alone: links by byte offsets, cards with pictures, tokens that run out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.lib.errors import NotSent
from syndicate.social.channels.bluesky import Bluesky, record, shorten
from syndicate.social.channels.message import Card, Part
from tests.fakes import pds
from tests.fakes.faults import Line
from tests.social.stage import LINK, Memory, message

PUT = "/xrpc/com.atproto.repo.putRecord"
EXPIRED = json.dumps({"error": "ExpiredToken", "message": "Token has expired"}).encode()


def offline() -> Bluesky:
    return Bluesky({"handle": "a.test", "password": "p"}, {}, Memory())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org", "example.org"),
        ("https://example.org/", "example.org"),
        ("https://example.org/articles/1", "example.org/articles/1"),
        ("https://example.org/articles/a-new-pier?utm=1", "example.org/articles/a-n…"),
        ("https://example.org?q=a-long-question", "example.org?q=a-long-que…"),
    ],
)
def test_a_link_is_shown_short(url: str, shown: str) -> None:
    assert shorten(url) == shown


def test_a_link_counts_as_short_as_it_is_shown() -> None:
    long = "https://example.org/" + "a" * 500
    assert offline().count(f"See {long}.") == len("See example.org/aaaaaaaaaaaa….")
    assert offline().parts(f"See {long}.") == [
        Part("See "), Part("example.org/aaaaaaaaaaaa…", long), Part(".")
    ]  # fmt: skip


def test_there_is_a_limit_in_bytes_too() -> None:
    family = "👩‍👩‍👧‍👦"  # one character, 25 bytes
    assert offline().count(family * 200) == 200
    assert not offline().fits(family * 200)
    assert offline().fits("a" * 300) and not offline().fits("a" * 301)


def test_facets_point_at_bytes(now: datetime) -> None:
    text = f"Größe 👩‍👩‍👧 #Häfen {LINK} #2026 c#"
    made = record(offline().parts(text), message(now, text))
    raw = made["text"].encode()
    pointed = [
        (raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(), f["features"][0])
        for f in made["facets"]
    ]
    tag = {"$type": "app.bsky.richtext.facet#tag", "tag": "Häfen"}
    link = {"$type": "app.bsky.richtext.facet#link", "uri": LINK}
    assert pointed == [("#Häfen", tag), (shorten(LINK), link)]


def test_a_mention_points_at_whom_the_server_knows_and_others_are_text(now: datetime) -> None:
    text = "By @ada.example.com, not @bob.example.com; see example.org/a"
    known = {"ada.example.com": "did:plc:ada"}
    made = record(offline().parts(text), message(now, text), known)
    mention = {"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:ada"}
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/a"}
    assert [(facet["index"]["byteStart"], *facet["features"]) for facet in made["facets"]] == [
        (3, mention), (len(text) - len("example.org/a"), link),
    ]  # fmt: skip


def test_a_record_tells_when_and_in_which_language(now: datetime) -> None:
    made = record([Part("A pier")], message(now, "A pier"))
    assert (made["createdAt"], made["langs"]) == ("2026-11-23T12:00:00.000Z", ["en-GB"])


@pytest.mark.node
@pytest.mark.skipif(bool(pds.missing()), reason=pds.missing())
class TestAgainstARealServer:
    """A PDS as Bluesky runs them."""

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls) -> Iterator[pds.Pds]:
        with pds.Pds() as server:
            yield server

    @pytest.fixture
    def line(self, server: pds.Pds) -> Iterator[Line]:
        with Line(server.url) as line:
            yield line

    def channel(self, server: pds.Pds, url: str, password: str = "") -> Bluesky:
        self.tokens = Memory()
        login = {"handle": server.handle, "password": password or server.password, "server": url}
        return Bluesky(login, {}, self.tokens)

    def posted(self, channel: Bluesky, **values: object) -> str:
        return channel.publish(message(datetime.now(UTC), **values), lambda: None).permalink

    def test_the_permalink_is_the_records_name(self, server: pds.Pds, line: Line) -> None:
        post = message(datetime.now(UTC))
        found = self.channel(server, line.url).publish(post, lambda: None)
        assert found.permalink == f"https://bsky.app/profile/harbour.test/post/{post.key}"
        assert found.remote_id == f"at://{server.did}/app.bsky.feed.post/{post.key}"

    def test_a_mention_is_resolved_by_the_server(self, server: pds.Pds, line: Line) -> None:
        text = f"By @{server.handle} and @nobody.test {LINK}"
        self.channel(server, line.url).publish(message(datetime.now(UTC), text), lambda: None)
        facets = server.records()[-1]["value"]["facets"]
        mention = {"$type": "app.bsky.richtext.facet#mention", "did": server.did}
        assert [facet["features"][0]["$type"].split("#")[1] for facet in facets] == [
            "mention", "link",
        ]  # fmt: skip
        assert facets[0]["features"] == [mention]

    def test_a_token_that_ran_out_is_renewed(self, server: pds.Pds, line: Line) -> None:
        channel = self.channel(server, line.url)
        self.posted(channel)
        before = self.tokens.kept["refresh"]
        line.on("POST", PUT)
        line.answer(400, {"Content-Type": "application/json"}, EXPIRED)
        self.posted(channel)
        assert self.tokens.kept["refresh"] != before
        assert line.times("POST", "/xrpc/com.atproto.server.createSession") == 1
        assert line.times("POST", "/xrpc/com.atproto.server.refreshSession") == 1

    def test_tokens_that_are_good_for_nothing_end_in_a_fresh_sign_in(
        self, server: pds.Pds, line: Line
    ) -> None:
        channel = self.channel(server, line.url)
        self.posted(channel)
        self.tokens.kept = self.tokens.kept | {"access": "none", "refresh": "none"}
        self.posted(channel)
        assert line.times("POST", "/xrpc/com.atproto.server.createSession") == 2

    def test_a_wrong_password_is_for_a_person(self, server: pds.Pds, line: Line) -> None:
        with pytest.raises(NotSent, match=r"does not let harbour\.test in") as refused:
            self.channel(server, line.url, "wrong").check()
        assert refused.value.auth and "app password" in refused.value.hint
        assert "wrong" not in str(refused.value)

    def test_the_card_has_a_picture(self, server: pds.Pds, line: Line) -> None:
        card = Card(url=LINK, title="A pier", description="It opened.", image=f"{line.url}/no.png")
        picture = (Path(pds.HERE) / "pictures").glob("*.jpg")
        line.on("GET", "/no.png")
        line.answer(200, {"Content-Type": "image/jpeg"}, next(picture).read_bytes())
        self.posted(self.channel(server, line.url), card=card)
        external = server.records()[-1]["value"]["embed"]["external"]
        assert (external["uri"], external["title"]) == (LINK, "A pier")
        assert external["thumb"]["mimeType"] == "image/jpeg"

    @pytest.mark.parametrize(
        ("status", "kind", "body"),
        [
            (404, "text/html", b"gone"),
            (200, "text/html", b"<html>"),
            (200, "image/png", b"\x89PNG no picture at all"),
            (200, "image/jpeg", b"\xff" * 1_000_001),
        ],
    )
    def test_a_picture_that_will_not_do_costs_no_post(
        self, server: pds.Pds, line: Line, status: int, kind: str, body: bytes
    ) -> None:
        line.on("GET", "/a.png")
        line.answer(status, {"Content-Type": kind}, body)
        title = f"A card without: {len(body)}"
        card = Card(url=LINK, title=title, image=f"{line.url}/a.png")
        assert self.posted(self.channel(server, line.url), card=card)
        external = server.records()[-1]["value"]["embed"]["external"]
        assert external["title"] == title
