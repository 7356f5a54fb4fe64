"""What is LinkedIn's alone: its text, its version, its own memory of what was posted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.linkedin import LinkedIn
from syndicate.social.channels.linkedin_api import remark
from syndicate.social.channels.linkedin_login import App
from syndicate.social.channels.little import little, plain
from syndicate.social.channels.message import Image, Published, Reactions
from tests.fakes.faults import Line
from tests.fakes.linkedin import APP, ORGANIZATION, PERSON, FakeLinkedIn, shown
from tests.social.stage import LINK, Memory, message

NOW = datetime.now(UTC)
PICTURE = Image(b"a picture", "image/jpeg", 1200, 630, alt="The pier at noon")
BACK = "https://news.example.org/desk/connected"
ALL_SIGNS = r"a \ b | c {d} @e [f](g) <h> #1 *i* _j_ ~k~"


@pytest.fixture
def fake() -> Iterator[FakeLinkedIn]:
    with FakeLinkedIn() as fake:
        yield fake


def channel(fake: FakeLinkedIn, url: str = "", **options: Any) -> LinkedIn:
    given = {"api": url or fake.url, "author": ORGANIZATION}
    return LinkedIn({"token": fake.token}, given | options, Memory())


def post(fake: FakeLinkedIn, text: str = f"A new pier\n\n{LINK}", **values: Any) -> Published:
    return channel(fake).publish(message(NOW, text, **values), lambda: None)


@pytest.mark.parametrize(
    "text",
    [ALL_SIGNS, "Fish & (chips) #Harbour_2 #été", f"See {LINK}?a_b=(1)#part_2 – now", "a\\", "##"],
)
def test_nothing_of_a_text_is_cut_off(text: str) -> None:
    assert shown(little(text)) == text
    assert plain(little(text)) == text


def test_without_escapes_it_would_be(fake: FakeLinkedIn) -> None:
    assert shown("Fish & (chips)") == "Fish & "


def test_our_hashtags_are_hashtags_and_those_of_addresses_are_not() -> None:
    assert little("#Harbour today") == r"{hashtag|\#|Harbour} today"
    assert "hashtag" not in little(f"{LINK}#part")


def test_what_is_counted_is_what_is_sent(fake: FakeLinkedIn) -> None:
    assert channel(fake).count("(a)") == 5
    assert channel(fake).fits("(" * 1500) and not channel(fake).fits("(" * 1501)


def test_the_card_is_made_here_with_its_picture(fake: FakeLinkedIn) -> None:
    post(fake, thumb=PICTURE)
    (made,) = fake.posts
    article = made["content"]["article"]
    assert (article["source"], article["title"]) == (LINK, "A new pier")
    assert fake.images[article["thumbnail"]]["data"] == PICTURE.data
    assert fake.images[article["thumbnail"]]["owner"] == ORGANIZATION


def test_a_picture_that_cannot_be_used_costs_only_itself(fake: FakeLinkedIn) -> None:
    fake.refuses_pictures = True
    post(fake, thumb=PICTURE, pictures=(PICTURE,))
    assert "thumbnail" not in fake.posts[0]["content"]["article"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_storage_in_trouble_costs_no_picture(fake: FakeLinkedIn, status: int) -> None:
    with Line(fake.url) as line:
        fake.storage = line.url
        line.on("PUT", "/upload/")
        line.answer(status)
        with pytest.raises(NotSent) as later:
            post(fake, pictures=(PICTURE,))
        assert not later.value.permanent and fake.posts == []
        post(fake, pictures=(PICTURE,))
    assert "media" in fake.posts[0]["content"]


@pytest.mark.parametrize("count", [1, 3])
def test_pictures_go_with_their_words(fake: FakeLinkedIn, count: int) -> None:
    post(fake, pictures=(PICTURE,) * count)
    content = fake.posts[0]["content"]
    shown = [content["media"]] if count == 1 else content["multiImage"]["images"]
    assert [one["altText"] for one in shown] == ["The pier at noon"] * count


def test_a_version_that_has_ended_names_the_option(fake: FakeLinkedIn) -> None:
    with pytest.raises(NotSent, match="version 202301 no more") as refused:
        channel(fake, version="202301").publish(message(NOW), lambda: None)
    error = refused.value
    assert error.permanent and error.scope is Scope.LANE and not error.auth
    assert "API version" in error.hint


def test_a_version_that_is_none_is_not_sent(fake: FakeLinkedIn) -> None:
    with pytest.raises(BadInput, match="2026-05"):
        channel(fake, version="2026-05").check()
    assert fake.asked == []


def test_a_version_is_old_after_ten_months() -> None:
    young, old = datetime(2027, 6, 30, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
    assert remark("202609", young) == ""
    assert "10 months" in remark("202609", old) and "API version" in remark("202609", old)


def test_the_check_warns_of_it(fake: FakeLinkedIn) -> None:
    with clock.frozen(datetime(2027, 9, 1, tzinfo=UTC)):
        me = channel(fake).check()
    assert me.handle == "The Harbour Review"
    assert "12 months" in me.remark


def test_a_person_is_told_by_the_token(fake: FakeLinkedIn) -> None:
    me = channel(fake, author="").check()
    assert (me.handle, me.learned, me.remark) == ("Ada Example", {"author": PERSON}, "")
    channel(fake, author="").publish(message(NOW), lambda: None)
    assert fake.posts[0]["author"] == PERSON


def test_a_duplicate_is_our_own_earlier_try(fake: FakeLinkedIn) -> None:
    first = post(fake)
    assert post(fake) == first
    assert len(fake.posts) == 1


def test_a_duplicate_that_may_not_be_read_is_too(fake: FakeLinkedIn) -> None:
    first = post(fake)
    fake.lets_read = False
    assert post(fake) == first


def test_a_duplicate_of_an_old_post_is_no_post(fake: FakeLinkedIn) -> None:
    fake.now = NOW - timedelta(days=30)
    post(fake)
    with pytest.raises(NotSent, match="duplicate") as refused:
        post(fake)
    assert refused.value.permanent and not refused.value.unknown
    assert "change the words" in refused.value.hint


def test_where_we_may_not_read_its_refusal_is_trusted_for_a_while(fake: FakeLinkedIn) -> None:
    fake.lets_read = False
    soon, later = NOW + timedelta(minutes=2), NOW + timedelta(hours=2)
    assert channel(fake).find(message(NOW, now=soon)) is None
    with pytest.raises(NotSent) as unsure:
        channel(fake).find(message(NOW, now=later))
    assert unsure.value.unknown and unsure.value.permanent


def test_an_older_post_with_these_words_is_not_taken_for_ours(fake: FakeLinkedIn) -> None:
    fake.now = NOW - timedelta(days=1)
    post(fake)
    assert channel(fake).find(message(NOW)) is None


def test_the_days_share_comes_back_at_midnight(fake: FakeLinkedIn) -> None:
    fake.left = 0
    with clock.frozen(datetime(2026, 11, 24, 22, 30, tzinfo=UTC)), pytest.raises(NotSent) as full:
        post(fake)
    assert full.value.retry_after == timedelta(minutes=90)
    assert full.value.scope is Scope.LANE and not full.value.permanent


def test_a_token_that_ended_asks_for_a_person(fake: FakeLinkedIn) -> None:
    fake.token, given = "another", fake.token
    with pytest.raises(NotSent, match="401") as refused:
        LinkedIn({"token": given}, {"api": fake.url}, Memory()).check()
    assert refused.value.auth


def test_a_token_that_may_not_post_stops_the_account(fake: FakeLinkedIn) -> None:
    with pytest.raises(NotSent, match="403") as refused:
        channel(fake, author="urn:li:organization:9").publish(message(NOW), lambda: None)
    assert refused.value.scope is Scope.LANE and not refused.value.auth


def test_an_edit_changes_the_words_however_often(fake: FakeLinkedIn) -> None:
    there = post(fake)
    for _ in range(2):
        assert channel(fake).edit(there, message(NOW, f"A pier (new) {LINK}")) == there
    assert fake.published() == [f"A pier (new) {LINK}"]


def test_what_is_gone_cannot_be_edited_and_need_not_be_deleted(fake: FakeLinkedIn) -> None:
    there = post(fake)
    for _ in range(2):
        channel(fake).delete(there)
    assert fake.posts == []
    with pytest.raises(NotSent) as gone:
        channel(fake).edit(there, message(NOW))
    assert gone.value.permanent


def test_an_organization_is_told_how_it_went(fake: FakeLinkedIn) -> None:
    there = post(fake)
    found = channel(fake).measure([there.remote_id, "urn:li:share:1"])
    told = Reactions(likes=4, reposts=1, replies=2, views=50, clicks=9)
    assert found == {there.remote_id: told}
    assert "shares=List(urn%3Ali%3Ashare%3A" not in fake.asked[-1].path  # it is in the query
    with pytest.raises(NotSent) as unsaid:
        channel(fake, author=PERSON).measure([there.remote_id])
    assert unsaid.value.permanent


def test_an_answer_without_the_id_leaves_it_open(fake: FakeLinkedIn) -> None:
    with Line(fake.url) as line:
        line.on("POST", "/rest/posts")
        line.answer_after(201)
        with pytest.raises(NotSent) as unsure:
            channel(fake, line.url).publish(message(NOW), lambda: None)
    assert unsure.value.unknown and len(fake.posts) == 1


def app(fake: FakeLinkedIn, **values: str) -> App:
    return App(**APP, site=fake.url, api=fake.url, **values)


@pytest.mark.parametrize(("organization", "author"), [("", PERSON), ("2414183", ORGANIZATION)])
def test_connecting(fake: FakeLinkedIn, organization: str, author: str) -> None:
    mine = app(fake, organization=organization)
    begun = LinkedIn.begin(mine, BACK)
    asked = parse_qs(urlsplit(begun.url).query)
    assert asked["redirect_uri"] == [BACK] and asked["state"] == [begun.memo["state"]]
    assert ("w_organization_social" in asked["scope"][0]) is bool(organization)
    answer = {"code": fake.code, "state": begun.memo["state"]}
    with clock.frozen(NOW):
        granted = LinkedIn.finish(mine, begun.memo, answer)
    assert granted.credentials == {"token": fake.token}
    assert granted.options == {"author": author, "api": fake.url}
    assert granted.expires == NOW + timedelta(days=60)
    assert LinkedIn(granted.credentials, granted.options, Memory()).check()


def test_an_answer_of_another_is_not_taken(fake: FakeLinkedIn) -> None:
    begun = LinkedIn.begin(app(fake), BACK)
    for answer in ({"code": fake.code, "state": "é"}, {"code": fake.code}, {}):
        with pytest.raises(BadInput, match="does not belong"):
            LinkedIn.finish(app(fake), begun.memo, answer)
    with pytest.raises(BadInput, match="does not belong"):
        LinkedIn.finish(app(fake), {}, {"code": fake.code, "state": ""})
    assert fake.asked == []


def test_a_person_may_say_no(fake: FakeLinkedIn) -> None:
    begun = LinkedIn.begin(app(fake), BACK)
    answer = {"error": "user_cancelled_login", "state": begun.memo["state"]}
    with pytest.raises(BadInput, match="user_cancelled_login"):
        LinkedIn.finish(app(fake), begun.memo, answer)
