"""What is Facebook's alone: error codes, shares of use, pages to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.facebook import Facebook
from syndicate.social.channels.facebook_login import App
from syndicate.social.channels.graph import used_up
from syndicate.social.channels.message import Image, Published, Reactions
from tests.fakes.facebook import APP, PAGE, FakeFacebook
from tests.social.stage import LINK, Memory, message

NOW = datetime.now(UTC)
PICTURE = Image(b"a picture", "image/jpeg", 1200, 630, alt="The pier at noon")
BACK = "https://news.example.org/desk/connected"


@pytest.fixture
def fake() -> Iterator[FakeFacebook]:
    with FakeFacebook() as fake:
        yield fake


def channel(fake: FakeFacebook, token: str = "", **options: Any) -> Facebook:
    login = {"page": PAGE, "token": token or fake.token}
    return Facebook(login, {"api": fake.url} | options, Memory())


def post(fake: FakeFacebook, text: str = f"A new pier\n\n{LINK}", **values: Any) -> Published:
    return channel(fake).publish(message(NOW, text, **values), lambda: None)


def refused(fake: FakeFacebook, status: int, **error: Any) -> NotSent:
    fake.error = (status, {"message": "so said Facebook"} | error)
    with pytest.raises(NotSent) as caught:
        post(fake)
    return caught.value


def test_the_link_makes_the_card(fake: FakeFacebook) -> None:
    there = post(fake)
    assert fake.posts[0]["link"] == LINK
    assert there.permalink.startswith("https://www.facebook.com/review/posts/")


def test_without_a_card_no_link_is_named(fake: FakeFacebook) -> None:
    channel(fake, card=False).publish(message(NOW), lambda: None)
    assert fake.posts[0]["link"] == ""


def test_pictures_go_with_their_words(fake: FakeFacebook) -> None:
    post(fake, pictures=(PICTURE, PICTURE))
    photos = [fake.photos[id] for id in fake.posts[0]["photos"]]
    assert photos == [{"data": b"a picture", "alt": "The pier at noon"}] * 2


def test_a_refused_picture_costs_only_itself(fake: FakeFacebook) -> None:
    fake.refuses_pictures = True
    post(fake, pictures=(PICTURE,))
    assert (fake.posts[0]["photos"], fake.posts[0]["link"]) == ([], LINK)


def test_a_duplicate_is_our_own_earlier_try(fake: FakeFacebook) -> None:
    first = post(fake)
    assert post(fake) == first
    assert len(fake.posts) == 1


@pytest.mark.parametrize("ignores_since", [False, True])
def test_a_duplicate_of_an_old_post_is_for_a_person(
    fake: FakeFacebook, ignores_since: bool
) -> None:
    fake.now, fake.ignores_since = NOW - timedelta(days=3), ignores_since
    post(fake)
    with pytest.raises(NotSent, match="506") as unsure:
        post(fake)
    assert unsure.value.unknown and unsure.value.permanent


@pytest.mark.parametrize(
    ("status", "code", "subcode"), [(400, 190, 463), (401, 190, 467), (400, 102, 0), (403, 200, 0)]
)
def test_a_token_that_is_refused(fake: FakeFacebook, status: int, code: int, subcode: int) -> None:
    error = refused(fake, status, code=code, error_subcode=subcode)
    assert error.auth and error.permanent and error.scope is Scope.LANE


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001])
def test_too_often_waits_as_long_as_the_page_must(fake: FakeFacebook, code: int) -> None:
    fake.usage = (100, 25)
    error = refused(fake, 403, code=code)
    assert error.scope is Scope.LANE and not error.permanent and not error.auth
    assert error.retry_after and timedelta(minutes=24) < error.retry_after <= timedelta(minutes=25)


@pytest.mark.parametrize(
    "error", [{"code": 1}, {"code": 2}, {"code": 100, "is_transient": True}, {}]
)
def test_its_own_trouble_leaves_it_open(fake: FakeFacebook, error: dict[str, Any]) -> None:
    found = refused(fake, 500 if not error else 400, **error)
    assert found.unknown and not found.permanent and not found.auth


def test_a_token_is_not_blamed_for_facebooks_trouble(fake: FakeFacebook) -> None:
    assert not refused(fake, 500, code=190).auth


def test_a_block_is_waited_for_and_a_verdict_on_the_words_is_not(fake: FakeFacebook) -> None:
    block = refused(fake, 400, code=368, error_subcode=1390008)
    assert block.scope is Scope.LANE and block.retry_after == timedelta(hours=1)
    verdict = refused(fake, 400, code=368, error_subcode=1346003)
    assert verdict.permanent and verdict.scope is Scope.ITEM


def test_facebook_repeats_a_token_and_we_do_not(fake: FakeFacebook) -> None:
    with pytest.raises(NotSent, match="Malformed access token") as caught:
        channel(fake, "EAAB-taken-back").check()
    assert "EAAB" not in str(caught.value) and caught.value.auth


def test_a_share_that_is_used_up_is_noted_before_it_is_refused(fake: FakeFacebook) -> None:
    fake.usage = (99, 0)
    here = channel(fake)
    here.publish(message(NOW), lambda: None)
    assert here.full_until is None
    fake.usage = (100, 7)
    with clock.frozen(NOW):
        here.check()
    assert here.full_until == NOW + timedelta(minutes=7)


@pytest.mark.parametrize(
    ("name", "text", "full"),
    [
        ("X-App-Usage", '{"call_count": 100, "total_time": 3}', True),
        ("X-App-Usage", '{"call_count": 28, "total_time": 25}', False),
        ("X-App-Usage", "not JSON", False),
        ("X-Business-Use-Case-Usage", '{"1": "?", "2": [7]}', False),
        ("X-Business-Use-Case-Usage", "[]", False),
    ],
)
def test_how_much_is_used(name: str, text: str, full: bool) -> None:
    assert (used_up({name: text}, NOW) is not None) is full


def test_an_edit_changes_the_words_however_often(fake: FakeFacebook) -> None:
    there = post(fake)
    for _ in range(2):
        assert channel(fake).edit(there, message(NOW, "A pier")) == there
    assert fake.published() == ["A pier"]


def test_a_post_that_is_not_ours_to_edit_does_not_stop_the_account(fake: FakeFacebook) -> None:
    there = post(fake)
    fake.error = (403, {"code": 200, "message": "Permissions error"})
    with pytest.raises(NotSent) as refused:
        channel(fake).edit(there, message(NOW, "A pier"))
    assert refused.value.permanent and not refused.value.auth
    assert refused.value.scope is Scope.ITEM


def test_what_is_gone_need_not_be_deleted(fake: FakeFacebook) -> None:
    there = post(fake)
    for _ in range(2):
        channel(fake).delete(there)
    assert fake.posts == []


def test_what_only_looks_gone_is_not_said_to_be_deleted(fake: FakeFacebook) -> None:
    there = post(fake)
    fake.error = (400, {"code": 100, "error_subcode": 33, "message": "or missing permissions"})
    with pytest.raises(NotSent, match="missing permissions"):
        channel(fake).delete(there)
    assert fake.posts


def test_how_it_went_with_and_without_insights(fake: FakeFacebook) -> None:
    there = post(fake)
    found = channel(fake).measure([there.remote_id, f"{PAGE}_1"])
    told = Reactions(likes=5, replies=2, reposts=1, views=300, clicks=40)
    assert found == {there.remote_id: told}
    fake.has_insights, fake.counts["shares"] = False, 0
    found = channel(fake).measure([there.remote_id])
    assert found == {there.remote_id: Reactions(likes=5, replies=2, reposts=0)}


def test_the_check_says_when_to_connect_again(fake: FakeFacebook) -> None:
    assert channel(fake).check().remark == ""
    fake.renew_by = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
    with clock.frozen(datetime(2026, 11, 24, tzinfo=UTC)):
        me = channel(fake).check()
    assert (me.handle, me.expires) == ("The Harbour Review", None)
    assert "2026-12-01" in me.remark
    fake.may_debug = False
    assert channel(fake).check().remark == ""


def app(fake: FakeFacebook, **values: str) -> App:
    return App(**APP, api=fake.url, **values)


def finished(fake: FakeFacebook, mine: App) -> Any:
    begun = Facebook.begin(mine, BACK)
    asked = parse_qs(urlsplit(begun.url).query)
    assert asked["redirect_uri"] == [BACK] and "pages_manage_posts" in asked["scope"][0]
    answer = {"code": fake.code, "state": begun.memo["state"]}
    return Facebook.finish(mine, begun.memo, answer)


def test_connecting_the_only_page(fake: FakeFacebook) -> None:
    granted = finished(fake, app(fake))
    assert granted.credentials == {"page": PAGE, "token": fake.token}
    assert granted.options == {"api": fake.url}
    assert Facebook(granted.credentials, granted.options, Memory()).check()


def test_one_of_several_pages_is_chosen_by_its_number(fake: FakeFacebook) -> None:
    fake.pages.append({"id": "77", "name": "Another", "access_token": "EAAB-another"})
    assert finished(fake, app(fake, page="77")).credentials["token"] == "EAAB-another"
    with pytest.raises(BadInput, match="several pages") as unclear:
        finished(fake, app(fake))
    assert "77 (Another)" in unclear.value.hint and "EAAB" not in str(unclear.value)
    with pytest.raises(BadInput, match="page 78 is none of yours"):
        finished(fake, app(fake, page="78"))
    fake.pages.clear()
    with pytest.raises(BadInput, match="no page"):
        finished(fake, app(fake))


def test_a_wrong_secret_is_not_repeated(fake: FakeFacebook) -> None:
    mine = App(client_id="app-7", client_secret="wrong-and-secret", api=fake.url)
    with pytest.raises(NotSent) as refused:
        finished(fake, mine)
    assert "wrong-and-secret" not in str(refused.value) and fake.code not in str(refused.value)
