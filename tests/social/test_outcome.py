"""What becomes of a post that did not go: the table of social.outcome, line by line."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest

from syndicate.lib.config import Social, site
from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.status import Status
from syndicate.social.models import Account
from syndicate.social.outcome import Outcome, outcome

HOUR = timedelta(hours=1)


@pytest.fixture
def policy() -> Social:
    return dataclasses.replace(site().social, max_attempts=3, retry_minutes=[1, 5])


def decided(error: NotSent, now: datetime, policy: Social, attempts: int = 1) -> Outcome:
    return outcome(error, attempts, "a-key", now, policy)


def test_refused_credentials_stop_the_account_only(now: datetime, policy: Social) -> None:
    found = decided(NotSent("no", permanent=True, auth=True), now, policy)
    assert (found.status, found.counts) == (Status.QUEUED, False)
    assert found.pause and found.pause.health == Account.Health.RECONNECT


def test_too_often_pauses_until_then(now: datetime, policy: Social) -> None:
    error = NotSent("slow", permanent=False, scope=Scope.LANE, retry_after=HOUR)
    found = decided(error, now, policy, attempts=3)
    assert (found.status, found.counts) == (Status.QUEUED, False)
    assert found.pause and found.pause.until == now + HOUR


def test_no_credit_pauses_until_a_person_acts(now: datetime, policy: Social) -> None:
    found = decided(NotSent("pay", permanent=True, scope=Scope.LANE), now, policy)
    assert found.pause and found.pause.until is None


def test_a_passing_failure_is_tried_later_each_time(now: datetime, policy: Social) -> None:
    error = NotSent("busy", permanent=False)
    first, second = (decided(error, now, policy, attempts=n) for n in (1, 2))
    assert first.status == second.status == Status.DEFERRED
    assert first.due_at and second.due_at
    assert now + timedelta(minutes=1) <= first.due_at < second.due_at


def test_a_platform_that_asks_for_longer_gets_it(now: datetime, policy: Social) -> None:
    found = decided(NotSent("busy", permanent=False, retry_after=HOUR), now, policy)
    assert found.due_at == now + HOUR


def test_the_last_try_is_final(now: datetime, policy: Social) -> None:
    found = decided(NotSent("busy", permanent=False), now, policy, attempts=3)
    assert (found.status, found.due_at) == (Status.FAILED, None)


def test_what_may_be_out_is_looked_up_first(now: datetime, policy: Social) -> None:
    found = decided(NotSent("cut", permanent=False, unknown=True), now, policy)
    assert (found.status, found.unsure) == (Status.DEFERRED, True)


@pytest.mark.parametrize(("permanent", "attempts"), [(True, 1), (False, 3)])
def test_what_cannot_be_looked_up_is_for_an_editor(
    now: datetime, policy: Social, permanent: bool, attempts: int
) -> None:
    error = NotSent("cut", permanent=permanent, unknown=True)
    assert decided(error, now, policy, attempts).status == Status.UNKNOWN


def test_or_it_is_sent_again_if_the_site_says_so(now: datetime, policy: Social) -> None:
    resend = dataclasses.replace(policy, on_unknown="resend")
    found = decided(NotSent("cut", permanent=True, unknown=True), now, resend)
    assert (found.status, found.unsure) == (Status.DEFERRED, False)
