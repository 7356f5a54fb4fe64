"""What is Mastodon's alone: limits it tells, a key that holds an hour, reading back after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.lib.errors import NotSent
from syndicate.social.channels.mastodon import Mastodon
from tests.fakes import mastodon
from tests.fakes.faults import Line
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
    assert me.learned == {"limit": 500, "per_link": 23}


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
