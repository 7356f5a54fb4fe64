"""A mail server fails in the middle of an edition, and there is another: the rest leaves by that
one. Nobody is lost, nobody gets it twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import CONNECTIONS, Harbour

READERS, BEFORE = 400, 100


@pytest.fixture
def reserve() -> Iterator[Smtpd]:
    """A second mail server."""
    with Smtpd() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, judge: Smtpd, reserve: Smtpd) -> Iterator[Harbour]:
    """The judge is its main way out."""
    with Harbour(tmp_path, judge, reserve) as site:
        yield site


def goes_round(site: Harbour, reserve: Smtpd) -> None:
    """The main way is closed, the rest has left by the other, and who got what is known."""
    site.finish()
    assert site.ask("SELECT lane FROM mail_pause") == [("transport smtp",)]
    rest = READERS - len(site.inbox.accepted)
    assert rest - CONNECTIONS <= len(reserve.accepted) <= rest


def test_421_and_the_rest_leaves_by_another(site: Harbour, reserve: Smtpd) -> None:
    """What was asked was answered, so nothing is unclear."""
    site.seed(READERS)
    site.inbox.answer("mail", 421, "4.3.2 Shutting down", after=BEFORE)
    site.worker()
    goes_round(site, reserve)
    assert BEFORE <= len(site.inbox.accepted) < READERS
    assert site.judge() == {"sent": READERS}


def test_a_server_goes_away_and_the_rest_leaves_by_another(site: Harbour, reserve: Smtpd) -> None:
    """What had its dot when the lines were cut may have gone, and goes by no other way."""
    site.seed(READERS)
    site.worker()
    site.await_mails(BEFORE)
    site.inbox.outage(3600)
    goes_round(site, reserve)
    assert BEFORE <= len(site.inbox.accepted) < READERS
    assert site.judge()["unknown"] <= CONNECTIONS
