"""A pace is one for all workers together: processes of their own, and the server's record."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.mail.meter import BURST
from tests.fakes.postgres import Postgres
from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import Harbour

# So many a second: the readers' one domain takes less than the way out would.
MANY, READERS = 10, 80
# A mail is counted when it leaves, the server's record is of when it came. Seconds.
WAY = 0.5
LIMITS = {"PACE__TRANSPORT": "15/s", "PACE__DOMAIN": f"{MANY}/s", "MAIL__BATCH_SIZE": "20"}


def two(site: Harbour) -> None:
    """Both send one edition."""
    site.seed(READERS)
    workers = [site.worker(), site.worker()]
    site.finish(90)
    assert all(worker.poll() is None for worker in workers)
    assert site.judge() == {"sent": READERS}
    times = sorted(mail.at for mail in site.inbox.accepted)
    # Each by itself would begin with all that can be saved up, and go on twice as fast.
    most = max(sum(begin <= at < begin + WAY for at in times) for begin in times)
    assert most <= MANY * (BURST + 2 * WAY), f"{most} mails within {WAY} seconds"
    assert times[-1] - times[0] >= READERS / MANY - BURST - WAY


def test_two_workers_keep_to_one_pace(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, **LIMITS) as site:
        two(site)


@pytest.mark.soak
@pytest.mark.postgres
def test_two_workers_keep_to_one_pace_on_postgresql(
    tmp_path: Path, judge: Smtpd, postgres: Postgres
) -> None:
    with Harbour(tmp_path, judge, DATABASE__URL=postgres.url(), **LIMITS) as site:
        two(site)
