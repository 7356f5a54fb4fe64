"""What is Slack's alone: its marks, pictures it fetches itself, words in place of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.message import Card, Image, Message, Published
from syndicate.social.channels.slack import Slack, mrkdwn
from tests.fakes.faults import Line
from tests.fakes.service import Reply
from tests.fakes.slack import FakeSlack, said, shown
from tests.social.stage import LINK, Memory, message

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PIER = Image(b"\xff\xd8", "image/jpeg", 90, 60, alt="At noon", url="https://example.org/pier.jpg")


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as slack:
        yield slack


def publish(url: str, about: Message) -> Published:
    return Slack({"url": url}, {}, Memory()).publish(about, lambda: None)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("5 < 6 & <!channel> <@U1>", "5 &lt; 6 &amp; &lt;!channel&gt; &lt;@U1&gt;"),
        ("https://example.org/a?b=1&c=2 x",
         "<https://example.org/a?b=1&amp;c=2|https://example.org/a?b=1&amp;c=2> x"),
        ("https://example.org/a|b", "<https://example.org/a%7Cb|https://example.org/a|b>"),
        ("&lt;", "&amp;lt;"),
    ],
)  # fmt: skip
def test_only_links_are_marks(text: str, sent: str) -> None:
    assert mrkdwn(text) == sent
    assert shown(sent) == text


def test_it_counts_what_is_sent() -> None:
    there = Slack({}, {}, Memory())
    assert there.count("a & b") == len("a &amp; b")
    assert there.fits("&" * 8000) and not there.fits("&" * 8001)


def test_previews_are_of_the_card(slack: FakeSlack) -> None:
    assert publish(slack.hook, message(NOW)) == Published("")
    publish(slack.hook, message(NOW, card=Card()))
    publish(slack.hook, message(NOW, pictures=(PIER,)))
    kept = slack.messages.values()
    assert [(one["unfurl_links"], one["unfurl_media"]) for one in kept] == [
        (True, True), (False, False), (False, False),
    ]  # fmt: skip
    assert slack.published() == [f"A new pier\n\n{LINK}"] * 3


def test_a_picture_is_fetched_by_slack_and_has_words(slack: FakeSlack) -> None:
    hidden = Image(b"", "image/png", 9, 9, alt="Drawn")
    plain = Image(b"", "image/png", 9, 9, url="https://example.org/plain.png")
    publish(slack.hook, message(NOW, pictures=(PIER, hidden, plain)))
    (kept,) = slack.messages.values()
    assert kept["attachments"][0]["blocks"] == [
        {"type": "image", "image_url": PIER.url, "alt_text": "At noon"},
        {"type": "image", "image_url": plain.url, "alt_text": "A new pier"},
    ]


def test_a_refused_picture_does_not_lose_the_post_nor_its_card(slack: FakeSlack) -> None:
    slack.takes_blocks = False
    publish(slack.hook, message(NOW, pictures=(PIER,)))
    (kept,) = slack.messages.values()
    assert "attachments" not in kept and kept["unfurl_links"]


def test_a_lost_answer_to_a_picture_is_not_followed_by_another_post(slack: FakeSlack) -> None:
    with Line(slack.url) as line:
        line.on("POST", "/services")
        line.answer_after(500, {}, b"rollup_error")
        with pytest.raises(NotSent) as error:
            publish(slack.hook.replace(slack.url, line.url), message(NOW, pictures=(PIER,)))
    assert error.value.unknown
    assert len(slack.messages) == 1


def test_check_posts_nothing(slack: FakeSlack) -> None:
    there = Slack({"url": slack.hook}, {}, Memory())
    assert there.check().handle == "webhook B0456"
    # As it said it in other years.
    slack.next(Reply(500, "missing_text_or_fallback_or_attachments"))
    assert there.check().handle == "webhook B0456"
    assert slack.messages == {}


@pytest.mark.parametrize(
    ("reply", "permanent", "auth", "scope", "unknown"),
    [
        (said("invalid_token"), True, True, Scope.LANE, False),
        (said("no_service"), True, True, Scope.LANE, False),
        (said("no_team"), True, True, Scope.LANE, False),
        (said("action_prohibited"), True, False, Scope.LANE, False),
        (said("posting_to_general_channel_denied"), True, False, Scope.LANE, False),
        (said("channel_not_found"), True, False, Scope.LANE, False),
        (said("channel_is_archived"), True, False, Scope.LANE, False),
        (Reply(404, "<html>nowhere</html>"), True, False, Scope.LANE, False),
        (said("invalid_payload"), True, False, Scope.ITEM, False),
        (said("user_not_found"), True, False, Scope.ITEM, False),
        (said("rollup_error"), False, False, Scope.ITEM, True),
        (Reply(502, "<html>"), False, False, Scope.ITEM, True),
        (Reply(200, "<html>hotel</html>"), False, False, Scope.ITEM, True),
        (Reply(200, "o"), False, False, Scope.ITEM, True),
    ],
)
def test_what_its_words_mean(
    slack: FakeSlack,
    reply: Reply, permanent: bool, auth: bool, scope: Scope, unknown: bool,
) -> None:  # fmt: skip
    slack.next(reply)
    with pytest.raises(NotSent) as refused:
        publish(slack.hook, message(NOW))
    error = refused.value
    assert (error.permanent, error.auth) == (permanent, auth)
    assert (error.scope, error.unknown) == (scope, unknown)
    assert slack.key not in str(error) and "<html>" not in str(error)


def test_too_often_says_until_when(slack: FakeSlack) -> None:
    slack.next(Reply(429, "rate_limited", {"Retry-After": "30"}))
    with pytest.raises(NotSent, match="rate_limited") as error:
        publish(slack.hook, message(NOW))
    assert error.value.retry_after == timedelta(seconds=30)
    assert (error.value.scope, error.value.unknown) == (Scope.LANE, False)


def test_its_address_is_never_shown() -> None:
    with pytest.raises(NotSent) as refused:
        publish(f"http://127.0.0.1:1/services/T0123/B0456/{FakeSlack.key}", message(NOW))
    assert FakeSlack.key not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/triggers/T0/1/abc",
        "hooks.slack.com/services/T0/B0/a0b",
        "https://review.slack.com/archives/C0",
    ],
)
def test_an_address_of_something_else_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(BadInput, match="no address of an incoming webhook") as refused:
        Slack.complete({"url": url})
    assert url not in str(refused.value)


def test_an_address_is_taken_as_it_is() -> None:
    login = {"url": "https://hooks.slack.com/services/T0/B0/abc"}
    assert Slack.complete(login) == login
