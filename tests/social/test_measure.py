"""Reactions are read ever more rarely, in one call for many, and never in the way of posts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.message import Reactions
from syndicate.social.charge import Act, charge
from syndicate.social.measure import AFTER, accounts_due, measure
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from tests.social.conftest import habits
from tests.social.puppet import Able
from tests.social.stage import written

HOUR = timedelta(hours=1)


@pytest.fixture
def post(able: type[Able], account: Account, now: datetime) -> Post:
    """It stands there."""
    made = written(account, now)
    publish(made.pk, now)
    made.refresh_from_db()
    able.received[made.remote_id] = Reactions(likes=3, reposts=1)
    return made


def ask(post: Post, now: datetime) -> Post:
    for pk in accounts_due(now):
        measure(pk, now)
    post.refresh_from_db()
    return post


def test_after_an_hour_it_is_asked_about(able: type[Able], post: Post, now: datetime) -> None:
    assert ask(post, now).reactions == {}
    assert ask(post, now + HOUR).reactions == {"likes": 3, "reposts": 1}
    assert (post.read_at, post.readings) == (now + HOUR, 1)
    assert post.next_reading == now + AFTER[1]


def test_ever_more_rarely_and_then_no_more(able: type[Able], post: Post, now: datetime) -> None:
    moment, asked = now, []
    while moment < now + timedelta(days=60):
        before = post.readings
        if ask(post, moment).readings > before:
            asked.append(moment - now)
        moment += HOUR
    assert tuple(asked) == AFTER
    assert post.next_reading is None


def test_a_long_stop_is_made_up_for_by_one_question(
    able: type[Able], post: Post, now: datetime
) -> None:
    ask(post, now + timedelta(days=2))
    assert able.asked.count("measure") == 1
    assert post.next_reading == now + AFTER[3]


def test_one_call_for_all_that_are_due(
    able: type[Able], post: Post, account: Account, now: datetime
) -> None:
    second = written(account, now)
    publish(second.pk, now)
    ask(post, now + HOUR)
    assert able.asked.count("measure") == 1


def test_two_workers_ask_once(able: type[Able], post: Post, now: datetime) -> None:
    measure(post.account_id, now + HOUR)
    measure(post.account_id, now + HOUR)
    assert able.asked.count("measure") == 1


def test_a_post_that_is_gone_keeps_what_was_read_last(
    able: type[Able], post: Post, now: datetime
) -> None:
    ask(post, now + HOUR)
    able.received.clear()
    assert ask(post, now + 6 * HOUR).reactions == {"likes": 3, "reposts": 1}
    assert post.next_reading is None


@pytest.mark.parametrize("scope", [Scope.ITEM, Scope.LANE])
def test_a_platform_that_does_not_tell_stops_no_account(
    able: type[Able], post: Post, now: datetime, scope: Scope
) -> None:
    able.fails.append(NotSent("No.", permanent=False, scope=scope, retry_after=2 * HOUR))
    assert ask(post, now + HOUR).next_reading == now + 3 * HOUR
    assert Account.objects.get().health == Account.Health.OK
    assert ask(post, now + 3 * HOUR).reactions["likes"] == 3


def test_figures_are_not_paid_for_with_what_a_post_needs(
    able: type[Able], post: Post, account: Account, now: datetime
) -> None:
    account = habits(account, budget=1)
    charge(account, Act.PUBLISH, "much", 985, now)
    assert ask(post, now + HOUR).reactions == {}
    assert able.asked.count("measure") == 0
