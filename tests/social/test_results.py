"""What an account brought: reactions, arrivals and new readers by its links, and what it cost."""

from __future__ import annotations

from datetime import datetime, timedelta

from syndicate.audience.arrival import arrived
from syndicate.lib.status import Status
from syndicate.social.channels.base import Act
from syndicate.social.charge import charge
from syndicate.social.models import Account
from syndicate.social.results import results, sources
from tests import rows
from tests.social.conftest import habits
from tests.web.furniture import post

DAY = timedelta(days=1)


def test_each_account_has_its_own_figures(account: Account, now: datetime) -> None:
    account, other = habits(account, utm_source="able"), rows.account("able")
    there = {"status": Status.SENT, "remote_id": "1", "published_at": now - DAY}
    post(account, reactions={"likes": 3, "views": 90}, **there)
    post(account, reactions={"likes": 1, "replies": 1}, **there)
    post(account, reactions={"likes": 99}, **there | {"published_at": now - 40 * DAY})
    post(account, reactions={"likes": 99}, **there, removed_at=now)
    arrived("able", now.date())
    arrived("able", now.date())
    arrived("able", now.date() - 40 * DAY)
    weekly = rows.mailing_list()
    rows.subscription(rows.subscriber(), weekly, came_by="able", confirmed_at=now)
    rows.subscription(rows.subscriber(), weekly, came_by="able", status="pending")
    charge(account, Act.PUBLISH, "one", 200, now)
    first, second = results(now)
    assert (first.account, first.posts, first.arrivals, first.subscribers) == (account, 2, 2, 1)
    assert first.reactions == {"views": 90, "likes": 4, "replies": 1}
    assert first.mills == 200
    assert [each.reactions["likes"] for each in first.best] == [3, 1]
    assert (second.account, second.posts, second.reactions, second.source) == (other, 0, {}, "")


def test_the_sources_that_count_are_ours(account: Account) -> None:
    habits(account, utm_source="able")
    rows.account("able")
    assert sources() == {"able"}
