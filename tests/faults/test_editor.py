"""Pause, resume and cancel while mail leaves: said in another process, heard within a second."""

from __future__ import annotations

import time

from tests.faults.harbour import TICK, Harbour

READERS = 3_000
WITHIN = 1.0  # seconds


def sending(site: Harbour) -> None:
    """A worker in the midst of it."""
    site.seed(READERS)
    site.worker()
    site.await_mails(50)


def stops(site: Harbour, act: str) -> int:
    """Say it; returns how many mails came until nothing moved any more."""
    site.run("syndicate", "edition", act, "1")
    said = time.time()
    time.sleep(WITHIN)
    time.sleep(WITHIN)
    late = [mail for mail in site.inbox.accepted if mail.at > said + WITHIN]
    assert late == [] and site.count() < READERS
    return site.count()


def test_an_edition_is_paused_and_goes_on(harbour: Harbour) -> None:
    sending(harbour)
    came = stops(harbour, "pause")
    assert harbour.judge(also={"queued"})["sent"] == came
    harbour.inbox.heal()
    harbour.run("syndicate", "edition", "resume", "1")
    said = time.time()
    harbour.await_mails(1)
    # The pause was some seconds long: no mail can have been on its way since before.
    assert harbour.inbox.accepted[came].at <= said + WITHIN + TICK
    harbour.finish()
    assert harbour.judge() == {"sent": READERS}


def test_an_edition_is_cancelled(harbour: Harbour) -> None:
    sending(harbour)
    came = stops(harbour, "cancel")
    assert harbour.judge(also={"cancelled"}) == {"sent": came, "cancelled": READERS - came}
