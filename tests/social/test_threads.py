"""What is Threads' alone: containers that outlive a crash, tokens that renew themselves, emoji."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.message import Image, Published, Reactions
from syndicate.social.channels.threads import Threads
from syndicate.social.channels.threads_login import App
from tests.fakes.faults import Line
from tests.fakes.threads import APP, QUOTA, FakeThreads
from tests.social.stage import LINK, Memory, message

NOW = datetime.now(UTC)
PICTURE = Image(b"", "image/jpeg", 1200, 630, "The pier at noon", "https://example.org/pier.jpg")
BACK = "https://news.example.org/desk/connected"
DAY = timedelta(days=1)


@pytest.fixture
def fake() -> Iterator[FakeThreads]:
    with FakeThreads() as fake:
        yield fake


@pytest.fixture
def memory() -> Memory:
    return Memory()


def channel(fake: FakeThreads, memory: Memory, url: str = "", **options: Any) -> Threads:
    return Threads({"token": "THAA-a-long-token"}, {"api": url or fake.url} | options, memory)


def post(fake: FakeThreads, memory: Memory, **values: Any) -> Published:
    return channel(fake, memory).publish(message(NOW, **values), lambda: None)


def kept(memory: Memory) -> list[str]:
    return [name for name in memory.kept if name.startswith("container")]


def crash() -> None:
    """As a worker that dies at this very moment."""
    raise KeyboardInterrupt


def test_the_container_is_known_before_anything_is_public(
    fake: FakeThreads, memory: Memory
) -> None:
    with pytest.raises(KeyboardInterrupt):
        channel(fake, memory).publish(message(NOW), crash)
    assert len(kept(memory)) == 1 and fake.posts == []
    assert channel(fake, memory).find(message(NOW)) is None
    post(fake, memory)
    assert len(fake.containers) == 1 and len(fake.posts) == 1  # the one that was kept


def test_the_container_is_believed_before_the_list(fake: FakeThreads, memory: Memory) -> None:
    post(fake, Memory())  # the same words, by somebody else's hand
    with pytest.raises(KeyboardInterrupt):
        channel(fake, memory).publish(message(NOW), crash)
    assert channel(fake, memory).find(message(NOW)) is None


def test_a_lost_answer_is_settled_by_the_container(fake: FakeThreads, memory: Memory) -> None:
    with Line(fake.url) as line:
        line.on("POST", "/v1.0/me/threads_publish")
        line.drop_after()
        with pytest.raises(NotSent) as lost:
            channel(fake, memory, line.url).publish(message(NOW), lambda: None)
    assert lost.value.unknown
    assert channel(fake, memory).find(message(NOW)) == _there(fake)
    assert post(fake, memory) == _there(fake)  # and an editor who says “again” makes no second one
    assert len(fake.posts) == 1


def test_what_is_published_but_not_listed_is_never_published_again(
    fake: FakeThreads, memory: Memory
) -> None:
    post(fake, memory)
    fake.lists = False
    with pytest.raises(NotSent) as unsure:
        channel(fake, memory).find(message(NOW, now=NOW + timedelta(minutes=2)))
    assert unsure.value.unknown and not unsure.value.permanent
    later = message(NOW, now=NOW + timedelta(hours=2))
    assert channel(fake, memory).find(later) == Published("")


def test_without_its_id_the_list_tells(fake: FakeThreads, memory: Memory) -> None:
    post(fake, memory)
    assert channel(fake, Memory()).find(message(NOW)) == _there(fake)
    assert channel(fake, Memory()).find(message(NOW, f"Another\n\n{LINK}")) is None


def test_a_refusal_of_what_was_done_all_the_same(fake: FakeThreads, memory: Memory) -> None:
    fake.refuses_after = True
    assert post(fake, memory) == _there(fake)
    assert channel(fake, memory).find(message(NOW)) == _there(fake)
    assert len(fake.posts) == 1


def test_a_missing_permission_asks_for_a_person(fake: FakeThreads, memory: Memory) -> None:
    with Line(fake.url) as line:
        line.on("POST", "/v1.0/me/threads_publish")
        line.answer(403, {}, b'{"error": {"code": 10, "message": "no permission"}}')
        with pytest.raises(NotSent, match="permission is missing") as refused:
            channel(fake, memory, line.url).publish(message(NOW), lambda: None)
    assert refused.value.auth and not refused.value.unknown


def test_a_container_that_is_published_already_counts_as_done(
    fake: FakeThreads, memory: Memory
) -> None:
    with Line(fake.url) as line:
        line.on("POST", "/v1.0/me/threads_publish")
        line.answer_after(400, {}, b'{"error": {"code": 100, "message": "not ready"}}')
        found = channel(fake, memory, line.url).publish(message(NOW), lambda: None)
    assert found == _there(fake)


def test_a_container_that_threads_loses_is_made_again(fake: FakeThreads, memory: Memory) -> None:
    fake.lose_next()
    with pytest.raises(NotSent) as lost:
        post(fake, memory)
    assert not lost.value.permanent and not lost.value.unknown
    post(fake, memory)
    assert len(fake.containers) == 2 and len(fake.posts) == 1


def test_a_container_of_other_words_is_not_used(fake: FakeThreads, memory: Memory) -> None:
    with pytest.raises(KeyboardInterrupt):
        channel(fake, memory).publish(message(NOW), crash)
    post(fake, memory, text="A newer pier")
    assert fake.published() == ["A newer pier"]


def test_one_that_has_expired_is_made_again(fake: FakeThreads, memory: Memory) -> None:
    with pytest.raises(KeyboardInterrupt):
        channel(fake, memory).publish(message(NOW), crash)
    fake.now = NOW + timedelta(hours=25)
    assert channel(fake, memory).find(message(NOW)) is None
    post(fake, memory)
    assert len(fake.containers) == 2 and len(fake.posts) == 1


def test_containers_of_long_ago_are_dropped(fake: FakeThreads, memory: Memory) -> None:
    post(fake, memory)
    later = NOW + timedelta(days=8)
    with clock.frozen(later):
        channel(fake, memory).publish(message(later, "Next week"), lambda: None)
    assert len(kept(memory)) == 1


def test_a_slow_container_is_waited_for(fake: FakeThreads, memory: Memory) -> None:
    fake.slow = 2
    assert post(fake, memory).permalink


def test_the_link_of_the_text_makes_the_card(fake: FakeThreads, memory: Memory) -> None:
    post(fake, memory, text=f"A pier {LINK}?utm_source=threads")
    assert fake.posts[0]["given"]["link_attachment"] == f"{LINK}?utm_source=threads"


def test_five_links_and_no_more(fake: FakeThreads, memory: Memory) -> None:
    five = " ".join(f"https://example.org/{number}" for number in range(5))
    assert channel(fake, memory).fits(five)
    assert not channel(fake, memory).fits(f"{five} https://example.org/6")
    post(fake, memory, text=five)
    assert len(fake.posts) == 1


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Hafen", 5),
        ("é", 1),
        ("潮と町", 3),
        ("👍", 4),
        ("👩‍👩‍👧", 18),
        ("🇩🇪", 8),
        ("1️⃣", 7),
        ("1", 1),
    ],
)
def test_an_emoji_counts_its_bytes(
    fake: FakeThreads, memory: Memory, text: str, length: int
) -> None:
    assert channel(fake, memory).count(text) == length


def test_a_picture_goes_with_its_words(fake: FakeThreads, memory: Memory) -> None:
    post(fake, memory, pictures=(PICTURE,))
    given = fake.posts[0]["given"]
    assert (given["media_type"], given["alt_text"]) == ("IMAGE", "The pier at noon")
    assert given["image_url"] == PICTURE.url


def test_several_pictures_are_an_album(fake: FakeThreads, memory: Memory) -> None:
    post(fake, memory, pictures=(PICTURE, PICTURE))
    children = fake.posts[0]["given"]["children"].split(",")
    alts = [fake.containers[id]["given"]["alt_text"] for id in children]
    assert alts == ["The pier at noon"] * 2


def test_a_picture_that_nobody_can_get_costs_only_itself(fake: FakeThreads, memory: Memory) -> None:
    fake.unfetchable.add(PICTURE.url)
    inside = Image(b"", "image/jpeg", 1, 1)
    for number, pictures in enumerate([(PICTURE,), (inside,)]):
        post(fake, memory, text=f"Pier {number}", pictures=pictures)
    assert [one["given"]["media_type"] for one in fake.posts] == ["TEXT", "TEXT"]


def test_a_thread_is_replies(fake: FakeThreads, memory: Memory) -> None:
    first = post(fake, memory)
    part = {"text": "And more", "after": (first,), "key": "3part"}
    second = post(fake, memory, **part)
    assert fake.posts[1]["given"]["reply_to_id"] == first.remote_id
    assert channel(fake, Memory()).find(message(NOW, **part)) == second


def test_one_topic_for_each_post(fake: FakeThreads, memory: Memory) -> None:
    channel(fake, memory, topic="#St. Example & Bay").publish(message(NOW), lambda: None)
    assert fake.posts[0]["given"]["topic_tag"] == "St Example  Bay"


def test_a_full_quota_waits_and_the_last_post_of_it_is_noted(
    fake: FakeThreads, memory: Memory
) -> None:
    fake.used = QUOTA - 1
    here = channel(fake, memory)
    here.publish(message(NOW), lambda: None)
    assert here.full_until
    with pytest.raises(NotSent, match="250 posts") as full:
        here.publish(message(NOW, "One too many"), lambda: None)
    assert full.value.scope is Scope.LANE and full.value.retry_after == timedelta(hours=1)
    assert len(fake.posts) == 1


def test_delete_however_often(fake: FakeThreads, memory: Memory) -> None:
    there = post(fake, memory)
    for _ in range(2):
        channel(fake, memory).delete(there)
    assert fake.posts == []


def test_threads_cannot_edit(fake: FakeThreads, memory: Memory) -> None:
    with pytest.raises(NotSent, match="cannot change") as refused:
        channel(fake, memory).edit(Published("1"), message(NOW))
    assert refused.value.permanent


def test_how_it_went(fake: FakeThreads, memory: Memory) -> None:
    there = post(fake, memory)
    told = Reactions(views=90, likes=7, replies=3, reposts=2, quotes=1)
    assert channel(fake, memory).measure([there.remote_id, "1"]) == {there.remote_id: told}


# The token.


def check(fake: FakeThreads, memory: Memory, at: datetime, url: str = "") -> datetime | None:
    with clock.frozen(at):
        return channel(fake, memory, url).check().expires


def test_a_token_is_not_renewed_before_it_is_a_day_old(fake: FakeThreads, memory: Memory) -> None:
    check(fake, memory, NOW)
    check(fake, memory, NOW + timedelta(hours=23))
    assert fake.renewals == 0
    assert check(fake, memory, NOW + DAY) == NOW + 61 * DAY
    assert memory.expires == NOW + 61 * DAY
    check(fake, memory, NOW + 2 * DAY)
    assert fake.renewals == 1
    check(fake, memory, NOW + 9 * DAY)
    assert fake.renewals == 2


def test_a_renewal_that_fails_takes_nothing_away(fake: FakeThreads, memory: Memory) -> None:
    check(fake, memory, NOW)
    with Line(fake.url) as line:
        line.on("GET", "/refresh_access_token")
        line.drop_before()
        check(fake, memory, NOW + DAY, line.url)
        check(fake, memory, NOW + DAY + timedelta(minutes=5), line.url)
        assert line.times("GET", "/refresh_access_token") == 1  # not again at once
        line.answer(200, {}, b"{}")
        check(fake, memory, NOW + DAY + timedelta(hours=2), line.url)
        check(fake, memory, NOW + DAY + timedelta(hours=4), line.url)
    assert fake.renewals == 1


def test_a_token_that_has_ended_is_not_renewed_but_told(fake: FakeThreads, memory: Memory) -> None:
    check(fake, memory, NOW)
    check(fake, memory, NOW + DAY)
    fake.token = "another"
    with pytest.raises(NotSent, match="refuses our token") as ended:
        check(fake, memory, NOW + 62 * DAY)
    assert ended.value.auth and "THAA" not in str(ended.value)
    assert fake.times("GET", "/refresh_access_token") == 1


def test_a_new_token_takes_the_place_of_a_kept_one(fake: FakeThreads, memory: Memory) -> None:
    check(fake, memory, NOW)
    post(fake, memory)
    assert check(fake, memory, NOW + DAY)
    fake.token = "THBB-a-new-one"
    fresh = Threads({"token": "THBB-a-new-one"}, {"api": fake.url}, memory)
    with clock.frozen(NOW + 2 * DAY):
        assert fresh.check().expires is None
    assert len(kept(memory)) == 1


def test_connecting(fake: FakeThreads) -> None:
    mine = App(**APP, api=fake.url)
    begun = Threads.begin(mine, BACK)
    asked = parse_qs(urlsplit(begun.url).query)
    assert asked["redirect_uri"] == [BACK] and "threads_content_publish" in asked["scope"][0]
    answer = {"code": f"{fake.code}#_", "state": begun.memo["state"]}
    with clock.frozen(NOW):
        granted = Threads.finish(mine, begun.memo, answer)
        memory = Memory()
        memory.kept = dict(granted.session)
        here = Threads(granted.credentials, granted.options, memory)
        assert here.check().expires == granted.expires == NOW + 60 * DAY


def test_a_wrong_code_is_refused_and_not_repeated(fake: FakeThreads) -> None:
    mine = App(**APP, api=fake.url)
    begun = Threads.begin(mine, BACK)
    with pytest.raises(NotSent) as refused:
        Threads.finish(mine, begun.memo, {"code": "stolen", "state": begun.memo["state"]})
    assert "secret" not in str(refused.value)
    with pytest.raises(BadInput, match="does not belong"):
        Threads.finish(mine, begun.memo, {"code": fake.code, "state": "other"})


def _there(fake: FakeThreads) -> Published:
    id = fake.posts[0]["id"]
    return Published(id, f"https://www.threads.net/@review/post/{id}")
