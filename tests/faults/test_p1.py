"""P1, P2: kill -9 at random moments. Nobody is lost, nobody gets it twice, and for each kill no
more is unclear than connections were open; with on_unknown = resend, no more are twice."""

from __future__ import annotations

import random
import time
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fakes.smtpd import Smtpd
from tests.faults.conftest import THINKS
from tests.faults.harbour import CONNECTIONS, Harbour
from tests.installation import until
from tests.mail.test_dkim import ONE, Configure, pem, rsa_key, verified

RESEND = {"MAIL__ON_UNKNOWN": "resend"}


def moments(kills: int, readers: int, seed: int, least: int = 1) -> list[int]:
    """After how many mails each worker is killed: most of them soon, a few when they have sent many
    hundred; and so that much of the edition is left for the last."""
    chance, mean = random.Random(seed), min(150, 0.4 * readers / kills)
    while True:
        # The square of an exponential draw: half are below a quarter of the mean, and of two
        # hundred the largest is ten times the mean or more.
        drawn = [least + int(mean / 2 * chance.expovariate(1) ** 2) for _ in range(kills)]
        if sum(drawn) < 0.6 * readers:
            return drawn


class Deaths(NamedTuple):
    """*ends*: how many mails had come by the end of each worker. *unclear*: so many tries were left
    without an answer by all of them."""

    ends: list[int]
    unclear: int


def kill(site: Harbour, kills: int, readers: int, seed: int, least: int = 1) -> Deaths:
    """Kill one worker after the other while they send, each after *least* mails or more, and let a
    last one finish."""
    chance = random.Random(seed)
    ends: list[int] = []
    unclear = 0
    site.seed(readers)
    for moment in moments(kills, readers, seed, least):
        worker = site.worker()
        site.await_mails(moment)
        time.sleep(chance.random() * 0.02)
        site.kill(worker)
        assert not site.is_done(), "killed too late to prove anything"
        site.await_silence()
        ends.append(site.count())
        unclear = settled(site, unclear)
    site.inbox.heal()
    site.worker()
    site.await_mails(1)
    return Deaths(ends, settled(site, unclear))


def settled(site: Harbour, before: int) -> int:
    """A worker that has sent has first found out what the one before it left, and nothing is
    unclear by any other cause: so much of all there is was that one's death."""
    unclear = site.doubts()
    assert 0 <= unclear - before <= CONNECTIONS, f"{unclear - before} unclear by one kill"
    return unclear


def blame(came: Sequence[str], ends: Sequence[int]) -> Counter[int]:
    """How many were sent again because of each kill: it followed what they had got before."""
    latest: dict[str, int] = {}
    found: Counter[int] = Counter()
    for at, who in enumerate(came):
        if who in latest:
            found[bisect(ends, latest[who])] += 1
        latest[who] = at
    return found


def resend(site: Harbour, deaths: Deaths, seconds: float) -> None:
    """To the end, where what is unclear is sent once more. That is a minute later, so the copies of
    each kill are counted when all have come."""
    site.finish(seconds, hurry=True)
    assert site.judge(twice=deaths.unclear)["unknown"] == 0
    assert site.doubts() == deaths.unclear
    copies = blame(site.recipients(), deaths.ends)
    assert set(copies) <= set(range(len(deaths.ends))), "twice, and nobody was killed"
    assert max(copies.values(), default=0) <= CONNECTIONS, f"copies by one kill: {copies}"


def test_most_workers_die_young_and_some_grow_old() -> None:
    for seed in (4, 5, 6):
        drawn = sorted(moments(200, 20_000, seed))
        assert drawn[120] < 50 and drawn[-5] > 200 and drawn[-1] > 400


def test_p1_p2_kill_9(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, MAIL__BATCH_SIZE="500") as site:
        deaths = kill(site, kills=10, readers=20_000, seed=1)
        site.finish()
        assert site.judge()["unknown"] == deaths.unclear


@pytest.mark.postgres
def test_p1_p2_kill_9_on_postgresql(postgres_harbour: Harbour) -> None:
    deaths = kill(postgres_harbour, kills=4, readers=2_000, seed=2)
    postgres_harbour.finish()
    assert postgres_harbour.judge()["unknown"] == deaths.unclear


def test_p1_p2_kill_9_and_resend(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, **RESEND) as site:
        resend(site, kill(site, kills=5, readers=2_000, seed=3), seconds=60)


def test_p1_p2_kill_9_while_others_sign(tmp_path: Path, configure: Configure) -> None:
    """Processes of the worker's own sign what it sends; they end with it."""
    table = ONE | {"private_key": pem(rsa_key())}
    config = configure(dkim=table)
    options = {f"DKIM__{name.upper()}": text for name, text in table.items()}
    with Smtpd(keep=True, log=tmp_path / "judge.log") as judge:
        judge.stall("dot", THINKS)
        with Harbour(tmp_path, judge, **options) as site:
            # By then a run has others sign (press.FEW), and does not yet wait for its batch's end.
            deaths = kill(site, kills=4, readers=4_000, seed=7, least=300)
            until(lambda: signing_for(tmp_path), 30, "the processes that sign")
            site.finish()
            assert site.judge()["unknown"] == deaths.unclear
        mails = judge.mails or [b""]
        assert all(mail.startswith(b"DKIM-Signature: ") for mail in mails)
        assert all(verified(config, mail) for mail in mails[::20])
    until(lambda: not signing_for(tmp_path), 10, "the end of all that signed")


def signing_for(home: Path) -> list[str]:
    """The processes of that site that sign."""
    mine = f"SYNDICATE_HOME={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if b"signing.py" in (folder / "cmdline").read_bytes():
                found += [folder.name] * (mine in (folder / "environ").read_bytes())
    return found


@pytest.mark.soak
def test_p1_p2_two_hundred_kills(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, MAIL__BATCH_SIZE="500") as site:
        deaths = kill(site, kills=200, readers=20_000, seed=4)
        site.finish(300)
        assert site.judge()["unknown"] == deaths.unclear


@pytest.mark.soak
@pytest.mark.postgres
def test_p1_p2_two_hundred_kills_on_postgresql(postgres_harbour: Harbour) -> None:
    deaths = kill(postgres_harbour, kills=200, readers=20_000, seed=5)
    postgres_harbour.finish(300)
    assert postgres_harbour.judge()["unknown"] == deaths.unclear


@pytest.mark.soak
def test_p1_p2_two_hundred_kills_and_resend(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, **RESEND) as site:
        resend(site, kill(site, kills=200, readers=20_000, seed=6), seconds=300)
