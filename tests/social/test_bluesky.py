"""What is Bluesky's alone: links by byte offsets, cards with pictures, tokens that run out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.lib.errors import NotSent
from syndicate.social.channels.bluesky import Bluesky
from syndicate.social.channels.bluesky_profile import is_marked, marked
from syndicate.social.channels.bluesky_record import record, shorten
from syndicate.social.channels.message import Card, Image, Part, Published
from syndicate.social.key import key
from tests.fakes import pds
from tests.fakes.faults import Line
from tests.fakes.photographs import photograph
from tests.social.stage import LINK, Memory, message

LABELS = "com.atproto.label.defs#selfLabels"
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
        card = Card(url=LINK, title="A pier", description="It opened.")
        self.posted(self.channel(server, line.url), card=card, thumb=picture())
        external = server.records()[-1]["value"]["embed"]["external"]
        assert (external["uri"], external["title"]) == (LINK, "A pier")
        assert server.blob(external["thumb"]) == picture().data

    def test_a_refused_thumb_costs_neither_card_nor_post(self, server: pds.Pds, line: Line) -> None:
        card = Card(url=LINK, title="A card without")
        line.on("POST", "/xrpc/com.atproto.repo.uploadBlob")
        line.answer(413, {}, b'{"error": "PayloadTooLarge", "message": "too large"}')
        assert self.posted(self.channel(server, line.url), card=card, thumb=picture())
        external = server.records()[-1]["value"]["embed"]["external"]
        assert external == {"uri": LINK, "title": "A card without", "description": ""}

    def test_a_picture_the_server_stumbles_over_is_left_out_in_the_end(
        self, server: pds.Pds, line: Line
    ) -> None:
        now = datetime.now(UTC)
        broken = Image(b"\x89PNG\r\n\x1a\n no picture at all", "image/png", 10, 10)
        channel = self.channel(server, line.url)
        with pytest.raises(NotSent) as refused:
            channel.publish(message(now, pictures=(broken,)), lambda: None)
        assert not refused.value.permanent
        late = message(now, now=now + timedelta(minutes=11), pictures=(broken,))
        assert channel.publish(late, lambda: None).permalink

    def test_pictures_stand_instead_of_the_card(self, server: pds.Pds, line: Line) -> None:
        self.posted(self.channel(server, line.url), pictures=(picture(),), thumb=picture())
        embed = server.records()[-1]["value"]["embed"]
        assert embed["$type"] == "app.bsky.embed.images"
        (image,) = embed["images"]
        assert (image["alt"], image["aspectRatio"]) == ("A pier", {"width": 64, "height": 48})
        assert line.times("POST", "/xrpc/com.atproto.repo.uploadBlob") == 1

    def test_each_part_knows_where_the_thread_begins(self, server: pds.Pds, line: Line) -> None:
        channel, after = self.channel(server, line.url), []
        for number in range(3):
            now = datetime.now(UTC)
            part = message(now, f"Part {number}", key=key(number, now), after=tuple(after))
            after.append(channel.publish(part, lambda: None))
        first, second, third = server.records()[-3:]
        reply = third["value"]["reply"]
        assert reply["root"] == {"uri": first["uri"], "cid": first["cid"]}
        assert reply["parent"] == {"uri": second["uri"], "cid": second["cid"]}

    def test_a_part_whose_thread_is_gone_is_not_posted(self, server: pds.Pds, line: Line) -> None:
        gone = Published(f"at://{server.did}/app.bsky.feed.post/3kaaaaaaaaa2a")
        with pytest.raises(NotSent, match="is gone") as refused:
            self.posted(self.channel(server, line.url), after=(gone,))
        assert refused.value.permanent

    def test_a_mention_is_a_link_if_there_is_such_an_account(
        self, server: pds.Pds, line: Line
    ) -> None:
        text = "By @Harbour.test, with @nobody.test"
        self.posted(self.channel(server, line.url), text=text)
        (facet,) = server.records()[-1]["value"]["facets"]
        assert facet["features"][0]["did"] == server.did
        assert (facet["index"]["byteStart"], facet["index"]["byteEnd"]) == (3, 16)

    def test_the_account_is_marked_as_automated_once(self, server: pds.Pds, line: Line) -> None:
        assert self.channel(server, line.url).check().remark == ""
        assert server.profile()["labels"]["values"] == [{"val": "bot"}]
        before = line.times("POST", PUT)
        assert self.channel(server, line.url).check().remark == ""
        assert line.times("POST", PUT) == before

    def test_what_hinders_the_mark_is_remarked_upon(self, line: Line, server: pds.Pds) -> None:
        self.posted(self.channel(server, line.url))
        # Somebody changes the profile at the same moment: it is not the one that we were shown.
        shown = {"cid": server.records()[-1]["cid"], "value": {"displayName": "Harbour"}}
        line.on("GET", "/xrpc/com.atproto.repo.getRecord")
        line.answer(200, {}, json.dumps(shown).encode())
        assert "automation label" in self.channel(server, line.url).check().remark

    def test_many_posts_are_measured_25_at_a_time(self, server: pds.Pds, line: Line) -> None:
        uris = [f"at://{server.did}/app.bsky.feed.post/{number}" for number in range(60)]
        before = len(server.appview.asked)
        assert self.channel(server, line.url).measure(uris) == {}
        assert server.appview.asked[before:] == [25, 25, 10]


def picture() -> Image:
    return Image(photograph(1, 64, 48), "image/jpeg", 64, 48, "A pier")


def test_a_mark_leaves_all_else_in_the_profile() -> None:
    before = {
        "displayName": "Harbour",
        "labels": {"$type": LABELS, "values": [{"val": "!no-unauthenticated"}]},
    }
    after = marked(before)
    assert after["displayName"] == "Harbour"
    assert after["labels"]["values"] == [{"val": "!no-unauthenticated"}, {"val": "bot"}]
    assert is_marked(after) and not is_marked(before)
