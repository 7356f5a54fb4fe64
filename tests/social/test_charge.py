"""What posts cost is written down once each, shown beforehand, and kept within a budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from syndicate.lib.errors import NotSent
from syndicate.lib.status import Status
from syndicate.social.channels.base import Act
from syndicate.social.charge import Charge, charge, dollars, left, month, spent
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from tests.social.conftest import habits
from tests.social.puppet import Able
from tests.social.stage import written

LATER = timedelta(hours=2)


def turn(post: Post, now: datetime) -> Post:
    publish(post.pk, now)
    post.refresh_from_db()
    return post


def test_a_post_is_charged_once(account: Account, now: datetime) -> None:
    turn(written(account, now), now)
    assert spent(account, now) == 10
    charge(account, Act.PUBLISH, f"{Post.objects.get().pk}:0", 10, now)
    assert spent(account, now) == 10


def test_what_may_have_gone_is_charged_and_what_was_refused_is_not(
    able: type[Able], account: Account, now: datetime
) -> None:
    able.fails.append(NotSent("no", permanent=True))
    assert turn(written(account, now), now).status == Status.FAILED
    assert spent(account, now) == 0
    able.fails.append(NotSent("?", permanent=False, unknown=True))
    second = turn(written(account, now), now)
    assert (second.status, spent(account, now)) == (Status.DEFERRED, 10)
    assert turn(second, now + LATER).status == Status.SENT
    assert spent(account, now) == 10


def test_when_the_budget_is_used_up_the_account_waits_for_the_next_month(
    able: type[Able], account: Account, now: datetime
) -> None:
    account = habits(account, budget=1)
    charge(account, Act.PUBLISH, "much", 991, now)
    post = turn(written(account, now), now)
    account.refresh_from_db()
    assert (post.status, post.attempts, able.there) == (Status.QUEUED, 0, {})
    assert account.health == Account.Health.PAUSED
    assert account.paused_until == month(now, later=1)
    assert "$1" in account.error
    assert turn(post, month(now, later=1)).status == Status.SENT


def test_what_is_just_affordable_goes(able: type[Able], account: Account, now: datetime) -> None:
    account = habits(account, budget=1)
    charge(account, Act.PUBLISH, "much", 990, now)
    assert turn(written(account, now), now).status == Status.SENT
    assert left(account, now) == 0


def test_last_months_charges_are_history(account: Account, now: datetime) -> None:
    charge(account, Act.PUBLISH, "then", 500, month(now) - timedelta(seconds=1))
    charge(account, Act.PUBLISH, "now", 20, month(now))
    assert spent(account, now) == 20
    assert left(habits(account, budget=3), now) == 2980
    assert Charge.objects.count() == 2


def test_a_month_begins_at_midnight_of_the_publication() -> None:
    newyear = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    assert month(newyear).isoformat() == "2027-01-01T00:00:00+01:00"
    assert month(newyear, later=1).isoformat() == "2027-02-01T00:00:00+01:00"


def test_thousandths_are_told() -> None:
    assert [dollars(mills) for mills in (15, 200, 1_234_567)] == ["$0.015", "$0.200", "$1,234.567"]
