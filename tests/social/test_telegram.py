"""What is Telegram's alone: marks, pictures with captions, chats that move, what refusals mean."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.message import Card, Image, Message, Part, Published
from syndicate.social.channels.telegram import Telegram, markup
from tests.fakes.faults import Line
from tests.fakes.service import Reply
from tests.fakes.telegram import FakeTelegram, _no, too_many
from tests.social.stage import LINK, Memory, message

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PICTURE = Image(b"\xff\xd8 a picture", "image/jpeg", 900, 600, alt="The pier", url="")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


def channel(fake: FakeTelegram, url: str = "", **options: Any) -> Telegram:
    login = {"token": fake.token, "chat": fake.chat}
    return Telegram(login, {"api": url or fake.url, **options}, Memory())


def publish(there: Telegram, about: Message) -> Published:
    return there.publish(about, lambda: None)


def refused(fake: FakeTelegram, reply: Reply) -> NotSent:
    fake.next(reply)
    with pytest.raises(NotSent) as error:
        publish(channel(fake), message(NOW))
    return error.value


def test_the_title_stands_bold_and_the_link_is_one(telegram: FakeTelegram) -> None:
    publish(channel(telegram), message(NOW, f"A new pier\n\nOpen 😀 at last.\n\n{LINK}"))
    kept = telegram.messages[1]
    assert kept["text"] == f"A new pier\n\nOpen 😀 at last.\n\n{LINK}"
    link = {"type": "text_link", "offset": 30, "length": len(LINK), "url": LINK}
    assert kept["text_entities"] == [{"type": "bold", "offset": 0, "length": 10}, link]


@pytest.mark.parametrize(
    "text",
    ["<b>5 < 6</b> & 'so' \"on\"", "&lt;script&gt;", "A *star* _and_ [a](b) `c` <a href='x'>"],
)
def test_nothing_in_an_article_is_a_mark(telegram: FakeTelegram, text: str) -> None:
    link = f"{LINK}?a=1&b=%22x%22&amp;c='d'e"
    publish(channel(telegram), message(NOW, f"{text} {link} &lt;"))
    kept = telegram.messages[1]
    assert kept["text"] == f"{text} {link} &lt;"
    assert [entity["url"] for entity in kept["text_entities"]] == [link]


@pytest.mark.parametrize(
    ("text", "title", "marked"),
    [
        ("A pier\nopens", "A pier", "<b>A pier</b>\nopens"),
        ("A pier", "A pier", "<b>A pier</b>"),
        ("A long pi…\nopens", "A long pier", "<b>A long pi…</b>\nopens"),
        ("Look: A pier\nopens", "A pier", "Look: A pier\nopens"),
        ("…\nopens", "A pier", "…\nopens"),
        ("A pier\nopens", "", "A pier\nopens"),
        ("", "A pier", ""),
    ],
)
def test_only_a_title_is_bold(text: str, title: str, marked: str) -> None:
    assert markup(text, title) == marked


def test_it_counts_code_points_after_the_marks(telegram: FakeTelegram) -> None:
    there = channel(telegram)
    assert there.count("é😀👩‍👧 <b>") == 9
    full = "😀" * (there.limit - len(LINK) - 1) + f" {LINK}"
    assert there.fits(full) and not there.fits(full + ".")
    publish(there, message(NOW, full))
    with pytest.raises(NotSent, match="too long"):
        publish(there, message(NOW, full + "."))


def test_the_preview_is_of_the_articles_link(telegram: FakeTelegram) -> None:
    publish(channel(telegram), message(NOW, f"See https://example.com first.\n\n{LINK}"))
    publish(channel(telegram), message(NOW, card=Card()))
    assert telegram.messages[1]["asked"]["link_preview_options"] == {"url": LINK}
    assert telegram.messages[2]["asked"]["link_preview_options"] == {"is_disabled": True}


def test_marks_that_cannot_be_read_do_not_lose_the_post(telegram: FakeTelegram) -> None:
    telegram.reads_marks = False
    publish(channel(telegram), message(NOW))
    assert telegram.published() == [f"A new pier\n\n{LINK}"]
    assert len(telegram.asked) == 2


def test_a_picture_goes_with_the_text_as_its_caption(telegram: FakeTelegram) -> None:
    posted = publish(channel(telegram, silent=True, topic=7), message(NOW, pictures=(PICTURE,)))
    assert list(telegram.photos.values()) == [PICTURE.data]
    kept = telegram.messages[1]
    assert kept["caption"] == f"A new pier\n\n{LINK}"
    assert kept["caption_entities"][0]["type"] == "bold"
    assert kept["asked"]["disable_notification"] == "true"
    assert kept["asked"]["message_thread_id"] == "7"
    assert posted.permalink == "https://t.me/review/1"


def test_a_text_too_long_for_a_caption_stands_with_the_links_large_picture(
    telegram: FakeTelegram,
) -> None:
    longest = "x" * (1023 - len(LINK)) + f" {LINK}"
    publish(channel(telegram), message(NOW, longest, pictures=(PICTURE,)))
    publish(channel(telegram), message(NOW, f"x{longest}", pictures=(PICTURE,)))
    assert telegram.messages[1]["caption"] == longest
    assert telegram.messages[2]["text"] == f"x{longest}"
    large = {"url": LINK, "prefer_large_media": True}
    assert telegram.messages[2]["asked"]["link_preview_options"] == large
    assert len(telegram.asked) == 2


@pytest.mark.parametrize("reply", [_no(413, "Request Entity Too Large"), None])
def test_a_refused_picture_does_not_lose_the_post(
    telegram: FakeTelegram, reply: Reply | None
) -> None:
    if reply:
        telegram.next(reply)
    telegram.takes_photos = False
    publish(channel(telegram), message(NOW, pictures=(PICTURE,)))
    assert telegram.published() == [f"A new pier\n\n{LINK}"]


def test_a_lost_answer_to_a_picture_is_not_followed_by_the_text(telegram: FakeTelegram) -> None:
    with Line(telegram.url) as line:
        line.on("POST", f"/bot{telegram.token}/sendPhoto")
        line.answer_after(502, {}, b"<html>")
        with pytest.raises(NotSent) as error:
            publish(channel(telegram, line.url), message(NOW, pictures=(PICTURE,)))
    assert error.value.unknown
    assert len(telegram.published()) == 1


def test_a_thread_is_a_chain_of_replies(telegram: FakeTelegram) -> None:
    there = channel(telegram)
    first = publish(there, message(NOW))
    second = publish(there, message(NOW, "And so on.", card=Card(), after=(first,)))
    publish(there, message(NOW, "The end.", card=Card(), after=(first, second)))
    assert telegram.messages[3]["reply_to_message"] == {"message_id": 2}
    del telegram.messages[2]
    publish(there, message(NOW, "After all.", card=Card(), after=(first, second)))
    assert "reply_to_message" not in telegram.messages[4]


def test_a_group_that_moved_is_followed_and_remembered(telegram: FakeTelegram) -> None:
    telegram.moved_to = -1009876543210
    telegram.room = {"id": telegram.moved_to, "type": "supergroup", "title": "The Review"}
    there = channel(telegram)
    posted = publish(there, message(NOW))
    assert posted == Published("-1009876543210/1/text", "https://t.me/c/9876543210/1")
    assert there.session.read() == {"chat": "-1009876543210"}
    publish(there, message(NOW))
    assert [asked.json["chat_id"] for asked in telegram.asked] == [
        "@review", "-1009876543210", "-1009876543210",
    ]  # fmt: skip


def test_a_post_before_the_move_is_not_looked_for_after_it(telegram: FakeTelegram) -> None:
    there = channel(telegram)
    posted = publish(there, message(NOW))
    telegram.moved_to = -1009876543210
    with pytest.raises(NotSent, match="supergroup"):
        there.edit(posted, message(NOW, "Something else"))
    assert telegram.published() == [f"A new pier\n\n{LINK}"]


def test_a_small_group_has_no_addresses(telegram: FakeTelegram) -> None:
    telegram.room = {"id": -42, "type": "group", "title": "The Review"}
    login = {"token": telegram.token, "chat": "-42"}
    there = Telegram(login, {"api": telegram.url}, Memory())
    assert publish(there, message(NOW)) == Published("-42/1/text")


@pytest.mark.parametrize("pictures", [(), (PICTURE,)])
def test_a_post_is_changed_twice_as_once(
    telegram: FakeTelegram, pictures: tuple[Image, ...]
) -> None:
    there = channel(telegram)
    posted = publish(there, message(NOW, pictures=pictures))
    for _ in range(2):
        assert there.edit(posted, message(NOW, f"A newer pier\n\n{LINK}")) == posted
    assert telegram.published() == [f"A newer pier\n\n{LINK}"]


def test_a_change_whose_answer_was_lost_may_be_asked_again(telegram: FakeTelegram) -> None:
    posted = publish(channel(telegram), message(NOW))
    with Line(telegram.url) as line:
        line.on("POST", f"/bot{telegram.token}/editMessageText")
        line.drop_after()
        there = channel(telegram, line.url)
        with pytest.raises(NotSent) as error:
            there.edit(posted, message(NOW, "Changed"))
        assert error.value.unknown
        assert there.edit(posted, message(NOW, "Changed")) == posted


def test_a_changed_text_keeps_its_preview_and_marks(telegram: FakeTelegram) -> None:
    posted = publish(channel(telegram), message(NOW))
    channel(telegram).edit(posted, message(NOW, f"A new pier\n\nShut.\n\n{LINK}"))
    asked = telegram.asked[-1].json
    assert asked["link_preview_options"] == {"url": LINK}
    assert asked["text"].startswith("<b>A new pier</b>")


def test_what_is_gone_cannot_be_changed_but_counts_as_taken_down(telegram: FakeTelegram) -> None:
    there = channel(telegram)
    posted = publish(there, message(NOW))
    there.delete(posted)
    assert telegram.published() == []
    there.delete(posted)
    with pytest.raises(NotSent, match="not found") as error:
        there.edit(posted, message(NOW, "Too late"))
    assert error.value.permanent and error.value.hint


def test_too_old_to_be_taken_down_is_said(telegram: FakeTelegram) -> None:
    posted = publish(channel(telegram), message(NOW))
    telegram.old = True
    with pytest.raises(NotSent, match="can't be deleted") as error:
        channel(telegram).delete(posted)
    assert (error.value.permanent, error.value.scope) == (True, Scope.ITEM)
    assert "by hand" in error.value.hint


def test_an_old_posts_place_that_is_shut_stops_no_new_one(telegram: FakeTelegram) -> None:
    posted = publish(channel(telegram), message(NOW))
    telegram.writes = False
    for act in (
        lambda: channel(telegram).edit(posted, message(NOW, "Changed")),
        lambda: channel(telegram).delete(posted),
    ):
        with pytest.raises(NotSent, match="not a member") as error:
            act()
        assert (error.value.permanent, error.value.scope) == (True, Scope.ITEM)


def test_a_post_that_an_editor_found_has_no_number_to_change_it_by(telegram: FakeTelegram) -> None:
    with pytest.raises(NotSent, match="which message"):
        channel(telegram).delete(Published("", "https://t.me/review/1"))
    assert telegram.asked == []


def test_check_names_the_channel(telegram: FakeTelegram) -> None:
    assert channel(telegram).check().handle == "@review"
    assert channel(telegram).check().remark == ""
    del telegram.room["username"]
    login = {"token": telegram.token, "chat": "-1001234567890"}
    named = Telegram(login, {"api": telegram.url}, Memory()).check()
    assert named.handle == "The Review"


@pytest.mark.parametrize(
    "member", [{"status": "left"}, {"status": "administrator", "can_post_messages": False}]
)
def test_check_tells_a_bot_that_may_not_write(
    telegram: FakeTelegram, member: dict[str, Any]
) -> None:
    telegram.member = member
    assert "@review_bot" in channel(telegram).check().remark


@pytest.mark.parametrize(
    ("reply", "permanent", "auth", "scope", "unknown"),
    [
        (_no(401, "Unauthorized"), True, True, Scope.LANE, False),
        (_no(404, "Not Found"), True, True, Scope.LANE, False),
        (Reply(404, "<html>nginx</html>"), True, False, Scope.LANE, False),
        (_no(403, "Forbidden: bot was kicked from the channel chat"), True, False, Scope.LANE, 0),
        (_no(400, "Bad Request: chat not found"), True, False, Scope.LANE, False),
        (
            _no(400, "Bad Request: need administrator rights in the channel chat"),
            True, False, Scope.LANE, False,
        ),
        (_no(400, "Bad Request: message is too long"), True, False, Scope.ITEM, False),
        (_no(500, "Internal Server Error"), False, False, Scope.ITEM, True),
        (Reply(502, "<html>502</html>"), False, False, Scope.ITEM, True),
        (Reply(200, '{"ok": true, "resu'), False, False, Scope.ITEM, True),
        (Reply(200, "<html>hotel</html>"), False, False, Scope.ITEM, True),
        (Reply(200, {"ok": True, "result": {"message_id": 0}}), False, False, Scope.ITEM, True),
        (Reply(200, {"ok": False}), False, False, Scope.ITEM, True),
        (Reply(302, "", {"Location": "https://elsewhere.example"}), True, True, Scope.LANE, False),
    ],
)  # fmt: skip
def test_what_its_answers_mean(
    telegram: FakeTelegram,
    reply: Reply, permanent: bool, auth: bool, scope: Scope, unknown: bool,
) -> None:  # fmt: skip
    error = refused(telegram, reply)
    assert (error.permanent, error.auth) == (permanent, auth)
    assert (error.scope, error.unknown) == (scope, unknown)
    assert telegram.token not in str(error)


def test_too_often_says_until_when(telegram: FakeTelegram) -> None:
    error = refused(telegram, too_many(37))
    assert (error.retry_after, error.scope) == (timedelta(seconds=37), Scope.LANE)
    assert not error.permanent and not error.unknown


def test_thrown_out_it_waits_for_a_person(telegram: FakeTelegram) -> None:
    telegram.writes = False
    with pytest.raises(NotSent, match="not a member") as error:
        publish(channel(telegram), message(NOW))
    assert error.value.scope == Scope.LANE and "administrator" in error.value.hint


def test_the_token_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "syndicate")
    login = {"token": FakeTelegram.token, "chat": "@review"}
    nobody = Telegram(login, {"api": "http://127.0.0.1:1"}, Memory())
    with pytest.raises(NotSent) as error:
        publish(nobody, message(NOW))
    assert FakeTelegram.token not in str(error.value) + caplog.text


@pytest.mark.parametrize(
    ("chat", "kept"),
    [
        ("@review", "@review"),
        ("https://t.me/review", "@review"),
        ("t.me/review/", "@review"),
        ("-1001234567890", "-1001234567890"),
    ],
)
def test_a_chat_is_named_in_several_ways(chat: str, kept: str) -> None:
    assert Telegram.complete({"token": "1:a", "chat": chat})["chat"] == kept


@pytest.mark.parametrize(
    ("token", "chat", "why"),
    [
        ("1:a", "https://t.me/+Abc", "no channel"),
        ("1:a", "The Review", "no channel"),
        ("a/../b", "@review", "no bot token"),
    ],
)
def test_what_is_neither_is_refused(token: str, chat: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        Telegram.complete({"token": token, "chat": chat})


def test_readers_see_links_told_apart(telegram: FakeTelegram) -> None:
    assert channel(telegram).parts(f"Here: {LINK}.") == [
        Part("Here: "), Part(LINK, LINK), Part("."),
    ]  # fmt: skip
