"""P13: unsubscribe wins, with two workers at once and people who leave at random."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import Harbour
from tests.installation import until

READERS = 160
LEAVE = 60
GRACE = 1.0  # seconds


def test_p13_nobody_is_mailed_a_second_after_they_left(tmp_path: Path) -> None:
    chosen = random.Random(13).sample(range(1, READERS + 1), LEAVE)
    left: dict[str, float] = {}
    with Smtpd() as judge, Harbour(tmp_path, judge) as site:
        judge.stall("dot", 0.2)
        site.seed(READERS)
        site.worker(), site.worker()
        until(site.arrived(5), 30, "mails")
        for n in chosen:
            site.unsubscribe(n, n)
            left[f"r{n}@example.org"] = time.time()
            time.sleep(0.02)
        site.finish()
        late = [
            mail.recipient
            for mail in judge.accepted
            if mail.at > left.get(mail.recipient, mail.at) + GRACE
        ]
        counts = site.statuses()
    assert late == []
    assert counts["suppressed"] > LEAVE // 4, "all had gone before: this proved nothing"
    assert counts["sent"] + counts["suppressed"] == READERS
