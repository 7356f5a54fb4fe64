"""What is Discord's alone: Markdown kept from being read, files, forums, what refusals mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.discord import Discord, literal
from syndicate.social.channels.message import Card, Image, Message, Published
from tests.fakes.discord import CHANNEL, ID, SERVER, TOKEN, FakeDiscord, _no, too_many
from tests.fakes.faults import Line
from tests.fakes.service import Reply
from tests.social.stage import LINK, Memory, message

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PIER = Image(b"\xff\xd8 a pier", "image/jpeg", 900, 600, alt="The pier at noon")
BOAT = Image(b"\x89PNG a boat", "image/png", 900, 600, alt="A “boat”")


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as discord:
        yield discord


def channel(fake: FakeDiscord, url: str = "", **options: Any) -> Discord:
    return Discord({"url": url or fake.hook}, {"server": SERVER, **options}, Memory())


def publish(there: Discord, about: Message) -> Published:
    return there.publish(about, lambda: None)


def only(fake: FakeDiscord) -> dict[str, Any]:
    (found,) = fake.messages.values()
    return found


def test_a_post_calls_nobody_and_has_an_address(discord: FakeDiscord) -> None:
    posted = publish(channel(discord), message(NOW, f"@everyone <@123>: it opens\n\n{LINK}"))
    kept = only(discord)
    assert kept["allowed_mentions"] == {"parse": []}
    assert kept["content"] == f"@everyone \\<@123>: it opens\n\n{LINK}"
    assert posted.permalink == f"https://discord.com/channels/{SERVER}/{CHANNEL}/{kept['id']}"
    assert TOKEN not in posted.permalink


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("*one* _two_ ~~three~~ `four` ||five||",
         r"\*one\* \_two\_ \~\~three\~\~ \`four\` \|\|five\|\|"),
        ("# one\n> two\n  - three\na - b # c > d", "\\# one\n\\> two\n  \\- three\na - b # c > d"),
        (r"a\b [text](there) <t:1>", r"a\\b \[text\](there) \<t:1>"),
        ("https://example.org/a_b_c?d=*e*", "https://example.org/a_b_c?d=*e*"),
        ("A plain headline: 5 - 3 = 2!", "A plain headline: 5 - 3 = 2!"),
    ],
)  # fmt: skip
def test_what_looks_like_markdown_is_shown_as_it_stands(text: str, kept: str) -> None:
    assert literal(text) == kept


def test_it_counts_code_points_and_what_keeps_marks_from_being_read(discord: FakeDiscord) -> None:
    there = channel(discord)
    assert there.count("😀é*") == 4
    full = "*" * ((2000 - len(LINK) - 1) // 2) + f" {LINK}"
    publish(there, message(NOW, full))
    assert there.fits(full) and not there.fits(f"**{full}")
    with pytest.raises(NotSent, match="Invalid Form Body"):
        publish(there, message(NOW, f"**{full}"))


def test_the_preview_is_left_out_where_no_card_is_wanted(discord: FakeDiscord) -> None:
    publish(channel(discord), message(NOW))
    publish(channel(discord), message(NOW, card=Card()))
    publish(channel(discord), message(NOW, pictures=(PIER,)))
    assert [kept.get("flags", 0) for kept in discord.messages.values()] == [0, 4, 4]


def test_pictures_are_uploaded_with_words_for_them(discord: FakeDiscord) -> None:
    publish(channel(discord), message(NOW, pictures=(PIER, BOAT)))
    assert [file.data for file in discord.files.values()] == [PIER.data, BOAT.data]
    assert [file.kind for file in discord.files.values()] == ["image/jpeg", "image/png"]
    assert only(discord)["attachments"] == [
        {"id": 0, "filename": "picture0.jpeg", "description": "The pier at noon"},
        {"id": 1, "filename": "picture1.png", "description": "A “boat”"},
    ]
    assert only(discord)["content"] == f"A new pier\n\n{LINK}"


def test_refused_pictures_do_not_lose_the_post_nor_its_card(discord: FakeDiscord) -> None:
    discord.takes_files = False
    publish(channel(discord), message(NOW, pictures=(PIER,)))
    assert only(discord)["content"] == f"A new pier\n\n{LINK}"
    assert "attachments" not in only(discord) and "flags" not in only(discord)


def test_a_lost_answer_to_pictures_is_not_followed_by_another_post(discord: FakeDiscord) -> None:
    with Line(discord.url) as line:
        line.on("POST", "/api")
        line.answer_after(500, {}, b'{"message": "500: Internal Server Error", "code": 0}')
        hook = discord.hook.replace(discord.url, line.url)
        with pytest.raises(NotSent) as error:
            publish(channel(discord, hook), message(NOW, pictures=(PIER,)))
    assert error.value.unknown
    assert len(discord.messages) == 1


def test_in_a_forum_each_post_opens_a_thread(discord: FakeDiscord) -> None:
    discord.forum = True
    there = channel(discord, forum=True)
    posted = publish(there, message(NOW, card=Card(url=LINK, title="x" * 120)))
    assert only(discord)["thread_name"] == "x" * 100
    there.edit(posted, message(NOW, "Changed"))
    assert discord.published() == ["Changed"]
    assert posted.permalink.count(only(discord)["id"]) == 2
    there.delete(posted)
    assert discord.messages == {}


def test_all_may_stand_in_one_thread(discord: FakeDiscord) -> None:
    there = channel(discord, thread="77")
    posted = publish(there, message(NOW))
    assert only(discord)["channel_id"] == "77"
    # The option may have changed meanwhile; the post stands where it stood.
    channel(discord).edit(posted, message(NOW, "Changed"))
    assert discord.published() == ["Changed"]


@pytest.mark.parametrize(("forum", "hint"), [(True, "on"), (False, "off")])
def test_a_forum_that_was_not_told_of_waits_for_a_person(
    discord: FakeDiscord, forum: bool, hint: str
) -> None:
    discord.forum = forum
    with pytest.raises(NotSent) as error:
        publish(channel(discord, forum=not forum), message(NOW))
    assert error.value.scope == Scope.LANE and not error.value.auth
    assert f"“Forum” {hint} " in error.value.hint


def test_a_post_is_changed_twice_as_once_and_keeps_its_pictures(discord: FakeDiscord) -> None:
    there = channel(discord)
    posted = publish(there, message(NOW, pictures=(PIER,)))
    for _ in range(2):
        assert there.edit(posted, message(NOW, f"*Newer*\n\n{LINK}")) == posted
    assert discord.published() == [f"\\*Newer\\*\n\n{LINK}"]
    assert len(only(discord)["attachments"]) == 1
    assert discord.asked[-1].json["allowed_mentions"] == {"parse": []}
    assert "attachments" not in discord.asked[-1].json


@pytest.mark.parametrize("lost", ["PATCH", "DELETE"])
def test_a_lost_answer_may_be_asked_for_again(discord: FakeDiscord, lost: str) -> None:
    posted = publish(channel(discord), message(NOW))
    with Line(discord.url) as line:
        line.on(lost, "/api")
        line.drop_after()
        there = channel(discord, discord.hook.replace(discord.url, line.url))

        def act() -> None:
            if lost == "PATCH":
                there.edit(posted, message(NOW, "Changed"))
            else:
                there.delete(posted)

        with pytest.raises(NotSent) as error:
            act()
        assert error.value.unknown
        act()
    assert discord.published() == ([] if lost == "DELETE" else ["Changed"])


def test_what_is_gone_cannot_be_changed_but_counts_as_taken_down(discord: FakeDiscord) -> None:
    there = channel(discord)
    posted = publish(there, message(NOW))
    there.delete(posted)
    there.delete(posted)
    with pytest.raises(NotSent, match="Unknown Message") as error:
        there.edit(posted, message(NOW, "Too late"))
    assert (error.value.permanent, error.value.scope) == (True, Scope.ITEM)


def test_a_post_that_an_editor_found_has_no_number_to_change_it_by(discord: FakeDiscord) -> None:
    with pytest.raises(NotSent, match="which message"):
        channel(discord).delete(Published(""))
    assert discord.asked == []


@pytest.mark.parametrize("method", ["edit", "delete"])
def test_an_old_posts_place_that_is_shut_stops_no_new_one(
    discord: FakeDiscord, method: str
) -> None:
    posted = publish(channel(discord), message(NOW))
    discord.next(_no(403, 50083, "Tried to perform an operation on an archived thread"))
    there = channel(discord)
    with pytest.raises(NotSent, match="archived") as error:
        there.edit(posted, message(NOW)) if method == "edit" else there.delete(posted)
    assert (error.value.permanent, error.value.scope) == (True, Scope.ITEM)


def test_a_deleted_webhook_is_not_a_post_taken_down(discord: FakeDiscord) -> None:
    posted = publish(channel(discord), message(NOW))
    discord.gone = True
    with pytest.raises(NotSent) as error:
        channel(discord).delete(posted)
    assert error.value.auth


def test_check_names_the_webhook_and_learns_its_server(discord: FakeDiscord) -> None:
    me = channel(discord).check()
    assert (me.handle, me.learned) == ("The Review", {"server": SERVER})


def test_a_server_not_learned_is_asked_for_before_the_post(discord: FakeDiscord) -> None:
    told: list[int] = []
    there = Discord({"url": discord.hook}, {}, Memory())
    posted = there.publish(message(NOW), lambda: told.append(len(discord.asked)))
    assert told == [1]
    assert f"/{SERVER}/" in posted.permalink


@pytest.mark.parametrize(
    ("reply", "permanent", "auth", "scope", "unknown"),
    [
        (_no(401, 50027, "Invalid Webhook Token"), True, True, Scope.LANE, False),
        (_no(404, 10015, "Unknown Webhook"), True, True, Scope.LANE, False),
        (_no(404, 10003, "Unknown Channel"), True, False, Scope.LANE, False),
        (_no(404, 0, "404: Not Found"), True, False, Scope.LANE, False),
        (_no(403, 50013, "Missing Permissions"), True, False, Scope.LANE, False),
        (_no(400, 200000, "Message was blocked by automatic moderation"), True, False, "item", 0),
        (_no(400, 50006, "Cannot send an empty message"), True, False, Scope.ITEM, False),
        (Reply(503, "<html>"), False, False, Scope.ITEM, True),
        (Reply(204), False, False, Scope.ITEM, True),
        (Reply(200, '{"id": "13000'), False, False, Scope.ITEM, True),
        (Reply(200, {"id": "1300"}), False, False, Scope.ITEM, True),
        (Reply(301, "", {"Location": "https://elsewhere.example"}), True, True, Scope.LANE, False),
    ],
)
def test_what_its_answers_mean(
    discord: FakeDiscord,
    reply: Reply, permanent: bool, auth: bool, scope: Scope, unknown: bool,
) -> None:  # fmt: skip
    discord.next(reply)
    with pytest.raises(NotSent) as refused:
        publish(channel(discord), message(NOW))
    error = refused.value
    assert (error.permanent, error.auth) == (permanent, auth)
    assert (error.scope, error.unknown) == (scope, unknown)
    assert TOKEN not in str(error) and ID not in str(error)


def test_too_often_says_until_when_to_the_millisecond(discord: FakeDiscord) -> None:
    discord.next(too_many(64.57))
    with pytest.raises(NotSent) as error:
        publish(channel(discord), message(NOW))
    assert error.value.retry_after == timedelta(seconds=64.57)
    assert (error.value.scope, error.value.unknown) == (Scope.LANE, False)


def test_a_ban_by_the_edge_says_it_in_a_header_alone(discord: FakeDiscord) -> None:
    discord.next(Reply(429, "<html>Cloudflare</html>", {"Retry-After": "1200"}))
    with pytest.raises(NotSent) as error:
        publish(channel(discord), message(NOW))
    assert error.value.retry_after == timedelta(minutes=20)


def test_a_full_window_is_noted_before_it_is_refused(discord: FakeDiscord) -> None:
    discord.room, discord.pause = 1, 2.5
    there = channel(discord)
    began = clock.now()
    publish(there, message(NOW))
    assert there.full_until and timedelta(0) < there.full_until - began <= timedelta(seconds=4)


def test_its_address_is_never_shown() -> None:
    hidden = Discord({"url": f"http://127.0.0.1:1/api/webhooks/{ID}/{TOKEN}"}, {}, Memory())
    with pytest.raises(NotSent) as refused:
        hidden.check()
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/api/webhooks/123/a-B_c",
        "https://discord.com/api/v9/webhooks/123/a-B_c/",
        "https://canary.discord.com/api/webhooks/123/a-B_c?wait=true",
    ],
)
def test_addresses_of_webhooks_are_taken(url: str) -> None:
    assert Discord.complete({"url": url}) == {"url": url}


@pytest.mark.parametrize(
    "url",
    ["https://discord.com/channels/1/2", "discord.com/api/webhooks/1/a", "https://example.org"],
)
def test_others_are_refused_without_being_shown(url: str) -> None:
    with pytest.raises(BadInput, match="no address of a Discord webhook") as refused:
        Discord.complete({"url": url})
    assert url not in str(refused.value)
