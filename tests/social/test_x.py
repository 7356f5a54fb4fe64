"""What is X's alone: money, duplicates, reading back; requests held to X's own document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.x import X, written
from tests.fakes.faults import Line
from tests.fakes.x import CREDENTIALS, FakeX
from tests.social.stage import LINK, Memory, message

TEXT = f"A new pier & a ferry\n\n{LINK}?a=1&b=2"


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with FakeX() as fake:
        yield fake


@pytest.fixture
def line(fake: FakeX) -> Iterator[Line]:
    with Line(fake.url) as line:
        line.on("POST", "/2/tweets")
        yield line


def channel(url: str) -> X:
    return X(CREDENTIALS, {"api": url, "username": "review"}, Memory())


def published(url: str, text: str = TEXT) -> str:
    return channel(url).publish(message(datetime.now(UTC), text), lambda: None).permalink


def refused(url: str) -> NotSent:
    with pytest.raises(NotSent) as caught:
        published(url)
    return caught.value


def problem(status: int, detail: str, type: str = "about:blank") -> bytes:
    return json.dumps({"title": "No", "type": type, "status": status, "detail": detail}).encode()


def test_the_permalink_bears_the_accounts_name(fake: FakeX) -> None:
    assert published(fake.url) == f"https://x.com/review/status/{fake.posts[0]['id']}"


def test_no_credit_stops_the_account_until_a_person_acts(fake: FakeX) -> None:
    fake.credit = 0
    error = refused(fake.url)
    assert (error.permanent, error.scope, error.auth) == (True, Scope.LANE, False)
    assert "402" in error.message and "credit" in error.hint


def test_a_duplicate_that_stands_there_is_ours(fake: FakeX) -> None:
    first = published(fake.url)
    assert published(fake.url) == first
    assert len(fake.posts) == 1


def test_a_duplicate_that_is_not_found_is_for_a_person(fake: FakeX) -> None:
    published(fake.url)
    fake.posts[0]["at"] -= timedelta(days=3)  # too old to be of this try
    error = refused(fake.url)
    assert (error.unknown, error.permanent) == (True, True)
    assert "duplicate content" in error.message


def test_a_used_up_month_waits_longer_than_a_minute(line: Line) -> None:
    kind = "https://api.twitter.com/2/problems/usage-capped"
    line.answer(429, {"x-rate-limit-reset": "1"}, problem(429, "Usage cap exceeded", kind))
    assert refused(line.url).retry_after == timedelta(days=1)


def test_too_often_waits_until_x_says(line: Line) -> None:
    reset = int((datetime.now(UTC) + timedelta(minutes=10)).timestamp())
    line.answer(429, {"x-rate-limit-reset": str(reset)}, problem(429, "Too Many Requests"))
    wait = refused(line.url).retry_after
    assert wait and timedelta(minutes=9) < wait <= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("detail", "auth"),
    [
        ("Your account is suspended and is not permitted to access this feature.", True),
        ("You are not permitted to perform this action.", False),
    ],
)
def test_a_locked_account_is_not_the_posts_fault(line: Line, detail: str, auth: bool) -> None:
    line.answer(403, {}, problem(403, detail))
    error = refused(line.url)
    assert (error.permanent, error.auth) == (True, auth)
    assert detail.rstrip(".") in error.message


@pytest.mark.parametrize("body", [b"", b"[]", b'"no"', b"<html>", b'{"data": {}}', b'{"data'])
def test_an_answer_that_cannot_be_read_leaves_it_open(line: Line, body: bytes) -> None:
    line.answer(201, {}, body)
    assert refused(line.url).unknown


def test_what_x_keeps_is_read_back_as_it_was_written(fake: FakeX) -> None:
    posted = message(datetime.now(UTC), TEXT)
    assert channel(fake.url).find(posted) is None
    published(fake.url)
    published(fake.url, "Another thing")
    assert "&amp;" in fake.answer("GET", timeline(), None, token())[1]["data"][1]["text"]
    found = channel(fake.url).find(posted)
    assert found and found.remote_id == fake.posts[0]["id"]


def timeline() -> str:
    return "/2/users/1849/tweets?start_time=2026-01-01T00:00:00Z"


def token() -> str:
    return f'OAuth oauth_token="{CREDENTIALS["access_token"]}"'


def test_a_long_post_stands_in_a_field_of_its_own() -> None:
    tweet = {"text": "The beginning…", "note_tweet": {"text": "The beginning and the end"}}
    assert written(tweet) == "The beginning and the end"


def test_a_text_in_two_lines_with_a_premium_limit() -> None:
    premium = X(CREDENTIALS, {"limit": 25000}, Memory())
    assert premium.fits("a" * 25000) and not premium.fits("a" * 25001)


def test_requests_are_as_xs_own_document_wants_them(fake: FakeX, corpora: Path) -> None:
    document = json.loads((corpora / "x-openapi.json").read_text(encoding="utf-8"))
    published(fake.url)
    channel(fake.url).find(message(datetime.now(UTC)))
    channel(fake.url).check()
    (_, create, body), (_, read, _), (_, me, _) = fake.requests
    wanted = document["components"]["schemas"]["CreatePostsRequest"]
    assert "post" in document["paths"][create]
    assert set(body) <= set(wanted["properties"]) and isinstance(body["text"], str)
    assert "get" in document["paths"][me]
    assert_query(document, parse_qs(urlsplit(read).query))


def assert_query(document: dict[str, Any], query: dict[str, list[str]]) -> None:
    given = document["paths"]["/2/users/{id}/tweets"]["get"]["parameters"]
    known = {one["name"]: one["schema"] for one in given if "name" in one}
    # The document names this one post.fields; X takes the name that tweepy knows as well.
    assert set(query) - set(known) == {"tweet.fields"}
    assert set(query["exclude"][0].split(",")) <= set(known["exclude"]["items"]["enum"])
    assert int(query["max_results"][0]) <= known["max_results"]["maximum"]
    assert datetime.fromisoformat(query["start_time"][0])
