"""An account's hours hold at every step: when a post is written, approved, due, and late."""

from __future__ import annotations

from datetime import datetime, timedelta

from syndicate.lib.status import Status
from syndicate.social import editorial
from syndicate.social.models import Account, Post
from syndicate.social.publish import publish
from syndicate.social.write import write
from tests import rows
from tests.social.conftest import habits
from tests.social.puppet import Able

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def several(account: Account, now: datetime, count: int = 3) -> list[Post]:
    """Posts about so many articles that came at once."""
    for _ in range(count):
        rows.article()
    write(account.pk, now)
    return [*account.posts.order_by("pk")]


def test_posts_written_at_once_are_given_a_slot_each(account: Account, now: datetime) -> None:
    account = habits(account, slots="15:00 16:00")  # in Berlin
    dues = [post.due_at for post in several(account, now)]
    assert dues == [now + 2 * HOUR, now + 3 * HOUR, now + 26 * HOUR]


def test_an_approved_post_waits_for_its_hours(account: Account, now: datetime) -> None:
    account = habits(account, quiet="12:00-14:00")  # in Berlin
    Account.objects.update(approval="hold")
    (post,) = several(Account.objects.get(), now, 1)
    editorial.approve(post, None, now)
    assert (post.status, post.due_at) == (Status.QUEUED, now + HOUR)


def test_a_moment_that_an_editor_named_is_kept(
    able: type[Able], account: Account, now: datetime
) -> None:
    account = habits(account, quiet="12:00-14:00", slots="20:00", apart=600)
    (post,) = several(account, now, 1)
    editorial.hold(post)
    editorial.approve(post, None, now, send_at=now + MINUTE)
    publish(post.pk, now + MINUTE)
    assert len(able.there) == 1


def test_only_one_of_an_accounts_posts_is_due_at_a_time(account: Account, now: datetime) -> None:
    first, *others = several(account, now)
    assert [*Post.objects.due(now)] == [first]
    assert [*Post.objects.overdue(now)] == [first, *others]


def test_while_one_is_on_its_way_no_other_is_due(account: Account, now: datetime) -> None:
    first, *_ = several(account, now)
    Post.objects.filter(pk=first.pk).update(
        status=Status.SENDING, owner="someone", lease_until=now + MINUTE
    )
    assert not Post.objects.due(now).exists()
    assert Post.objects.due(now + MINUTE).first() == first  # its worker has fallen silent


def test_a_post_that_waits_for_its_next_try_holds_up_no_other(
    account: Account, now: datetime
) -> None:
    first, second, _ = several(account, now)
    Post.objects.filter(pk=first.pk).update(status=Status.DEFERRED, due_at=now + HOUR)
    assert [*Post.objects.due(now)] == [second]


def test_two_accounts_do_not_wait_for_each_other(account: Account, now: datetime) -> None:
    other = rows.account("able")
    several(account, now, 1)
    write(other.pk, now)
    assert Post.objects.due(now).count() == 2


def test_after_a_pause_what_waited_goes_one_by_one(
    able: type[Able], account: Account, now: datetime
) -> None:
    """Nothing is lost, and no burst: what is late keeps its distance."""
    account = habits(account, apart=30)
    several(account, now)
    editorial.pause(account)
    later = now + 5 * HOUR
    assert not Post.objects.due(later).exists()
    editorial.resume(account)
    for minute in range(70):
        for pk in [*Post.objects.due(later + minute * MINUTE).values_list("pk", flat=True)]:
            publish(pk, later + minute * MINUTE)
    went = [post.published_at for post in account.posts.order_by("published_at")]
    assert went == [later, later + 30 * MINUTE, later + 60 * MINUTE]
    assert len(able.there) == 3


def test_a_post_that_missed_its_slot_waits_for_the_next_free_one(
    able: type[Able], account: Account, now: datetime
) -> None:
    account = habits(account, slots="14:00 16:00")  # in Berlin
    first, second, _ = several(account, now)
    late = now + 2 * HOUR  # an hour after its slot
    publish(first.pk, late)
    first.refresh_from_db()
    assert (first.status, able.there) == (Status.QUEUED, {})
    assert first.due_at == now + 27 * HOUR  # the two slots before are the others’
    publish(second.pk, now + 3 * HOUR)
    assert len(able.there) == 1


def test_hours_that_cannot_be_read_stop_the_account_with_the_reason(
    account: Account, now: datetime
) -> None:
    (post,) = several(account, now, 1)
    account.customs = {"quiet": "late"}
    account.save()
    publish(post.pk, now)
    account.refresh_from_db()
    assert account.health == Account.Health.RECONNECT
    assert "late" in account.error
