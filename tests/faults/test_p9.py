"""P9: five daemons by mistake change nothing: an edition for each slot, a mail for each reader."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.postgres import Postgres
from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import Harbour
from tests.installation import until

DAEMONS, SLOTS, READERS = 5, 3, 30


def five(site: Harbour) -> None:
    """All five start at once on what is due."""
    site.seed(READERS, SLOTS)
    for _ in range(DAEMONS):
        site.worker()
    until(site.arrived(READERS * SLOTS), 60, "all mails")
    site.finish()
    assert site.ask("SELECT count(*) FROM mail_edition") == [(SLOTS,)]
    assert set(Counter(site.inbox.recipients).values()) == {SLOTS}
    assert site.statuses() == {"sent": READERS * SLOTS}


def test_p9_five_daemons(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge) as site:
        five(site)


@pytest.mark.postgres
def test_p9_five_daemons_on_postgresql(tmp_path: Path, judge: Smtpd, postgres: Postgres) -> None:
    with Harbour(tmp_path, judge, DATABASE__URL=postgres.url()) as site:
        five(site)
