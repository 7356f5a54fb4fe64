"""P1, P2: kill -9 at random moments. Nobody is lost, nobody gets it twice, and for each kill no
more is unclear than connections were open; with on_unknown = resend, no more are twice."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fakes.smtpd import Smtpd
from tests.faults.conftest import THINKS
from tests.faults.harbour import CONNECTIONS, Harbour
from tests.installation import until
from tests.mail.test_dkim import ONE, Configure, pem, rsa_key, verified

RESEND = {"MAIL__ON_UNKNOWN": "resend"}


def kill(site: Harbour, kills: int, readers: int, seed: int, least: int = 1) -> int:
    """Kill one worker after the other while they send, each after *least* mails or more, and let a
    last one finish; returns how many answers may have been lost by that."""
    chance = random.Random(seed)
    most = min(least + 300, readers // kills - 50)
    site.seed(readers)
    for _ in range(kills):
        worker = site.worker()
        site.await_mails(chance.randint(least, most))
        time.sleep(chance.random() * 0.02)
        site.kill(worker)
        assert not site.is_done(), "killed too late to prove anything"
    site.inbox.heal()
    site.worker()
    return kills * CONNECTIONS


def test_p1_p2_kill_9(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, MAIL__BATCH_SIZE="500") as site:
        unclear = kill(site, kills=10, readers=20_000, seed=1)
        site.finish()
        assert site.judge()["unknown"] <= unclear


@pytest.mark.postgres
def test_p1_p2_kill_9_on_postgresql(postgres_harbour: Harbour) -> None:
    unclear = kill(postgres_harbour, kills=4, readers=2_000, seed=2)
    postgres_harbour.finish()
    assert postgres_harbour.judge()["unknown"] <= unclear


def test_p1_p2_kill_9_and_resend(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, **RESEND) as site:
        twice = kill(site, kills=5, readers=2_000, seed=3)
        site.finish(hurry=True)
        assert site.judge(twice)["unknown"] == 0


def test_p1_p2_kill_9_while_others_sign(tmp_path: Path, configure: Configure) -> None:
    """Processes of the worker's own sign what it sends; they end with it."""
    table = ONE | {"private_key": pem(rsa_key())}
    config = configure(dkim=table)
    options = {f"DKIM__{name.upper()}": text for name, text in table.items()}
    with Smtpd(keep=True, log=tmp_path / "judge.log") as judge:
        judge.stall("dot", THINKS)
        with Harbour(tmp_path, judge, **options) as site:
            # By then a run has others sign (press.FEW), and does not yet wait for its batch's end.
            unclear = kill(site, kills=4, readers=4_000, seed=7, least=300)
            until(lambda: signing_for(tmp_path), 30, "the processes that sign")
            site.finish()
            assert site.judge()["unknown"] <= unclear
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
        unclear = kill(site, kills=200, readers=20_000, seed=4)
        site.finish(300)
        assert site.judge()["unknown"] <= unclear


@pytest.mark.soak
@pytest.mark.postgres
def test_p1_p2_two_hundred_kills_on_postgresql(postgres_harbour: Harbour) -> None:
    unclear = kill(postgres_harbour, kills=200, readers=20_000, seed=5)
    postgres_harbour.finish(300)
    assert postgres_harbour.judge()["unknown"] <= unclear


@pytest.mark.soak
def test_p1_p2_two_hundred_kills_and_resend(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, **RESEND) as site:
        twice = kill(site, kills=200, readers=20_000, seed=6)
        site.finish(300, hurry=True)
        assert site.judge(twice)["unknown"] == 0
