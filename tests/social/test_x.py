"""What is X's alone: money, duplicates, reading back; requests held to X's own document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels import x_post
from syndicate.social.channels.base import Act
from syndicate.social.channels.message import Image, Published
from syndicate.social.channels.x import X
from syndicate.social.channels.x_post import written
from tests.fakes.faults import Line
from tests.fakes.photographs import photograph
from tests.fakes.x import CREDENTIALS, FakeX
from tests.fakes.x_document import Document
from tests.social.stage import LINK, Memory, message

TEXT = f"A new pier & a ferry\n\n{LINK}?a=1&b=2"


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with FakeX() as fake:
        yield fake
        assert fake.complaints == []


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
    assert published(fake.url) == f"https://x.com/review/status/{fake.posts[0].id}"


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
    fake.posts[0].at -= timedelta(days=3)  # too old to be of this try
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
    assert found and found.remote_id == fake.posts[0].id


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


def picture(alt: str = "The pier at noon") -> Image:
    return Image(photograph(1, 64, 48), "image/jpeg", 64, 48, alt)


def test_requests_are_as_xs_own_document_wants_them(fake: FakeX, corpora: Path) -> None:
    there = channel(fake.url)
    first = there.publish(message(datetime.now(UTC), pictures=(picture(),)), lambda: None)
    second = there.publish(message(datetime.now(UTC), "Two", after=(first,)), lambda: None)
    there.find(message(datetime.now(UTC)))
    there.edit(second, message(datetime.now(UTC), "Two!", after=(first,)))
    there.measure([first.remote_id])
    there.delete(second)
    there.check()
    asked = {(method, urlsplit(path).path) for method, path, _ in fake.requests}
    assert len(asked) == 7
    assert fake.complaints == []


def test_the_fake_tells_what_xs_document_has_against_a_request(corpora: Path) -> None:
    document = Document.there()
    assert document
    bad = {"text": 1, "media": {"media_ids": []}, "colour": "red"}
    found = document.complaints("POST", "/2/tweets", bad)
    assert len(found) == 3 and "colour" in str(found)
    assert document.complaints("GET", "/2/tweets", None) == ["ids is missing"]
    assert document.complaints("GET", "/2/tweets?ids=a&shoes=2", None)
    assert document.complaints("PUT", "/2/tweets", {"text": "A pier"})


def test_a_picture_goes_with_its_words(fake: FakeX) -> None:
    channel(fake.url).publish(message(datetime.now(UTC), pictures=(picture(),)), lambda: None)
    (id,) = fake.posts[0].media
    assert fake.media[id] == [picture().data, "The pier at noon"]


def test_refused_words_cost_neither_picture_nor_post(fake: FakeX, line: Line) -> None:
    line.on("POST", "/2/media/metadata")
    line.answer(400, {}, problem(400, "The alt text is not liked"))
    channel(line.url).publish(message(datetime.now(UTC), pictures=(picture(),)), lambda: None)
    (id,) = fake.posts[0].media
    assert fake.media[id][1] == ""


def test_a_post_refused_for_its_picture_goes_without(fake: FakeX, line: Line) -> None:
    line.answer(400, {}, problem(400, "Your media IDs are invalid."))
    channel(line.url).publish(message(datetime.now(UTC), pictures=(picture(),)), lambda: None)
    assert [post.media for post in fake.posts] == [[]]


def test_a_post_with_a_picture_is_found_again(fake: FakeX) -> None:
    sent = message(datetime.now(UTC), TEXT, pictures=(picture(),))
    there = channel(fake.url).publish(sent, lambda: None)
    assert "t.co/picture" in fake.posts[0].shown()["text"]
    assert channel(fake.url).find(sent) == there


def test_a_bare_domain_is_found_again_as_it_was_written() -> None:
    url = {"url": "https://t.co/1", "expanded_url": "http://harbour.example.org"}
    tweet = {"text": "See https://t.co/1 for more", "entities": {"urls": [url]}}
    assert x_post.same(tweet, "See harbour.example.org  for more")
    assert not x_post.same(tweet, "See harbour.example.com for more")


def test_the_letters_are_compared_as_x_keeps_them() -> None:
    assert x_post.same({"text": "Caf\u00e9"}, "Cafe\u0301")


def test_an_edit_is_a_new_version_with_its_picture(fake: FakeX) -> None:
    there = channel(fake.url).publish(
        message(datetime.now(UTC), "Peer", pictures=(picture(),)), lambda: None
    )
    changed = channel(fake.url).edit(there, message(datetime.now(UTC), "Pier"))
    (post,) = fake.posts
    assert post.history == [there.remote_id, changed.remote_id]
    assert (post.sent, post.id, len(post.media)) == ("Pier", changed.remote_id, 1)


def test_an_edit_that_stands_already_costs_no_second_one(fake: FakeX) -> None:
    there = channel(fake.url).publish(message(datetime.now(UTC), "Peer"), lambda: None)
    changed = channel(fake.url).edit(there, message(datetime.now(UTC), "Pier"))
    before = fake.spent
    assert channel(fake.url).edit(there, message(datetime.now(UTC), "Pier")) == changed
    assert fake.spent - before == 2  # two looks


@pytest.mark.parametrize("why", ["late", "often", "not premium"])
def test_an_edit_that_x_does_not_allow_is_refused_for_good(fake: FakeX, why: str) -> None:
    there = channel(fake.url).publish(message(datetime.now(UTC), "Peer"), lambda: None)
    if why == "late":
        fake.posts[0].at -= timedelta(minutes=31)
    elif why == "often":
        fake.posts[0].history[:0] = ["1", "2", "3", "4", "5"]
    else:
        fake.premium = False
    with pytest.raises(NotSent) as refused:
        channel(fake.url).edit(there, message(datetime.now(UTC), "Pier"))
    assert refused.value.permanent and not refused.value.unknown
    assert fake.published() == ["Peer"]


def test_an_old_version_taken_down_takes_all(fake: FakeX) -> None:
    there = channel(fake.url).publish(message(datetime.now(UTC), "Peer"), lambda: None)
    channel(fake.url).edit(there, message(datetime.now(UTC), "Pier"))
    channel(fake.url).delete(there)
    assert fake.posts == []


def test_many_posts_are_measured_a_hundred_at_a_time(fake: FakeX) -> None:
    assert channel(fake.url).measure([str(id) for id in range(1, 202)]) == {}
    assert len(fake.requests) == 3


@pytest.mark.parametrize(
    ("act", "text", "pictures", "mills"),
    [
        (Act.PUBLISH, "A new pier", 0, 15),
        (Act.PUBLISH, f"A new pier {LINK}", 0, 200),
        (Act.PUBLISH, "See harbour.example.org/pier", 0, 200),
        (Act.PUBLISH, "See harbour.pier", 0, 15),  # nothing ends so
        (Act.PUBLISH, "A new pier", 2, 25),
        (Act.EDIT, "A new pier", 0, 16),
        (Act.DELETE, "", 0, 10),
        (Act.MEASURE, "", 0, 1),
        (Act.FIND, "", 0, 5),
    ],
)
def test_what_x_is_paid(act: Act, text: str, pictures: int, mills: int) -> None:
    assert channel("").cost(act, text, pictures) == mills


@pytest.mark.parametrize("text", ["A new pier", "A new pier: harbour.org", f"A pier {LINK}"])
def test_a_post_costs_what_was_said(fake: FakeX, text: str) -> None:
    there = channel(fake.url)
    sent = message(datetime.now(UTC), text, pictures=(picture(), picture()))
    posted = there.publish(sent, lambda: None)
    assert fake.spent == there.cost(Act.PUBLISH, text, 2)
    fake.spent = 0
    posted = there.edit(posted, message(datetime.now(UTC), "A new ferry"))
    assert fake.spent == there.cost(Act.EDIT, "A new ferry")
    fake.spent = 0
    there.delete(posted)
    assert fake.spent == there.cost(Act.DELETE)


def test_no_credit_for_a_picture_stops_the_account(fake: FakeX, line: Line) -> None:
    line.on("POST", "/2/media/upload")
    line.answer(402, {}, problem(402, "Your account has no credits."))
    with pytest.raises(NotSent) as refused:
        channel(line.url).publish(message(datetime.now(UTC), pictures=(picture(),)), lambda: None)
    assert refused.value.scope is Scope.LANE and fake.posts == []


def test_a_used_up_window_is_noted(fake: FakeX, line: Line) -> None:
    reset = int((datetime.now(UTC) + timedelta(minutes=10)).timestamp())
    day = int((datetime.now(UTC) + timedelta(hours=10)).timestamp())
    headers = {
        "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset),
        "x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": str(day),
    }  # fmt: skip
    line.answer(201, headers, b'{"data": {"id": "7", "text": "A pier"}}')
    there = channel(line.url)
    assert there.publish(message(datetime.now(UTC)), lambda: None) == Published(
        "7", "https://x.com/review/status/7"
    )
    assert there.full_until == datetime.fromtimestamp(day, UTC)
    line.answer(429, headers, problem(429, "Too Many Requests"))
    wait = refused(line.url).retry_after
    assert wait and wait > timedelta(hours=9)
