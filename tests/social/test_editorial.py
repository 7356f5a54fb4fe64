"""What an editor may do to posts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.social import editorial
from syndicate.social.models import Account, Post
from tests import rows
from tests.social.stage import LINK, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(now: datetime) -> Post:
    return written(rows.account("x", approval=Account.Approval.HOLD), now, url=LINK)


def at(post: Post, status: Status, **values: Any) -> Post:
    Post.objects.update(status=status, **values)
    post.refresh_from_db()
    return post


def test_approve_lets_it_go(post: Post, now: datetime) -> None:
    editor = get_user_model().objects.create_user("ada")
    editorial.approve(post, editor, now)
    assert (post.status, post.approved_by, post.due_at) == (Status.QUEUED, editor, now)
    assert list(Post.objects.due(now)) == [post]


def test_approve_for_later(post: Post, now: datetime) -> None:
    editorial.approve(post, None, now, send_at=now + timedelta(hours=1))
    assert not Post.objects.due(now).exists()
    assert Post.objects.due(now + timedelta(hours=1)).exists()


def test_what_is_too_long_is_not_approved(post: Post, now: datetime) -> None:
    at(post, Status.HELD, text="a" * 270 + " " + LINK)
    with pytest.raises(BadInput, match=r"too long by 14: 294 of 280"):
        editorial.approve(post, None, now)


def test_hold_takes_it_back(post: Post, now: datetime) -> None:
    editorial.approve(post, None, now)
    editorial.hold(post)
    assert (post.status, post.due_at) == (Status.HELD, None)


def test_a_cancelled_post_is_not_written_again(post: Post, now: datetime) -> None:
    editorial.cancel(post)
    written(post.account, now)
    assert Post.objects.filter(article=post.article).get().status == Status.CANCELLED


def test_an_edited_text_is_tidied_and_kept(post: Post, now: datetime) -> None:
    editorial.edit(post, f"  Read this:\r\n{LINK}\n\n", now)
    assert (post.text, post.edited) == (f"Read this:\n{LINK}", True)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("Read this", "The link is missing"), ("é" * 257 + " " + LINK, r"too long by 1: 281 of 280")],
)
def test_an_edit_that_will_not_do_changes_nothing(
    post: Post, now: datetime, text: str, complaint: str
) -> None:
    before = post.text
    with pytest.raises(BadInput, match=complaint):
        editorial.edit(post, text, now)
    post.refresh_from_db()
    assert post.text == before


def test_what_may_be_out_is_not_edited(post: Post, now: datetime) -> None:
    at(post, Status.DEFERRED, unsure=True)
    with pytest.raises(BadInput, match="may be out already"):
        editorial.edit(post, f"New words {LINK}", now)


def test_retry_starts_afresh(post: Post, now: datetime) -> None:
    at(post, Status.FAILED, attempts=6, error="refused")
    editorial.retry(post, now)
    assert (post.status, post.attempts, post.error) == (Status.QUEUED, 0, "")


def test_an_editor_says_it_is_there(post: Post, now: datetime) -> None:
    at(post, Status.UNKNOWN, unsure=True)
    editorial.resolve_unknown(post, True, "https://x.com/i/status/1", now=now)
    assert (post.status, post.permalink) == (Status.SENT, "https://x.com/i/status/1")


def test_an_editor_says_it_is_not_there(post: Post, now: datetime) -> None:
    at(post, Status.UNKNOWN, unsure=True)
    editorial.resolve_unknown(post, False, now=now)
    assert (post.status, post.unsure, post.due_at) == (Status.QUEUED, False, now)


def test_a_permalink_must_be_an_address(post: Post, now: datetime) -> None:
    at(post, Status.UNKNOWN)
    with pytest.raises(BadInput, match="not an address"):
        editorial.resolve_unknown(post, True, "javascript:alert(1)", now=now)


ACTS = {
    "approve": lambda post: editorial.approve(post, None, rows.NOON),
    "hold": editorial.hold,
    "cancel": editorial.cancel,
    "edit": lambda post: editorial.edit(post, f"Words {LINK}", rows.NOON),
    "retry": lambda post: editorial.retry(post, rows.NOON),
    "resolve": lambda post: editorial.resolve_unknown(post, False, now=rows.NOON),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("status", [Status.SENDING, Status.SENT])
def test_nothing_may_be_done_to_what_is_on_its_way_or_out(
    post: Post, act: str, status: Status
) -> None:
    at(post, status)
    with pytest.raises(BadInput, match=f"This post is {status}"):
        ACTS[act](post)
    assert Post.objects.get().status == status
