"""What is wrong is named, with what to do, and pointed at; what is well is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate import health
from syndicate.engine.models import Failure, Heartbeat, Instance
from syndicate.health import Level, Problem, Where, work
from syndicate.health.problem import RECENT
from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Pause
from syndicate.social.models import Account
from syndicate.sources.models import Source
from tests import rows
from tests.ways import way
from tests.web.furniture import edition, post

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def found(now: datetime, id: str) -> list[Problem]:
    """Those of one kind."""
    return [problem for problem in health.problems(now) if problem.id == id]


def one(now: datetime, id: str) -> Problem:
    """The only one of a kind."""
    (problem,) = found(now, id)
    return problem


def beat(now: datetime) -> None:
    """A daemon is at work."""
    Heartbeat.objects.create(worker="host:1:a", started_at=now, seen_at=now)


def test_all_is_well(now: datetime) -> None:
    beat(now)
    rows.source(next_check=now + MINUTE)
    edition()
    post(status=Status.QUEUED, due_at=now + MINUTE)
    assert [p for p in health.problems(now) if p.id != "H02"] == []


def test_nobody_at_work(now: datetime) -> None:
    assert one(now, "H01").hint == "Start it: syndicate run"
    beat(now - HOUR)
    assert "23 Nov, 12:00 CET" in one(now, "H01").message


def test_errors_come_before_warnings(now: datetime) -> None:
    rows.source(health=Source.Health.FAILING, failures=1, next_check=now)
    levels = [problem.level for problem in health.problems(now)]
    assert levels == sorted(levels, key=lambda level: level != Level.ERROR)
    assert set(levels) == {Level.ERROR, Level.WARNING}


@pytest.mark.parametrize(
    ("free", "level"), [(50, [Level.ERROR]), (300, [Level.WARNING]), (900, [])]
)
def test_room_on_the_disk(free: int, level: list[Level]) -> None:
    said = work.room(Path("/srv/site/data"), free * 1_000_000)
    assert [problem.level for problem in said] == level


def test_a_source_that_answers_nonsense(now: datetime) -> None:
    source = rows.source(
        name="Port", health=Source.Health.FAILING, failures=3, next_check=now,
        error="https://port.example.org/feed is a web page.", hint="Name the feed.",
    )  # fmt: skip
    problem = one(now, "H10")
    assert (problem.subject, problem.hint) == ("Port", "Name the feed.")
    assert problem.where == Where("source", source.pk)
    assert problem.level == Level.ERROR


def test_a_paused_source_is_no_problem(now: datetime) -> None:
    rows.source(active=False, health=Source.Health.GONE, next_check=now - HOUR)
    assert not found(now, "H10")
    assert not found(now, "H11")


def test_a_source_nobody_looks_at(now: datetime) -> None:
    rows.source(next_check=now - HOUR)
    assert "12:00 CET" in one(now, "H11").message


def test_a_newsletter_that_cannot_be_composed(now: datetime) -> None:
    newsletter = rows.newsletter(error="The template fails.", hint="Mend line 3.")
    assert one(now, "H20").where == Where("newsletter", newsletter.pk)


def test_an_edition_that_cannot_go(now: datetime) -> None:
    made = edition(error="It is too large.", hint="Leave out an article.")
    assert one(now, "H21").where == Where("edition", made.pk)
    type(made).objects.update(status=Status.CANCELLED)
    assert not found(now, "H21")


def underway(now: datetime, **values: Any) -> Batch:
    """A batch of two, which has been due for a while."""
    sending = edition(status=Status.SENDING, started_at=now - HOUR, audience=2)
    for seq in (1, 2):
        sending.deliveries.create(seq=seq)
    given = {"first_seq": 1, "last_seq": 2, "due_at": now - 2 * MINUTE, **values}
    return Batch.objects.create(edition=sending, **given)


def test_an_edition_that_does_not_move(now: datetime) -> None:
    edition(status=Status.QUEUED, send_at=now - HOUR)
    underway(now)
    assert len(found(now, "H22")) == 2


def test_p17_mail_in_hand_without_an_outcome_stands_still(now: datetime) -> None:
    """The worker is alive and keeps its lease, but the mail server says nothing."""
    held = underway(now, status=Status.SENDING, lease_until=now + MINUTE)
    assert one(now, "H22").where == Where("edition", held.edition_id)
    held.edition.deliveries.filter(seq=1).update(status=Status.SENT, done_at=now)
    assert not found(now, "H22")


def test_what_waits_behind_others_is_no_standstill_but_a_backlog(now: datetime) -> None:
    underway(now, due_at=now - 2 * HOUR)
    underway(now, status=Status.SENDING, lease_until=now + MINUTE, due_at=now)
    assert not found(now, "H22")
    assert "10:00" not in one(now, "H27").message and "11:00 CET" in one(now, "H27").message


def test_a_paused_edition_is_no_standstill(now: datetime) -> None:
    type(underway(now).edition).objects.update(paused_at=now)
    assert not found(now, "H22")


def test_a_database_that_may_be_a_copy(now: datetime) -> None:
    Instance.objects.create(pk=1, key="a", place="elsewhere", seen_at=now)
    underway(now), rows.source(next_check=now - HOUR)
    assert "syndicate adopt" in one(now, "H04").hint
    assert not found(now, "H22") and not found(now, "H11")


@pytest.mark.parametrize(("size", "free", "many"), [(5, 4, 1), (4, 5, 0)])
def test_a_database_too_large_to_be_copied(size: int, free: int, many: int) -> None:
    assert len(list(work.copy_of(size * 10**9, free * 10**9))) == many


def test_a_watchdog_hears_of_standstills_alone(now: datetime) -> None:
    beat(now)
    rows.source(health=Source.Health.GONE, next_check=now)
    assert health.standstill(now) == []
    underway(now)
    assert [problem.id for problem in health.standstill(now)] == ["H22"]


def test_a_closed_way_out_explains_why_batches_wait(
    now: datetime, configure: Callable[..., Any]
) -> None:
    configure(mail={"transport": "smtp"})
    sending = edition(status=Status.SENDING, started_at=now - HOUR)
    Batch.objects.create(edition=sending, first_seq=1, last_seq=2, due_at=now - HOUR)
    Pause.objects.create(
        lane="transport smtp", since=now, until=now + HOUR, hint="Check smtp.password.",
        error="mail.example.org refused the login: 535 5.7.8 bad credentials",
    )  # fmt: skip
    assert "535" in one(now, "H25").message
    assert not found(now, "H22")


def test_a_closed_way_out_is_a_warning_while_mail_goes_by_another(
    now: datetime, configure: Callable[..., Any]
) -> None:
    configure(mail={"transport": "smtp"}, transports={"backup": way("smtp", weight=0)})
    Pause.objects.create(lane="transport smtp", since=now, until=now + HOUR, error="535 no")
    told = one(now, "H25")
    assert told.level is health.Level.WARNING and "goes by backup" in told.hint
    Pause.objects.create(lane="transport backup", since=now, until=now + HOUR, error="down")
    assert {p.level for p in found(now, "H25")} == {health.Level.ERROR}


def test_a_ledger_that_does_not_add_up(now: datetime) -> None:
    edition(status=Status.SENT, started_at=now, finished_at=now, audience=2)
    assert "2 readers" in one(now, "H23").message


def test_a_cancelled_edition_of_which_some_still_wait(now: datetime) -> None:
    batch = underway(now)
    type(batch.edition).objects.update(status=Status.CANCELLED)
    assert "2 of its mails" in one(now, "H23").message
    batch.edition.deliveries.update(status=Status.CANCELLED)
    assert not found(now, "H23")


def test_mails_whose_fate_is_unknown(now: datetime) -> None:
    made = edition(status=Status.SENT, started_at=now, finished_at=now, audience=1)
    made.deliveries.create(seq=1, status=Status.UNKNOWN)
    Batch.objects.create(edition=made, first_seq=1, last_seq=1, due_at=now, status=Status.SENT)
    assert one(now, "H24").where == Where("edition", made.pk)
    assert not found(now, "H23")


def test_confirmations_that_cannot_be_sent(now: datetime) -> None:
    to = rows.mailing_list(name="Weekly")
    for _ in range(2):
        rows.subscription(
            rows.subscriber(), to, status="pending", confirm_due=now - HOUR, confirm_error="535"
        )
    assert one(now, "H26").message.startswith("2 confirmation mails")


@pytest.mark.parametrize(
    ("left", "id", "says"),
    [
        (timedelta(days=14), "H38", "ends on 07 Dec, 13:00 CET"),
        (timedelta(0), "H39", "ended on 23 Nov, 13:00 CET"),
        (-timedelta(days=3), "H39", "ended on 20 Nov"),
    ],
)
def test_an_account_whose_permission_ends(
    now: datetime, left: timedelta, id: str, says: str
) -> None:
    account = rows.account(expires_at=now + left)
    found = one(now, id)
    assert found.where == Where("account", account.pk)
    assert says in found.message and "Connect it again" in found.hint
    assert (found.level is Level.ERROR) == (id == "H39")


def test_a_permission_that_lasts_is_not_spoken_of(now: datetime) -> None:
    rows.account(expires_at=now + timedelta(days=14, seconds=1))
    rows.account(expires_at=now + timedelta(days=3), active=False)
    rows.account(expires_at=now, health=Account.Health.RECONNECT, error="It has expired.")
    assert not {"H38", "H39"} & {problem.id for problem in health.problems(now)}


def test_an_account_whose_token_expired(now: datetime) -> None:
    account = rows.account(health=Account.Health.RECONNECT, error="The token has expired.")
    assert one(now, "H30").where == Where("account", account.pk)


def test_a_pause_that_is_over_is_no_problem(now: datetime) -> None:
    rows.account(health=Account.Health.PAUSED, paused_until=now + HOUR, error="Too many.")
    assert "14:00 CET" in one(now, "H31").message
    assert not found(now + HOUR, "H31")


def test_posts_in_trouble(now: datetime) -> None:
    account = rows.account(channel="mastodon")
    unknown = post(account, status=Status.UNKNOWN, error="It broke.", created_at=now)
    failed = post(account, status=Status.FAILED, error="422: too long", created_at=now)
    stuck = post(account, status=Status.QUEUED, due_at=now - HOUR)
    assert one(now, "H32").where == Where("post", unknown.pk)
    assert one(now, "H33").where == Where("post", failed.pk)
    assert one(now, "H34").where == Where("post", stuck.pk)
    assert not found(now + RECENT + MINUTE, "H33")


@pytest.mark.parametrize("job", ["detect", "compose", "start", "write", "publish", "deliver"])
def test_what_was_set_aside_points_at_its_row(now: datetime, job: str) -> None:
    made = edition()
    batch = Batch.objects.create(edition=made, first_seq=1, last_seq=1, due_at=now)
    key = batch.pk if job == "deliver" else 7
    Failure.objects.create(
        job=job, key=key, tries=2, first_at=now, last_at=now, retry_at=now, error="KeyError: 'a'"
    )
    problem = one(now, "H03")
    assert "KeyError" in problem.message
    assert problem.where is not None
    assert problem.where.pk == (made.pk if job == "deliver" else 7)


def test_every_problem_says_what_to_do(now: datetime) -> None:
    rows.source(next_check=now - HOUR)
    edition(status=Status.QUEUED, send_at=now - HOUR)
    assert all(problem.hint for problem in health.problems(now))
