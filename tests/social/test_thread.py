"""A thread goes part by part; whatever breaks, each part stands once, and in its order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.lib.errors import NotSent
from syndicate.lib.status import Status
from syndicate.social.key import first_try, key, part
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from tests.social.puppet import Able
from tests.social.stage import written

LATER = timedelta(hours=2)


@pytest.fixture
def post(account: Account, now: datetime) -> Post:
    """Of three parts."""
    made = written(account, now, title="A new pier")
    made.thread = ["It opened on Monday.", "It is red."]
    made.save()
    return made


def turn(post: Post, now: datetime) -> Post:
    publish(post.pk, now)
    post.refresh_from_db()
    return post


def test_each_part_answers_the_one_before(able: type[Able], post: Post, now: datetime) -> None:
    assert turn(post, now).status == Status.SENT
    assert [message.text for message in able.sent] == post.texts
    assert [len(message.after) for message in able.sent] == [0, 1, 2]
    first, second, _ = able.sent
    assert second.after[0].remote_id == post.remote_id == f"post-{first.key}"
    assert post.permalink == f"https://able.example/{post.remote_id}"


def test_only_the_first_part_has_the_card(able: type[Able], post: Post, now: datetime) -> None:
    turn(post, now)
    assert [bool(message.card.url) for message in able.sent] == [True, False, False]


def test_a_part_that_did_not_go_goes_later_and_those_before_it_stay(
    able: type[Able], post: Post, now: datetime
) -> None:
    able.after = lambda: able.fails.append(NotSent("no", permanent=False))
    turn(post, now)
    assert (post.status, len(post.chain)) == (Status.DEFERRED, 1)
    assert post.permalink  # an editor sees what stands already
    able.after = lambda: None
    assert turn(post, now + LATER).status == Status.SENT
    assert [*able.there.values()] == post.texts


def test_a_part_of_which_nothing_is_known_is_looked_up_by_its_own_key(
    able: type[Able], post: Post, now: datetime
) -> None:
    turn(post, now)
    # As a crash leaves it between the second part's answer and our noting it.
    able.there.popitem()
    Post.objects.filter(pk=post.pk).update(
        status=Status.SENDING, owner="gone", lease_until=now, unsure=True, chain=post.chain[:1]
    )
    assert turn(post, now + LATER).status == Status.SENT
    assert [message.text for message in able.sent[3:]] == [post.texts[2]]
    assert [*able.there.values()] == post.texts


def test_a_withdrawn_article_whose_thread_has_begun_is_finished(
    able: type[Able], post: Post, now: datetime
) -> None:
    """Half a thread says less than a whole one; taking it down is another matter."""
    turn(post, now)
    Post.objects.filter(pk=post.pk).update(status=Status.QUEUED, chain=post.chain[:2], unsure=False)
    post.article.state = "withdrawn"
    post.article.save()
    assert turn(post, now + LATER).status == Status.SENT
    assert len(post.chain) == 3


def test_keys_of_parts_are_keys_in_their_order(now: datetime) -> None:
    first = key(7, now)
    keys = [part(first, number) for number in range(5)]
    assert keys[0] == first
    assert sorted(keys) == keys and len(set(keys)) == 5
    assert all(len(each) == 13 for each in keys)
    assert first_try(keys[4]) - now == timedelta(microseconds=4)
