"""What is Mastodon's alone: limits it tells, a key that holds an hour, reading back after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.lib.errors import NotSent
from syndicate.social.channels.mastodon import Mastodon
from syndicate.social.channels.message import Image, Published, Reactions
from tests.fakes import mastodon
from tests.fakes.faults import Line
from tests.fakes.photographs import photograph
from tests.social.stage import LINK, Memory, message


@pytest.fixture(scope="module")
def server() -> Iterator[mastodon.Mastodon]:
    with mastodon.Mastodon() as server:
        yield server


@pytest.fixture
def line(server: mastodon.Mastodon) -> Iterator[Line]:
    with Line(server.url) as line:
        yield line


def channel(server: mastodon.Mastodon, url: str = "", **options: object) -> Mastodon:
    login = {"server": url or server.url, "token": server.token}
    return Mastodon(login, options, Memory())


def test_the_server_says_who_we_are_and_what_it_allows(server: mastodon.Mastodon) -> None:
    me = channel(server).check()
    assert me.handle == f"@review@{server.url.removeprefix('http://')}"
    assert me.learned == {
        "limit": 500,
        "per_link": 23,
        "pictures": 4,
        "picture_bytes": 10_485_760,
        "picture_pixels": 16_777_216,
    }
    takes = channel(server, **me.learned).takes
    assert (takes.bytes, takes.pixels, takes.alt) == (10_485_760, 16_777_216, 1500)


def test_language_and_visibility_go_along(server: mastodon.Mastodon) -> None:
    now = datetime.now(UTC)
    posted = channel(server, visibility="unlisted").publish(message(now), lambda: None)
    status = server.get(f"/api/v1/statuses/{posted.remote_id}")
    assert (status["language"], status["visibility"]) == ("en", "unlisted")
    assert status["url"] == posted.permalink


def test_while_the_key_holds_the_server_is_not_asked(server: mastodon.Mastodon, line: Line) -> None:
    now = datetime.now(UTC)
    assert channel(server, line.url).find(message(now, now=now + timedelta(minutes=49))) is None
    assert line.asked == []


def test_later_it_is_read_back(server: mastodon.Mastodon) -> None:
    now = datetime.now(UTC)
    here = message(now, f"Here: {LINK}/here", now=now + timedelta(hours=2))
    nowhere = message(now, f"Nowhere: {LINK}/nowhere", now=now + timedelta(hours=2))
    posted = channel(server).publish(here, lambda: None)
    assert channel(server).find(here) == posted
    assert channel(server).find(nowhere) is None


def test_an_older_post_with_the_same_link_is_not_taken_for_ours(server: mastodon.Mastodon) -> None:
    now = datetime.now(UTC)
    channel(server).publish(message(now, f"Before: {LINK}/before"), lambda: None)
    later = now + timedelta(days=1)
    again = message(later, f"Again: {LINK}/before", now=later + timedelta(hours=2))
    assert channel(server).find(again) is None


def test_a_missing_permission_is_named(server: mastodon.Mastodon, line: Line) -> None:
    line.on("POST", "/api/v1/statuses")
    line.answer(403, {}, b'{"error": "This action is outside the authorized scopes"}')
    with pytest.raises(NotSent, match="outside the authorized scopes") as refused:
        channel(server, line.url).publish(message(datetime.now(UTC)), lambda: None)
    assert refused.value.permanent and "permission" in refused.value.hint


def test_a_reset_told_as_a_moment_is_understood(server: mastodon.Mastodon, line: Line) -> None:
    reset = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    line.on("POST", "/api/v1/statuses")
    line.answer(429, {"X-RateLimit-Reset": reset}, b'{"error": "Too many requests"}')
    with pytest.raises(NotSent) as refused:
        channel(server, line.url).publish(message(datetime.now(UTC)), lambda: None)
    wait = refused.value.retry_after
    assert wait and timedelta(minutes=9) < wait <= timedelta(minutes=10)


def test_a_server_may_be_named_without_its_scheme() -> None:
    named = Mastodon({"server": "social.example/", "token": "t"}, {}, Memory())
    assert named._server == "https://social.example"


def picture(alt: str = "The pier") -> Image:
    return Image(photograph(1, 64, 48), "image/jpeg", 64, 48, alt)


def test_a_picture_that_takes_a_while_is_waited_for(server: mastodon.Mastodon, line: Line) -> None:
    sent = message(datetime.now(UTC), pictures=(picture("slow"), picture("The ferry")))
    posted = channel(server, line.url).publish(sent, lambda: None)
    status = server.get(f"/api/v1/statuses/{posted.remote_id}")
    assert [one["description"] for one in status["media_attachments"]] == ["slow", "The ferry"]
    assert line.times("GET", "/api/v1/media/") == 3


def test_a_picture_not_ready_though_it_seemed_so_waits(
    server: mastodon.Mastodon, line: Line
) -> None:
    line.on("GET", "/api/v1/media/")
    line.answer(200, {}, b"{}")
    sent = message(datetime.now(UTC), pictures=(picture("slow"),))
    with pytest.raises(NotSent, match="not ready") as refused:
        channel(server, line.url).publish(sent, lambda: None)
    assert not refused.value.permanent and refused.value.retry_after == timedelta(minutes=1)
    assert line.times("POST", "/api/v1/statuses") == 1


def test_a_post_refused_with_its_pictures_goes_without(
    server: mastodon.Mastodon, line: Line
) -> None:
    line.on("POST", "/api/v1/statuses")
    line.answer(422, {}, b'{"error": "Validation failed: Media is strange"}')
    sent = message(datetime.now(UTC), pictures=(picture(),))
    posted = channel(server, line.url).publish(sent, lambda: None)
    assert server.get(f"/api/v1/statuses/{posted.remote_id}")["media_attachments"] == []


def test_a_server_that_stumbles_over_a_picture_gets_the_post_in_the_end(
    server: mastodon.Mastodon, line: Line
) -> None:
    line.on("POST", "/api/v2/media")
    now, stumbles = datetime.now(UTC), b'{"error": "Error processing thumbnail"}'
    line.answer(500, {}, stumbles)
    with pytest.raises(NotSent, match="thumbnail"):
        channel(server, line.url).publish(message(now, pictures=(picture(),)), lambda: None)
    line.answer(500, {}, stumbles)
    late = message(now, now=now + timedelta(minutes=10), pictures=(picture(),))
    posted = channel(server, line.url).publish(late, lambda: None)
    assert server.get(f"/api/v1/statuses/{posted.remote_id}")["media_attachments"] == []


def test_the_account_is_marked_as_automated_once() -> None:
    with mastodon.Mastodon() as fresh, Line(fresh.url) as to:
        assert channel(fresh, to.url, bot=False).check().remark == ""
        assert to.times("PATCH", "/api/v1/accounts/update_credentials") == 0
        assert channel(fresh, to.url).check().remark == ""
        assert channel(fresh, to.url).check().remark == ""
        assert to.times("PATCH", "/api/v1/accounts/update_credentials") == 1


def test_what_the_token_may_not_do_is_remarked_upon() -> None:
    with mastodon.Mastodon() as fresh, Line(fresh.url) as to:
        to.on("PATCH", "/api/v1/accounts/update_credentials")
        to.answer(403, {}, b'{"error": "This action is outside the authorized scopes"}')
        assert "write:accounts" in channel(fresh, to.url).check().remark
        to.on("GET", "/api/v1/apps/verify_credentials")
        to.answer(200, {}, b'{"name": "ours", "scopes": ["read", "write:statuses"]}')
        assert "write:media" in channel(fresh, to.url).check().remark


def test_a_server_too_old_to_tell_of_many_is_asked_for_each(
    server: mastodon.Mastodon, line: Line
) -> None:
    posted = channel(server).publish(message(datetime.now(UTC)), lambda: None)
    line.on("GET", "/api/v1/statuses")
    line.answer(404, {}, b'{"error": "Record not found"}')
    told = channel(server, line.url).measure([posted.remote_id, "1"])
    assert told == {posted.remote_id: Reactions(likes=0, reposts=0, replies=0)}


def test_many_are_asked_for_twenty_at_a_time(server: mastodon.Mastodon, line: Line) -> None:
    assert channel(server, line.url).measure([str(id) for id in range(1, 42)]) is not None
    assert line.times("GET", "/api/v1/statuses?") == 3


def test_posts_without_a_link_are_told_apart_by_their_words(server: mastodon.Mastodon) -> None:
    now = datetime.now(UTC)
    later = now + timedelta(hours=2)
    posted = channel(server).publish(message(now, "The ferry is late. #Pier"), lambda: None)
    assert channel(server).find(message(now, "The ferry is late. #Pier", now=later)) == posted
    assert channel(server).find(message(now, "The ferry is on time.", now=later)) is None


def test_a_part_with_the_same_link_is_not_the_first_part(server: mastodon.Mastodon) -> None:
    now = datetime.now(UTC)
    later, link = now + timedelta(hours=2), f"{LINK}/parts"
    first = channel(server).publish(message(now, f"One: {link}"), lambda: None)
    second = message(now, f"Two: {link}", now=later, after=(first,), key="second")
    assert channel(server).find(second) is None
    posted = channel(server).publish(second, lambda: None)
    assert channel(server).find(second) == posted != first


def test_an_answer_that_is_no_list_leaves_it_open(server: mastodon.Mastodon, line: Line) -> None:
    now = datetime.now(UTC)
    old = message(now, f"Here: {LINK}", now=now + timedelta(hours=2))
    me = server.get("/api/v1/accounts/lookup?acct=review")["id"]
    line.on("GET", f"/api/v1/accounts/{me}")
    line.answer(200, {}, b'{"error": "soon"}')
    with pytest.raises(NotSent) as refused:
        channel(server, line.url).find(old)
    assert refused.value.unknown


def test_room_that_is_used_up_is_noted(server: mastodon.Mastodon, line: Line) -> None:
    reset = datetime.now(UTC) + timedelta(minutes=4)
    line.on("GET", "/api/v1/statuses")
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset.isoformat()}
    line.answer(200, headers, b"[]")
    asked = channel(server, line.url)
    assert asked.measure(["1"]) == {} and asked.full_until == reset


def test_an_edit_of_what_is_gone_says_so(server: mastodon.Mastodon) -> None:
    with pytest.raises(NotSent, match="404"):
        channel(server).edit(Published("12345"), message(datetime.now(UTC)))
