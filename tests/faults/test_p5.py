"""P5, with real clocks: an answer that takes many leases. Ten minutes: mail/test_dialogue.py."""

from __future__ import annotations

import time

import pytest

from tests.faults.harbour import Harbour

READERS = 100
THINKS = 90  # seconds, thirty leases


@pytest.mark.soak
def test_p5_an_answer_after_thirty_leases(harbour: Harbour) -> None:
    """The lease is renewed meanwhile, and the other worker does not take that mail for lost."""
    harbour.inbox.heal()
    harbour.inbox.stall("dot", THINKS, to="r7@example.org")
    harbour.seed(READERS)
    begun = time.monotonic()
    harbour.worker(), harbour.worker()
    harbour.finish(2 * THINKS)
    assert time.monotonic() - begun > THINKS
    assert harbour.judge() == {"sent": READERS}
