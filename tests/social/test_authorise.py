"""Connecting by authorising: X both ways, Mastodon; and whatever may come back instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput, NotSent
from syndicate.lib.status import Status
from syndicate.social import authorise, editorial
from syndicate.social.channels import channel
from syndicate.social.channels.session import AccountSession
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from tests import rows
from tests.fakes import mastodon
from tests.fakes.authority import CLIENT, KEYS, Authority
from tests.fakes.faults import Line
from tests.fakes.x import CREDENTIALS, FakeX
from tests.social.stage import written

pytestmark = pytest.mark.django_db
BACK = "https://desk.example.org/desk/accounts/back"
HTML = {"Content-Type": "text/html"}


@pytest.fixture
def x() -> Iterator[FakeX]:
    with FakeX() as x:
        yield x


@pytest.fixture
def there(x: FakeX) -> Iterator[Authority]:
    with Authority() as there:
        there.behind = x.answer
        there.callbacks = {BACK}
        yield there


def app(there: Authority, how: str) -> dict[str, str]:
    """An app at X, as one fills it in."""
    names = ("client_id", "client_secret") if how == "2.0" else ("consumer_key", "consumer_secret")
    return {"api": there.url, **dict(zip(names, CLIENT if how == "2.0" else KEYS, strict=True))}


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def went(there: Authority, how: str, now: datetime, **values: Any) -> authorise.Came:
    """There and back."""
    waiting = authorise.begin("x", app(there, how), BACK, now)
    answer = query(there.consent(waiting.url, **values))
    assert authorise.mark(answer) == waiting.mark
    return authorise.end(waiting.sealed, answer, now)


both = pytest.mark.parametrize("how", ["1.0a", "2.0"])


@both
def test_an_account_is_connected_and_posts(
    there: Authority, x: FakeX, now: datetime, how: str
) -> None:
    made = authorise.connect(went(there, how, now), now, Account.Approval.AUTO)
    made = Account.objects.get(pk=made.pk)
    assert (made.name, made.options["username"]) == ("@review", "review")
    post = written(made, now)
    publish(post.pk, now)
    post.refresh_from_db()
    assert (post.status, post.permalink) == (
        Status.SENT, f"https://x.com/review/status/{x.posts[0].id}",
    )  # fmt: skip
    assert channel(made).find(rows_message(post)) is not None


def rows_message(post: Post) -> Any:
    from syndicate.social.channels.message import Card, Message

    at = clock.now()
    return Message(post.text, Card(), post.key, "en", at - timedelta(minutes=1), at)


@both
def test_what_is_kept_is_sealed_and_needs_no_retyping(
    there: Authority, now: datetime, how: str
) -> None:
    made = authorise.connect(went(there, how, now), now)
    made.refresh_from_db()
    assert editorial.app_of(made) == app(there, how)
    secret = (CLIENT if how == "2.0" else KEYS)[1]
    plain = str(Account.objects.values().get())
    assert secret not in plain and "access-" not in plain and "a-token" not in plain
    again = authorise.begin("x", {}, BACK, now, made)
    assert authorise.end(again.sealed, query(there.consent(again.url)), now).app == made.app


def test_oauth_2_asks_for_what_posting_needs_and_proves_who_asked(
    there: Authority, now: datetime
) -> None:
    asked = query(authorise.begin("x", app(there, "2.0"), BACK, now).url)
    assert asked["scope"].split() == [
        "tweet.read", "tweet.write", "users.read", "media.write", "offline.access",
    ]  # fmt: skip
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == ("S256", BACK)
    went(there, "2.0", now)
    (_, form, authorization) = there.forms[-1]
    assert 43 <= len(form["code_verifier"]) <= 128 and authorization.startswith("Basic ")


def test_a_code_that_somebody_else_asked_for_is_worth_nothing(
    there: Authority, now: datetime
) -> None:
    mine = authorise.begin("x", app(there, "2.0"), BACK, now)
    code = query(there.consent(authorise.begin("x", app(there, "2.0"), BACK, now).url))["code"]
    stolen = {"state": mine.mark, "code": code}  # PKCE holds though the state was guessed
    with pytest.raises(NotSent, match="Wrong verifier"):
        authorise.end(mine.sealed, stolen, now)


@both
def test_who_says_no_is_believed(there: Authority, now: datetime, how: str) -> None:
    with pytest.raises(BadInput, match="X was told not to let us in") as said:
        went(there, how, now, yes=False)
    assert said.value.hint == "Nothing was changed."


@both
def test_an_answer_to_another_question_is_refused(
    there: Authority, now: datetime, how: str
) -> None:
    mine, other = (authorise.begin("x", app(there, how), BACK, now) for _ in range(2))
    with pytest.raises(BadInput, match="belongs to another question"):
        authorise.end(mine.sealed, query(there.consent(other.url)), now)


@both
@pytest.mark.parametrize("answer", [{}, {"state": "x", "code": "y"}, {"denied": "?"}])
def test_nonsense_is_refused(
    there: Authority, now: datetime, how: str, answer: dict[str, str]
) -> None:
    mine = authorise.begin("x", app(there, how), BACK, now)
    with pytest.raises(BadInput, match="belongs to another question"):
        authorise.end(mine.sealed, answer, now)


def test_an_answer_is_good_once(there: Authority, now: datetime) -> None:
    waiting = authorise.begin("x", app(there, "2.0"), BACK, now)
    answer = query(there.consent(waiting.url))
    authorise.end(waiting.sealed, answer, now)
    with pytest.raises(NotSent, match="No such code"):
        authorise.end(waiting.sealed, answer, now)


def test_ten_minutes_are_enough(there: Authority, now: datetime) -> None:
    waiting = authorise.begin("x", app(there, "2.0"), BACK, now)
    answer = query(there.consent(waiting.url))
    with pytest.raises(BadInput, match="more than ten minutes ago"):
        authorise.end(waiting.sealed, answer, now + timedelta(minutes=10, seconds=1))
    authorise.end(waiting.sealed, answer, now + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "X needs an API key with its secret, or a Client ID"),
        ({"consumer_key": "a", "consumer_secret": "b", "client_id": "c"}, "X needs an API key"),
        ({"consumer_key": "a"}, "X needs “API key secret”"),
        ({"pin": "1"}, "X has no “pin”"),
    ],
)
def test_an_app_that_cannot_be_one(now: datetime, given: dict[str, str], complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        authorise.begin("x", given, BACK, now)


def test_where_there_is_nothing_to_authorise(now: datetime) -> None:
    with pytest.raises(BadInput, match="Webhook has nothing to authorise"):
        authorise.begin("webhook", {}, BACK, now)


def test_an_address_that_is_not_the_apps_is_told(there: Authority, now: datetime) -> None:
    with pytest.raises(NotSent, match="X refuses the app") as refused:
        authorise.begin("x", app(there, "1.0a"), "https://elsewhere.example.org", now)
    assert "callback address" in refused.value.hint


def test_a_wrong_key_is_told_and_not_shown(there: Authority, now: datetime) -> None:
    with pytest.raises(NotSent, match="X refuses the app") as refused:
        authorise.begin("x", app(there, "1.0a") | {"consumer_secret": "mistyped"}, BACK, now)
    assert "mistyped" not in str(refused.value)


@pytest.mark.parametrize(("how", "path"), [("1.0a", "/oauth/"), ("2.0", "/2/oauth2/token")])
@pytest.mark.parametrize("happens", ["dropped", "a page", "busy"])
def test_trouble_on_the_way_keeps_nothing(
    there: Authority, now: datetime, how: str, path: str, happens: str
) -> None:
    with Line(there.url) as line:
        there.seen_as = line.url
        waiting = authorise.begin("x", app(there, how) | {"api": line.url}, BACK, now)
        answer = query(there.consent(waiting.url))
        line.on("POST", path)
        acts = {
            "dropped": lambda: line.drop_before(),
            "a page": lambda: line.answer(200, HTML, b"<h1>Hello</h1>"),
            "busy": lambda: line.answer(503, HTML, b"<h1>Busy</h1>"),
        }
        acts[happens]()
        with pytest.raises(NotSent) as failed:
            authorise.end(waiting.sealed, answer, now)
        assert not failed.value.auth
        assert not Account.objects.exists()


# An account that is there.


def reconnected(account: Account, there: Authority, how: str, now: datetime) -> str:
    waiting = authorise.begin("x", app(there, how), BACK, now, account)
    answer = query(there.consent(waiting.url))
    return authorise.reconnect(account, authorise.end(waiting.sealed, answer, now))


@both
def test_connecting_again_keeps_settings_and_lets_what_waited_go(
    there: Authority, now: datetime, how: str
) -> None:
    made = rows.account(
        "x", name="@review", credentials=CREDENTIALS, template="{{ link }}", options={"limit": 900},
        health=Account.Health.RECONNECT, error="refused", expires_at=now,
    )  # fmt: skip
    post = written(made, now)
    assert reconnected(made, there, how, now) == "@review"
    made.refresh_from_db()
    assert (made.health, made.error, made.template) == ("ok", "", "{{ link }}")
    assert (made.options["limit"], made.expires_at) == (900, None)
    assert list(Post.objects.due(now)) == [post]
    publish(post.pk, now)
    post.refresh_from_db()
    assert post.status == Status.SENT


def test_keys_that_are_pasted_stand_instead_of_a_permission(
    there: Authority, now: datetime
) -> None:
    made = authorise.connect(went(there, "2.0", now), now)
    editorial.reconnect(made, CREDENTIALS)
    made.refresh_from_db()
    assert made.credentials == CREDENTIALS
    assert made.app == app(there, "2.0")
    there.access.clear()
    assert editorial.check(made) == "@review"


def test_a_reconnection_that_fails_leaves_the_account_as_it_was(
    there: Authority, x: FakeX, now: datetime
) -> None:
    made = authorise.connect(went(there, "2.0", now), now)
    before = Account.objects.values().get()
    waiting = authorise.begin("x", {}, BACK, now, made)
    came = authorise.end(waiting.sealed, query(there.consent(waiting.url)), now)
    there.forget_access()
    there.refresh.clear()
    with pytest.raises(NotSent):
        authorise.reconnect(made, came)
    assert Account.objects.values().get() == before


def test_a_worker_that_renews_meanwhile_does_not_bring_the_old_tokens_back(
    there: Authority, now: datetime
) -> None:
    made = authorise.connect(went(there, "2.0", now), now)
    session = AccountSession(Account.objects.get())
    with session.alone():
        session.read()
        reconnected(made, there, "2.0", now)
        fresh = AccountSession(Account.objects.get()).read()
        session.write({"access": "old", "refresh": "old", "expires": ""})
    assert AccountSession(Account.objects.get()).read() == fresh


def test_a_permission_that_was_taken_back_stops_the_account_and_loses_nothing(
    there: Authority, x: FakeX, now: datetime
) -> None:
    made = authorise.connect(went(there, "2.0", now), now, Account.Approval.AUTO)
    post = written(made, now)
    there.forget_access()
    there.refresh.clear()
    publish(post.pk, now)
    post.refresh_from_db()
    made.refresh_from_db()
    assert (post.status, post.attempts, post.unsure) == (Status.QUEUED, 0, False)
    assert made.health == Account.Health.RECONNECT and x.posts == []
    reconnected(made, there, "2.0", now)
    publish(post.pk, now)
    assert len(x.posts) == 1


def test_trouble_with_a_renewal_rests_the_account_and_spends_no_try(
    there: Authority, x: FakeX, now: datetime
) -> None:
    with Line(there.url) as line:
        made = authorise.connect(went(there, "2.0", now), now, Account.Approval.AUTO)
        Account.objects.update(options=made.options | {"api": line.url})
        post = written(Account.objects.get(), now)
        there.forget_access()
        line.on("POST", "/2/oauth2/token")
        line.answer(502, HTML, b"<h1>Bad Gateway</h1>")
        publish(post.pk, now)
        post.refresh_from_db()
        assert (post.status, post.attempts, post.unsure) == (Status.QUEUED, 0, False)
        assert post.account.health == Account.Health.PAUSED
        publish(post.pk, now + timedelta(minutes=5))
        post.refresh_from_db()
        assert (post.status, post.account.health) == (Status.SENT, Account.Health.OK)
        assert len(x.posts) == 1


# By hand.


@both
def test_the_address_at_which_one_ended_may_be_pasted(
    there: Authority, now: datetime, how: str
) -> None:
    waiting = authorise.begin("x", app(there, how), BACK, now)
    answer = authorise.pasted(f"  {there.consent(waiting.url)}\n", waiting)
    assert authorise.end(waiting.sealed, answer, now).granted.credentials


@both
def test_so_may_a_code_by_itself(there: Authority, now: datetime, how: str) -> None:
    waiting = authorise.begin("x", app(there, how), BACK, now)
    answer = query(there.consent(waiting.url))
    code = answer.get("code") or answer["oauth_verifier"]
    pasted = authorise.pasted(f" {code} ", waiting)
    assert authorise.end(waiting.sealed, pasted, now).granted.credentials


# Mastodon.


@pytest.mark.parametrize("has_pkce", [True, False])
def test_mastodon_knows_us_from_the_servers_address_alone(
    there: Authority, now: datetime, has_pkce: bool
) -> None:
    there.has_pkce, there.lasts = has_pkce, None
    waiting = authorise.begin("mastodon", {"server": f"{there.url}/"}, BACK, now)
    asked = query(waiting.url)
    assert ("code_challenge" in asked) == has_pkce
    assert asked["scope"] == "read:accounts read:statuses write:statuses write:media"
    (app,) = there.registered
    assert (app["redirect_uris"], app["scopes"]) == (BACK, asked["scope"])
    came = authorise.end(waiting.sealed, query(there.consent(waiting.url)), now)
    assert came.granted.credentials["server"] == there.url
    assert came.granted.credentials["token"] in there.access
    assert came.granted.session == {}


def test_mastodon_from_beginning_to_a_post(now: datetime) -> None:
    with mastodon.Mastodon() as server:
        waiting = authorise.begin("mastodon", {"server": server.url}, BACK, now)
        asked = query(waiting.url)
        # This server's page lets one choose as whom: its codes name the account.
        answer = {"code": f"mockcode_{server.username}", "state": asked["state"]}
        made = authorise.connect(
            authorise.end(waiting.sealed, answer, now), now, Account.Approval.AUTO
        )
        assert made.name == f"@review@{server.url.removeprefix('http://')}"
        publish(written(made, now).pk, now)
        assert len(server.statuses()) == 1


@pytest.mark.parametrize(
    ("status", "body", "complaint"),
    [
        (404, b"<h1>Not found</h1>", "Is it the address of a Mastodon server"),
        (200, b"<h1>Hello</h1>", "Is it the address of a Mastodon server"),
        (301, b"", "Is it the address of a Mastodon server"),
        (422, b'{"error": "Validation failed"}', "Validation failed"),
        (200, b"{}", "registered no app"),
        (503, b"", "503"),
    ],
)
def test_what_is_no_mastodon_server_is_told(
    there: Authority, now: datetime, status: int, body: bytes, complaint: str
) -> None:
    with Line(there.url) as line:
        line.on("POST", "/api/v1/apps")
        line.answer(status, {"Location": "https://social.example"}, body)
        with pytest.raises((BadInput, NotSent)) as failed:
            authorise.begin("mastodon", {"server": line.url}, BACK, now)
        assert complaint in str(failed.value)


def test_a_marks_query_is_read_in_any_order() -> None:
    url = f"{BACK}?{urlencode({'code': 'c', 'state': 's'})}"
    assert authorise.mark(query(url)) == "s"
    assert authorise.mark({"code": "c"}) == ""
