"""What is Matrix's alone, against a real Synapse: rooms, devices, edits that are events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels import matrix_event
from syndicate.social.channels.matrix import LIMIT, Matrix
from syndicate.social.channels.message import Image, Published
from syndicate.social.key import key
from tests.fakes import synapse
from tests.fakes.faults import Line
from tests.social.stage import LINK, Memory, message

PICTURE = Path(__file__).parents[1] / "fakes" / "pictures" / "pier.jpg"
needs_synapse = [
    pytest.mark.synapse,
    pytest.mark.skipif(bool(synapse.missing()), reason=synapse.missing()),
]


@pytest.fixture(scope="module")
def server() -> Iterator[synapse.Synapse]:
    with synapse.Synapse() as server:
        yield server


@pytest.fixture
def line(server: synapse.Synapse) -> Iterator[Line]:
    with Line(server.url) as line:
        line.on("PUT", "/_matrix/client/v3/rooms/")
        yield line


def channel(server: synapse.Synapse, url: str = "", **given: object) -> Matrix:
    login = {"server": url or server.url, "token": server.token, "room": server.alias}
    options = {name: given.pop(name) for name in ("automated", "user") if name in given}
    return Matrix(login | {name: str(value) for name, value in given.items()}, options, Memory())


def posted(server: synapse.Synapse, text: str, **values: object) -> Published:
    now = datetime.now(UTC)
    return channel(server).publish(message(now, text, **values), lambda: None)


class TestOnSynapse:
    pytestmark = needs_synapse

    def test_check_names_who_posts_and_where(self, server: synapse.Synapse) -> None:
        me = channel(server).check()
        assert me.handle == f"{server.user} in {server.alias}"
        assert me.learned == {"user": server.user}

    def test_check_enters_the_room(self, server: synapse.Synapse) -> None:
        guest = server.register("guest")["access_token"]
        channel(server, token=guest).check()
        joined = server.ask("GET", "/v3/joined_rooms", token=guest)["joined_rooms"]
        assert joined == [server.room]

    def test_an_encrypted_room_is_refused(self, server: synapse.Synapse) -> None:
        secret = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        room = server.ask("POST", "/v3/createRoom", {"initial_state": [secret]})["room_id"]
        with pytest.raises(NotSent, match="encrypted") as refused:
            channel(server, room=room).check()
        assert refused.value.scope is Scope.LANE and not refused.value.auth

    def test_a_room_that_is_not_there_stops_the_account(self, server: synapse.Synapse) -> None:
        nowhere = channel(server, room="#nowhere:matrix.example")
        with pytest.raises(NotSent, match="knows no room #nowhere") as refused:
            nowhere.publish(message(datetime.now(UTC)), lambda: None)
        assert refused.value.permanent and refused.value.scope is Scope.LANE

    def test_who_may_not_speak_is_told_so(self, server: synapse.Synapse) -> None:
        levels = {"power_level_content_override": {"events_default": 50}, "preset": "public_chat"}
        room = server.ask("POST", "/v3/createRoom", levels)["room_id"]
        mute = server.register("mute")["access_token"]
        there = channel(server, token=mute, room=room)
        there.check()
        with pytest.raises(NotSent, match="403") as refused:
            there.publish(message(datetime.now(UTC)), lambda: None)
        assert refused.value.scope is Scope.LANE and not refused.value.auth
        assert "right to post" in refused.value.hint

    def test_links_are_links_and_nothing_else_is_markup(self, server: synapse.Synapse) -> None:
        there = posted(server, f"Fish & <b>chips</b>\n\n{LINK}?a=1&b=2.")
        content = server.event(there.remote_id)["content"]
        assert content["formatted_body"] == (
            "Fish &amp; &lt;b&gt;chips&lt;/b&gt;<br><br>"
            f'<a href="{LINK}?a=1&amp;b=2">{LINK}?a=1&amp;b=2</a>.'
        )
        assert content["body"] == f"Fish & <b>chips</b>\n\n{LINK}?a=1&b=2."
        assert content["m.mentions"] == {}

    @pytest.mark.parametrize(("automated", "kind"), [(True, "m.notice"), (False, "m.text")])
    def test_a_program_says_that_it_is_one(
        self, server: synapse.Synapse, automated: bool, kind: str
    ) -> None:
        there = channel(server, automated=automated)
        event = there.publish(message(datetime.now(UTC)), lambda: None)
        assert server.event(event.remote_id)["content"]["msgtype"] == kind

    def test_the_same_key_is_the_same_event(self, server: synapse.Synapse) -> None:
        one = message(datetime.now(UTC), "Only once")
        assert len({channel(server).publish(one, lambda: None) for _ in range(3)}) == 1

    def test_another_device_finds_it_too(self, server: synapse.Synapse) -> None:
        one = message(datetime.now(UTC), "Said on one device")
        there = channel(server).publish(one, lambda: None)
        login = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": "review"},
            "password": "a-password",
        }
        other = server.ask("POST", "/v3/login", login)["access_token"]
        assert channel(server, token=other).find(one) == there

    def test_what_is_not_there_is_not_found(self, server: synapse.Synapse) -> None:
        assert channel(server).find(message(datetime.now(UTC), "Never said")) is None

    def test_the_same_words_of_an_earlier_day_are_not_ours(self, server: synapse.Synapse) -> None:
        posted(server, "Said before")
        later = datetime.now(UTC) + timedelta(days=1)
        assert channel(server).find(message(later, "Said before", key=key(9, later))) is None

    def test_the_longest_text_can_be_posted_and_corrected(self, server: synapse.Synapse) -> None:
        there = channel(server)
        text = "潮" * 4_500
        assert LIMIT - 1500 < there.count(text) <= LIMIT
        event = posted(server, text)
        there.edit(event, message(datetime.now(UTC), text[1:] + "町"))
        assert server.edits(event.remote_id) == [text[1:] + "町"]

    def test_what_was_taken_down_cannot_be_corrected(self, server: synapse.Synapse) -> None:
        event = posted(server, "Soon gone")
        channel(server).delete(event)
        with pytest.raises(NotSent, match="no more") as refused:
            channel(server).edit(event, message(datetime.now(UTC), "Too late"))
        assert refused.value.permanent

    def test_taken_down_with_all_that_corrected_it(
        self, server: synapse.Synapse, line: Line
    ) -> None:
        event = posted(server, "The first wording")
        channel(server).edit(event, message(datetime.now(UTC), "The second wording"))
        line.drop_after()
        with pytest.raises(NotSent):
            channel(server, line.url).delete(event)
        channel(server).delete(event)
        channel(server).delete(event)
        assert not [one for one in server.said() if "wording" in one["body"]]

    def test_what_never_was_there_is_taken_down_already(self, server: synapse.Synapse) -> None:
        channel(server).delete(Published(f"{server.room}/$bm90LXRoZXJl"))

    def test_a_picture_and_its_words_are_one_event(self, server: synapse.Synapse) -> None:
        image = Image(PICTURE.read_bytes(), "image/jpeg", 640, 480, alt="The pier at noon")
        event = posted(server, "With a picture", pictures=(image,))
        channel(server).edit(event, message(datetime.now(UTC), "With a better caption"))
        content = server.event(event.remote_id)["content"]
        assert (content["msgtype"], content["body"]) == ("m.image", "With a picture")
        assert content["filename"] == "The pier at noon.jpeg"
        assert content["info"] | {"size": 0} == {
            "mimetype": "image/jpeg", "size": 0, "w": 640, "h": 480,
        }  # fmt: skip
        assert server.download(content["url"]) == image.data
        assert [one["url"] for one in server.said() if "better caption" in one["body"]]

    def test_a_picture_that_is_refused_does_not_cost_the_post(
        self, server: synapse.Synapse
    ) -> None:
        image = Image(bytes(1_100_000), "image/png", 1, 1)  # this server takes 1 MiB
        event = posted(server, "Without its picture", pictures=(image,))
        assert server.event(event.remote_id)["content"]["msgtype"] == "m.notice"

    def test_a_thread_hangs_together(self, server: synapse.Synapse) -> None:
        first = posted(server, "Part one")
        second = posted(server, "Part two", after=(first,))
        third = posted(server, "Part three", after=(first, second))
        relation = server.event(third.remote_id)["content"]["m.relates_to"]
        assert relation["event_id"] == matrix_event.split(first.remote_id)[1]
        answered = relation["m.in_reply_to"]["event_id"]
        assert answered == matrix_event.split(second.remote_id)[1]
        bundle = server.event(first.remote_id)["unsigned"]["m.relations"]["m.thread"]
        assert bundle["count"] == 2

    def test_too_often_in_the_server_s_own_words(self, server: synapse.Synapse) -> None:
        hasty = server.register("hasty")
        there = channel(server, token=hasty["access_token"])
        there.check()
        place = f"/_synapse/admin/v1/users/{hasty['user_id']}/override_ratelimit"
        server.ask("POST", place, {"messages_per_second": 1, "burst_count": 1})
        with pytest.raises(NotSent, match="429") as refused:
            for number in range(9):
                there.publish(message(datetime.now(UTC), f"Number {number}"), lambda: None)
        assert refused.value.scope is Scope.LANE and not refused.value.permanent
        assert refused.value.retry_after and refused.value.retry_after < timedelta(minutes=1)

    def test_a_wait_that_is_told_in_milliseconds_only(
        self, server: synapse.Synapse, line: Line
    ) -> None:
        line.answer(429, {}, b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 90000}')
        with pytest.raises(NotSent) as refused:
            channel(server, line.url).publish(message(datetime.now(UTC)), lambda: None)
        assert refused.value.retry_after == timedelta(seconds=90)

    def test_a_token_that_was_taken_back_is_named_and_not_shown(
        self, server: synapse.Synapse
    ) -> None:
        with pytest.raises(NotSent) as refused:
            channel(server, token="syt_taken_back").check()
        assert refused.value.auth and "syt_taken_back" not in str(refused.value)

    def test_a_room_that_is_named_by_its_id(self, server: synapse.Synapse) -> None:
        there = channel(server, room=server.room, user=server.user)
        link = there.publish(message(datetime.now(UTC)), lambda: None).permalink
        assert link.startswith(f"https://matrix.to/#/{quote(server.room, safe='')}/%24")
        assert link.endswith("?via=matrix.example")


def test_an_alias_as_apps_hand_it_on() -> None:
    given = {"room": "https://matrix.to/#/%23review%3Amatrix.example"}
    assert Matrix.complete(given)["room"] == "#review:matrix.example"


def test_what_is_no_room_is_refused_at_once() -> None:
    with pytest.raises(BadInput, match="no room"):
        Matrix.complete({"room": "review"})


def test_where_a_post_is_read() -> None:
    link = matrix_event.permalink("#review:matrix.example", "$abc", "matrix.example")
    assert link == "https://matrix.to/#/%23review%3Amatrix.example/%24abc"


@pytest.mark.parametrize("event", ["$plain", "$old/with/slashes:matrix.example"])
def test_a_remote_id_is_taken_apart_again(event: str) -> None:
    joined = matrix_event.join("!room:matrix.example", event)
    assert matrix_event.split(joined) == ("!room:matrix.example", event)


def test_readers_see_links_whole() -> None:
    parts = Matrix({}, {}, Memory()).parts(f"A pier: {LINK}.")
    assert [(part.shown, part.href) for part in parts] == [
        ("A pier: ", ""), (LINK, LINK), (".", ""),
    ]  # fmt: skip
