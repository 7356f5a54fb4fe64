"""Waits grow as the list says, spread a little, and stay the same when asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.lib.retry import wait

MINUTES = [1, 5, 15]


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 15), (99, 15)])
def test_the_list_says_how_long(attempt: int, minutes: int) -> None:
    waits = [wait(attempt, MINUTES, seed) / timedelta(minutes=minutes) for seed in range(200)]
    assert all(1 <= ratio < 1.2 for ratio in waits)
    assert max(waits) - min(waits) > 0.15


def test_asked_again_the_answer_is_the_same() -> None:
    assert wait(2, MINUTES, "post 7") == wait(2, MINUTES, "post 7") != wait(2, MINUTES, "post 8")
