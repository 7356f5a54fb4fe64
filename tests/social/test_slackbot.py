"""What a bot can do on Slack beyond a webhook: change, take down, answer; refusals with 200."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.message import Card, Image, Message, Published
from syndicate.social.channels.slackbot import SlackBot
from tests.fakes.faults import Line
from tests.fakes.service import Reply
from tests.fakes.slack import FakeSlack, no, yes
from tests.social.stage import LINK, Memory, message

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORKSPACE = "https://review.slack.com/"
PIER = Image(b"\xff\xd8", "image/jpeg", 90, 60, alt="At noon", url="https://example.org/pier.jpg")


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as slack:
        yield slack


def bot(fake: FakeSlack, api: str = "", **options: Any) -> SlackBot:
    login = {"token": fake.token, "channel": "#news"}
    given = {"api": api or fake.api, "workspace": WORKSPACE, **options}
    return SlackBot(login, given, Memory())


def publish(there: SlackBot, about: Message) -> Published:
    return there.publish(about, lambda: None)


def test_a_post_has_a_number_and_an_address(slack: FakeSlack) -> None:
    posted = publish(bot(slack), message(NOW, f"<!here> 5 > 4\n\n{LINK}"))
    assert posted == Published(
        "C0123NEWS/1503435956.000247",
        "https://review.slack.com/archives/C0123NEWS/p1503435956000247",
    )
    assert slack.published() == [f"<!here> 5 > 4\n\n{LINK}"]


def test_check_learns_the_workspace(slack: FakeSlack) -> None:
    me = bot(slack).check()
    assert (me.handle, me.learned) == ("#news in The Review", {"workspace": WORKSPACE})


def test_a_workspace_not_learned_is_asked_for_before_the_post(slack: FakeSlack) -> None:
    told: list[int] = []
    there = bot(slack, workspace="")
    posted = there.publish(message(NOW), lambda: told.append(len(slack.asked)))
    assert told == [1]
    assert posted.permalink.startswith(f"{WORKSPACE}archives/")


def test_a_post_is_changed_twice_as_once_and_keeps_its_pictures(slack: FakeSlack) -> None:
    posted = publish(bot(slack), message(NOW, pictures=(PIER,)))
    for _ in range(2):
        assert bot(slack).edit(posted, message(NOW, f"A & b\n\n{LINK}")) == posted
    assert slack.published() == [f"A & b\n\n{LINK}"]
    (kept,) = slack.messages.values()
    assert kept["attachments"] and "attachments" not in kept["asked"]
    assert kept["asked"]["parse"] == "none"


@pytest.mark.parametrize("lost", ["chat.update", "chat.delete"])
def test_a_lost_answer_may_be_asked_for_again(slack: FakeSlack, lost: str) -> None:
    posted = publish(bot(slack), message(NOW))
    with Line(slack.url) as line:
        line.on("POST", f"/api/{lost}")
        line.drop_after()
        there = bot(slack, api=f"{line.url}/api")

        def act() -> None:
            if lost == "chat.update":
                there.edit(posted, message(NOW, "Changed"))
            else:
                there.delete(posted)

        with pytest.raises(NotSent) as error:
            act()
        assert error.value.unknown
        act()
    assert slack.published() == ([] if lost == "chat.delete" else ["Changed"])


def test_what_is_gone_cannot_be_changed_but_counts_as_taken_down(slack: FakeSlack) -> None:
    posted = publish(bot(slack), message(NOW))
    bot(slack).delete(posted)
    bot(slack).delete(posted)
    with pytest.raises(NotSent, match="message_not_found") as error:
        bot(slack).edit(posted, message(NOW, "Too late"))
    assert (error.value.permanent, error.value.scope) == (True, Scope.ITEM)


@pytest.mark.parametrize("method", ["edit", "delete"])
def test_an_old_posts_place_that_is_shut_stops_no_new_one(slack: FakeSlack, method: str) -> None:
    posted = publish(bot(slack), message(NOW))
    slack.wrong = "is_archived"
    with pytest.raises(NotSent, match="is_archived") as error:
        if method == "edit":
            bot(slack).edit(posted, message(NOW))
        else:
            bot(slack).delete(posted)
    assert (error.value.permanent, error.value.scope) == (True, Scope.ITEM)


def test_a_post_that_an_editor_found_has_no_number_to_change_it_by(slack: FakeSlack) -> None:
    with pytest.raises(NotSent, match="which message"):
        bot(slack).delete(Published("", f"{WORKSPACE}archives/C0/p1"))
    assert slack.asked == []


def test_a_thread_hangs_on_its_first_part(slack: FakeSlack) -> None:
    first = publish(bot(slack), message(NOW))
    second = publish(bot(slack), message(NOW, "And so on.", card=Card(), after=(first,)))
    publish(bot(slack), message(NOW, "The end.", card=Card(), after=(first, second)))
    root = first.remote_id.partition("/")[2]
    assert [kept.get("thread_ts") for kept in slack.messages.values()] == [None, root, root]


def test_a_refused_picture_does_not_lose_the_post(slack: FakeSlack) -> None:
    slack.takes_blocks = False
    publish(bot(slack), message(NOW, pictures=(PIER,)))
    (kept,) = slack.messages.values()
    assert "attachments" not in kept and kept["unfurl_links"]


@pytest.mark.parametrize(
    ("reply", "permanent", "auth", "scope", "unknown"),
    [
        (no("invalid_auth"), True, True, Scope.LANE, False),
        (no("token_revoked"), True, True, Scope.LANE, False),
        (no("token_expired"), True, True, Scope.LANE, False),
        (no("account_inactive"), True, True, Scope.LANE, False),
        (no("not_in_channel"), True, False, Scope.LANE, False),
        (no("channel_not_found"), True, False, Scope.LANE, False),
        (no("is_archived"), True, False, Scope.LANE, False),
        (no("missing_scope"), True, False, Scope.LANE, False),
        (no("msg_too_long"), True, False, Scope.ITEM, False),
        (no("a_word_of_next_year"), True, False, Scope.ITEM, False),
        (no("ratelimited"), False, False, Scope.LANE, False),
        (no("team_added_to_org"), False, False, Scope.ITEM, False),
        (no("internal_error"), False, False, Scope.ITEM, True),
        (no("fatal_error"), False, False, Scope.ITEM, True),
        (no(""), False, False, Scope.ITEM, True),
        (yes(channel="C0"), False, False, Scope.ITEM, True),
        (Reply(200, '{"ok": true, "chan'), False, False, Scope.ITEM, True),
        (Reply(503, "<html>"), False, False, Scope.ITEM, True),
    ],
)
def test_what_its_words_mean(
    slack: FakeSlack,
    reply: Reply, permanent: bool, auth: bool, scope: Scope, unknown: bool,
) -> None:  # fmt: skip
    slack.next(reply)
    with pytest.raises(NotSent) as refused:
        publish(bot(slack), message(NOW))
    error = refused.value
    assert (error.permanent, error.auth) == (permanent, auth)
    assert (error.scope, error.unknown) == (scope, unknown)
    assert slack.token not in str(error)


@pytest.mark.parametrize("status", [200, 429])
def test_too_often_says_until_when(slack: FakeSlack, status: int) -> None:
    slack.next(Reply(status, no("ratelimited").body, {"Retry-After": "30"}))
    with pytest.raises(NotSent, match="ratelimited") as error:
        publish(bot(slack), message(NOW))
    assert error.value.retry_after == timedelta(seconds=30)
    assert (error.value.scope, error.value.unknown) == (Scope.LANE, False)


def test_too_often_without_a_word_until_when_is_long(slack: FakeSlack) -> None:
    slack.next(no("rate_limited"))
    with pytest.raises(NotSent) as error:
        publish(bot(slack), message(NOW))
    assert error.value.retry_after == timedelta(minutes=15)
