"""P19: the power goes. What was committed is on the platter (synchronous = FULL); the journal is
not forced there and may lack any of its lines; the database's log may end in half a write."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from syndicate.mail.journal import boot_id
from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import Harbour

MOST = 500  # deliver.MOST: the most mails of a round, and so the farthest that the horizon runs
OTHER_BOOT = "0" * 8 + boot_id()[8:]


def power_cut(data: Path, chance: random.Random) -> None:
    """What the machine finds when it is switched on again."""
    for journal in data.glob("journal/*.journal"):
        raw = journal.read_bytes().replace(boot_id().encode(), OTHER_BOOT.encode(), 1)
        kept = chance.randint(raw.index(b"\n") + 1, max(len(raw.rstrip(b"\0")), 200))
        journal.write_bytes(raw[:kept] + bytes(len(raw) - kept))
    (data / "syndicate.sqlite3-shm").unlink(missing_ok=True)
    with (data / "syndicate.sqlite3-wal").open("ab") as log:
        log.write(chance.randbytes(chance.randint(1, 9_000)))


def cut(site: Harbour, cuts: int, readers: int, seed: int) -> None:
    """Cut the power of a sending machine, again and again."""
    chance = random.Random(seed)
    site.seed(readers)
    for _ in range(cuts):
        worker = site.worker()
        site.await_mails(chance.randint(1, 250))
        site.kill(worker)
        power_cut(site.home / "data", chance)
    site.inbox.heal()
    site.worker()
    site.finish(120)
    assert 0 < site.judge()["unknown"] <= cuts * 2 * MOST


@pytest.mark.soak
def test_p19_fifty_power_cuts(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, MAIL__BATCH_SIZE="500") as site:
        cut(site, cuts=50, readers=40_000, seed=19)


def test_p19_a_power_cut(harbour: Harbour) -> None:
    cut(harbour, cuts=3, readers=2_000, seed=20)
