"""What stays true is shared again by the account's rules: late, rarely, and one at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.lib.status import Status
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from syndicate.social.reshare import accounts_due, reshare
from syndicate.sources.models import Article
from tests.social.conftest import habits
from tests.social.puppet import Able
from tests.social.stage import written

DAY = timedelta(days=1)


@pytest.fixture
def posts(able: type[Able], account: Account, now: datetime) -> list[Post]:
    """Two that went, one about what stays true."""
    habits(account, reshare_days=30)
    made = [
        written(account, now, title="How tides work", tags=["Evergreen", "Küste"]),
        written(account, now, title="Tomorrow’s weather"),
    ]
    for post in made:
        publish(post.pk, now)
    return made


def again(now: datetime) -> list[Post]:
    """Rounds after the first, once the rules were asked."""
    for pk in accounts_due(now):
        reshare(pk, now)
    return [*Post.objects.filter(round__gt=0).order_by("pk")]


def test_not_before_its_time(posts: list[Post], now: datetime) -> None:
    assert again(now + 29 * DAY) == []
    (found,) = again(now + 30 * DAY)
    assert (found.story, found.round) == (posts[0].story, 1)
    assert found.status == Status.QUEUED


def test_one_at_a_time_and_one_a_day(posts: list[Post], now: datetime) -> None:
    (first,) = again(now + 30 * DAY)
    assert len(again(now + 32 * DAY)) == 1  # the first has not gone
    publish(first.pk, now + 32 * DAY)
    assert len(again(now + 32 * DAY)) == 2
    assert {post.story for post in again(now + 32 * DAY)} == {post.story for post in posts}


def test_as_often_as_the_rules_say(posts: list[Post], account: Account, now: datetime) -> None:
    habits(account, reshare_times=2, reshare_tag="evergreen")
    for day in range(0, 400, 5):
        for post in again(now + day * DAY):
            publish(post.pk, now + day * DAY)
    assert [post.round for post in again(now + 400 * DAY)] == [1, 2]


@pytest.mark.parametrize(("tag", "titles"), [("evergreen", 1), ("küste", 1), ("green", 0)])
def test_only_what_has_the_tag(
    posts: list[Post], account: Account, now: datetime, tag: str, titles: int
) -> None:
    habits(account, reshare_tag=tag)
    assert len(again(now + 30 * DAY)) == titles


def test_what_was_taken_back_is_not_shared_again(posts: list[Post], now: datetime) -> None:
    Article.objects.update(state=Article.State.WITHDRAWN)
    assert again(now + 30 * DAY) == []


def test_an_account_without_rules_shares_nothing_again(
    posts: list[Post], account: Account, now: datetime
) -> None:
    habits(account, reshare_days=0)
    assert [*accounts_due(now + 300 * DAY)] == []


def test_two_daemons_share_it_once(posts: list[Post], account: Account, now: datetime) -> None:
    reshare(account.pk, now + 30 * DAY)
    reshare(account.pk, now + 30 * DAY)
    assert Post.objects.filter(round=1).count() == 1
