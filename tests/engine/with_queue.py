"""One job at most for each row, in every state that a job can be in. See test_on_postgresql.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from syndicate.engine import queue
from syndicate.jobs import JOBS
from tests.engine.other import Other
from tests.installation import until

pytestmark = pytest.mark.django_db(transaction=True)
DELIVER = next(job for job in JOBS if job.name == "deliver")


@pytest.fixture(autouse=True)
def empty() -> None:
    sql("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def other() -> Iterator[Other]:
    """Another process's connection."""
    with Other() as elsewhere:
        yield elsewhere


def sql(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def statuses() -> list[str]:
    return sql("SELECT status::text FROM procrastinate_jobs ORDER BY id")


def begin() -> queue.Fetched:
    """Put one and fetch it, as a worker of its own."""
    queue.put(DELIVER, [17])
    fetched = queue.fetch(queue.register(), ["deliver"])
    assert fetched is not None
    return fetched


def fall_silent() -> None:
    """The workers there are have said nothing for a minute."""
    sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")


def test_a_row_is_put_once() -> None:
    assert queue.put(DELIVER, [17, 18]) == [17, 18]
    assert queue.put(DELIVER, [17, 18, 19]) == [19]
    assert sql("SELECT queueing_lock FROM procrastinate_jobs ORDER BY id") == [
        "deliver:17", "deliver:18", "deliver:19"]  # fmt: skip


def test_a_job_holds_a_key_and_nothing_else() -> None:
    queue.put(DELIVER, [17])
    assert sql("SELECT args::text FROM procrastinate_jobs") == ['{"key": 17}']


def test_what_is_rolled_back_was_not_put() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert queue.put(DELIVER, [17]) == [17]
        1 / 0  # noqa: B018
    assert statuses() == []


def test_who_comes_second_leaves_it_to_the_first(other: Other) -> None:
    with other.holding(queue._ADVISORY_KEY):
        assert queue.put(DELIVER, [17]) == []
        assert queue.sweep() == 0
    assert queue.put(DELIVER, [17]) == [17]


def test_one_put_past_all_locks_breaks_no_transaction(other: Other) -> None:
    """As by Procrastinate's own command line, between our question and our putting."""
    with transaction.atomic(), other.putting_at_the_last_moment("deliver:17"):
        assert queue.put(DELIVER, [17, 18]) == []
        assert sql("SELECT 1") == [1]
    assert queue.put(DELIVER, [17, 18]) == [18]


def test_a_fetched_row_is_told_by_its_key_and_gone_when_done() -> None:
    fetched = begin()
    assert (fetched.name, fetched.key) == ("deliver", 17)
    queue.finish(fetched.id)
    assert statuses() == []


def test_who_listens_is_told_of_what_another_puts(other: Other) -> None:
    queue.listen()
    assert not queue.heard()
    other.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('detect', 'x')")
    until(queue.heard, what="the news")
    assert not queue.heard()


def test_only_what_there_is_a_hand_for_is_fetched() -> None:
    queue.put(DELIVER, [17])
    worker = queue.register()
    assert queue.fetch(worker, ["detect", "publish"]) is None
    assert queue.fetch(worker, ["detect", "deliver"]) is not None


def test_what_somebody_has_just_begun_is_not_put_again() -> None:
    begin()
    assert queue.put(DELIVER, [17]) == []


def test_what_somebody_began_longer_than_a_lease_ago_and_is_due_is_put_again(
    configure: Callable[..., Any],
) -> None:
    begin()
    configure(daemon={"lease_seconds": 1})
    sql("UPDATE procrastinate_events SET at = at - interval '2 seconds'")
    assert queue.put(DELIVER, [17]) == [17]
    assert statuses() == ["doing", "todo"]


def test_what_a_dead_worker_began_is_put_again_and_swept() -> None:
    begin()
    fall_silent()
    assert queue.put(DELIVER, [17]) == [17]
    assert queue.sweep() == 1
    assert statuses() == ["todo"]


def test_what_a_worker_that_said_goodbye_left_is_put_again_and_swept() -> None:
    queue.put(DELIVER, [17])
    worker = queue.register()
    assert queue.fetch(worker, ["deliver"])
    queue.unregister(worker)
    assert (queue.sweep(), queue.put(DELIVER, [17])) == (1, [17])


@pytest.mark.parametrize("state", ["failed", "aborted", "cancelled", "succeeded", "aborting"])
def test_what_ended_other_than_by_us_stands_in_nobodys_way(state: str) -> None:
    begin()
    sql("UPDATE procrastinate_jobs SET status = %s", state)
    assert queue.put(DELIVER, [17]) == [17]
    assert queue.sweep() == 1
    assert statuses() == ["todo"]


def test_what_was_put_off_while_holding_its_lock_is_swept_and_put_again() -> None:
    queue.put(DELIVER, [17])
    sql("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day'")
    assert queue.put(DELIVER, [17]) == []
    assert (queue.sweep(), queue.put(DELIVER, [17])) == (1, [17])


def test_the_sweep_leaves_what_goes_on_by_itself(other: Other) -> None:
    begin()
    queue.put(DELIVER, [18])
    other.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('ours', 'x')")
    sql("UPDATE procrastinate_jobs SET status = 'failed' WHERE queue_name = 'ours'")
    assert queue.sweep() == 0
    assert statuses() == ["doing", "todo", "failed"]


def test_one_who_was_taken_for_dead_is_told_so() -> None:
    """Frozen for longer than that, then awake: it must register anew."""
    queue.put(DELIVER, [17])
    worker = queue.register()
    fall_silent()
    queue.sweep()
    queue.beat(worker)
    with pytest.raises(queue.LOST):
        queue.fetch(worker, ["deliver"])


def test_to_end_what_was_swept_is_told_not_raised_in_another_way() -> None:
    fetched = begin()
    fall_silent()
    queue.sweep()
    with pytest.raises(queue.LOST):
        queue.finish(fetched.id)


def test_asking_costs_the_same_for_one_and_for_a_hundred(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):  # savepoint or begin, lock, question, insert, end
        queue.put(DELIVER, range(100))
