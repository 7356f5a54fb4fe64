"""Publishing: claims, fences, and what is seen of it. What breaks on the line: tests/contracts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.lib import secrets
from syndicate.lib.status import Status
from syndicate.social.channels import CHANNELS
from syndicate.social.key import key
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from syndicate.sources.models import Article
from tests import rows
from tests.fakes.faults import Line
from tests.fakes.webhook import Receiver
from tests.social.puppet import WHERE, Puppet
from tests.social.stage import webhook, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def post(receiver: Receiver, now: datetime) -> Post:
    return written(webhook(receiver.url), now, title="A new pier")


def turn(post: Post, now: datetime) -> Post:
    publish(post.pk, now)
    post.refresh_from_db()
    post.account.refresh_from_db()
    return post


def test_it_is_told(post: Post, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "syndicate.social")
    turn(post, now)
    assert f"posted “A new pier” to {post.account}: {post.permalink}" in caplog.messages
    assert (post.published_at, post.attempts, post.owner) == (now, 1, "")


def test_the_payload_says_what_was_published(post: Post, receiver: Receiver, now: datetime) -> None:
    turn(post, now)
    (call,) = receiver.calls
    assert call["type"] == "article.published"
    assert call["data"]["text"] == post.text
    assert call["data"]["url"] == post.article.url
    assert call["data"]["title"] == "A new pier"


@pytest.mark.parametrize(
    "values",
    [
        {"status": Status.HELD},
        {"status": Status.SENT},
        {"status": Status.CANCELLED},
        {"status": Status.UNKNOWN},
        {"due_at": rows.NOON + timedelta(seconds=1)},
        {"status": Status.SENDING, "lease_until": rows.NOON + timedelta(seconds=1)},
    ],
)
def test_what_is_not_due_is_left_alone(
    post: Post, receiver: Receiver, now: datetime, values: dict[str, Any]
) -> None:
    Post.objects.update(**values)
    turn(post, now)
    assert receiver.calls == [] and post.status == values.get("status", Status.QUEUED)


@pytest.mark.parametrize(
    "values",
    [
        {"active": False},
        {"health": Account.Health.RECONNECT},
        {"health": Account.Health.PAUSED},
        {"health": Account.Health.PAUSED, "paused_until": rows.NOON + timedelta(seconds=1)},
    ],
)
def test_an_account_that_stands_still_posts_nothing(
    post: Post, receiver: Receiver, now: datetime, values: dict[str, Any]
) -> None:
    Account.objects.update(**values)
    turn(post, now)
    assert receiver.calls == [] and post.status == Status.QUEUED


@pytest.fixture
def puppet(monkeypatch: pytest.MonkeyPatch) -> type[Puppet]:
    monkeypatch.setitem(CHANNELS, "puppet", WHERE)
    monkeypatch.setattr(Puppet, "sent", [])
    return Puppet


def test_only_one_of_two_workers_gets_it(
    puppet: type[Puppet], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = written(rows.account("puppet"), now)
    monkeypatch.setattr(puppet, "before", lambda: publish(post.pk, now))
    assert turn(post, now).status == Status.SENT
    assert len(puppet.sent) == 1


def test_a_worker_that_was_frozen_past_its_lease_sends_nothing(
    puppet: type[Puppet], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = written(rows.account("puppet"), now)

    def frozen() -> None:
        monkeypatch.setattr(puppet, "before", lambda: None)
        publish(post.pk, now + timedelta(hours=1))

    monkeypatch.setattr(puppet, "before", frozen)
    turn(post, now)
    assert len(puppet.sent) == 1
    assert post.published_at == now + timedelta(hours=1)


def test_a_worker_records_nothing_over_its_successor(
    puppet: type[Puppet], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = written(rows.account("puppet"), now)
    monkeypatch.setattr(puppet, "after", lambda: Post.objects.update(owner="a successor"))
    assert turn(post, now).status == Status.SENDING


def test_the_mark_is_set_before_the_request_goes(
    puppet: type[Puppet], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = written(rows.account("puppet"), now)
    marks: list[bool] = []
    look = lambda: marks.append(Post.objects.get().unsure)  # noqa: E731
    monkeypatch.setattr(puppet, "before", look)
    monkeypatch.setattr(puppet, "after", look)
    turn(post, now)
    assert (marks, post.unsure) == ([False, True], False)


@pytest.mark.parametrize(("on_unknown", "status"), [("hold", "unknown"), ("resend", "deferred")])
def test_where_nobody_can_tell_the_site_decides(
    puppet: type[Puppet], now: datetime, configure: Any, on_unknown: str, status: str
) -> None:
    configure(social={"on_unknown": on_unknown})
    post = written(rows.account("puppet"), now)
    Post.objects.update(status=Status.DEFERRED, unsure=True, key=key(post.pk, now))
    assert (turn(post, now).status, puppet.sent) == (status, [])


def test_a_withdrawn_article_is_not_posted(post: Post, receiver: Receiver, now: datetime) -> None:
    Article.objects.update(state=Article.State.WITHDRAWN)
    turn(post, now)
    assert receiver.calls == []
    assert (post.status, post.error) == (Status.CANCELLED, "The article was withdrawn.")


def test_an_address_that_is_none_is_not_kept(post: Post, now: datetime, receiver: Receiver) -> None:
    with Line(receiver.url) as line:
        line.on("POST", "/")
        line.answer_after(200, {}, b'{"id": "7", "url": "javascript:alert(1)"}')
        post.account.credentials = post.account.credentials | {"url": line.url}
        post.account.save()
        turn(post, now)
    assert (post.status, post.remote_id, post.permalink) == (Status.SENT, "7", "")


def test_credentials_sealed_with_a_lost_key_stop_the_account(
    post: Post, now: datetime, settings: Any
) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key, and quite long too", []
    turn(post, now)
    assert post.status == Status.QUEUED
    assert post.account.health == Account.Health.RECONNECT
    assert "secret key" in post.account.error


def test_credentials_lie_encrypted(post: Post) -> None:
    assert "whsec" not in post.account.sealed
    assert secrets.unseal(post.account.sealed)["secret"].startswith("whsec_")


def test_a_post_that_kills_each_worker_is_set_aside(
    post: Post, receiver: Receiver, now: datetime, configure: Any
) -> None:
    configure(social={"max_attempts": 3})
    Post.objects.update(status=Status.SENDING, lease_until=now, attempts=3, unsure=True)
    assert turn(post, now).status == Status.UNKNOWN
    Post.objects.update(status=Status.SENDING, lease_until=now, attempts=3, unsure=False)
    assert turn(post, now).status == Status.FAILED
    assert receiver.calls == []


def test_a_receiver_that_is_not_there_is_tried_later(now: datetime) -> None:
    post = turn(written(webhook("http://127.0.0.1:1"), now), now)
    assert (post.status, post.unsure) == (Status.DEFERRED, False)
    assert "cannot be reached" in post.error


def test_a_private_address_needs_leave(now: datetime, configure: Any) -> None:
    configure(sources={"allow_private": []})
    post = turn(written(webhook("http://127.0.0.1:1"), now), now)
    assert post.account.health == Account.Health.PAUSED
    assert "private network" in post.error and "allow_private" in post.hint


def test_an_account_whose_token_ran_out_stops_no_other(
    post: Post, receiver: Receiver, now: datetime
) -> None:
    expired = webhook(receiver.url)
    expired.credentials = expired.credentials | {"secret": "whsec_dGFrZW4gYmFjaw=="}
    expired.save()
    waiting = written(expired, now)
    turn(expired.posts.earliest("pk"), now)
    waiting.account.refresh_from_db()
    assert "refuses our credentials (401)" in waiting.account.error
    assert "Connect the account again" in waiting.account.hint
    assert (turn(post, now).status, waiting.status) == (Status.SENT, Status.QUEUED)
