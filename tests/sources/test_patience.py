"""How long a source asks not to be read, and whether its validators are worth anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.lib.http import Page
from syndicate.sources.readers import patience
from syndicate.sources.readers.base import Conditions
from syndicate.sources.readers.conditions import left_behind
from tests.conftest import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"Cache-Control": "public, max-age=3600"}, HOUR),
        ({"Cache-Control": "max-age=3600", "Age": "600"}, timedelta(minutes=50)),
        ({"Cache-Control": "max-age=60", "Age": "600"}, timedelta(0)),
        ({"Cache-Control": "max-age=" + "9" * 5000}, timedelta(seconds=999_999_999)),
        ({"Cache-Control": "no-store, max-age=3600"}, None),
        ({"Expires": "Mon, 23 Nov 2026 13:00:00 GMT"}, HOUR),
        ({"Expires": "Mon, 23 Nov 2026 11:00:00 GMT"}, timedelta(0)),
        ({"Expires": "0"}, None),
        ({"Expires": "soon"}, None),
        ({}, None),
    ],
)
def test_an_answer_is_fresh_for_a_while(headers: dict[str, str], asked: timedelta | None) -> None:
    assert patience.of_headers(headers, NOON) == asked


@pytest.mark.parametrize(
    ("period", "frequency", "asked"),
    [
        ("hourly", "2", HOUR / 2),
        ("\n\tdaily\t", "", timedelta(days=1)),
        ("", "4", timedelta(hours=6)),
        ("weekly", "0", timedelta(days=7)),
        ("", "", None),
    ],
)
def test_so_often_within_a_period(period: str, frequency: str, asked: timedelta | None) -> None:
    assert patience.of_period(period, frequency) == asked


def test_the_longest_counts_and_a_day_is_enough() -> None:
    assert patience.at_least(None, HOUR, timedelta(minutes=5)) == HOUR
    assert patience.at_least(timedelta(days=400)) == timedelta(days=1)
    assert patience.at_least(None, timedelta(0)) is None


def test_hours_and_days_may_be_left_out() -> None:
    noon, one = "<hour>12</hour>", "<hour>13</hour>"
    assert patience.of_pauses(noon + one, "", NOON) == 2 * HOUR
    assert patience.of_pauses("", "<day>Monday</day>", NOON) == 12 * HOUR
    assert patience.of_pauses("<hour>3</hour>", "<day>Friday</day>", NOON) is None
    assert (
        patience.of_pauses("".join(f"<hour>{n}</hour>" for n in range(24)), "", NOON) == 24 * HOUR
    )


def test_a_304_leaves_what_it_does_not_say_anew() -> None:
    last = Conditions("old", "Mon, 23 Nov 2026 11:00:00 GMT", "hash")
    assert left_behind(Page(304, "https://e.example/", "", {}, b"", "", "", "", ""), last) == last


@pytest.mark.parametrize(
    ("status", "headers", "kept"),
    [
        (200, {}, ("new", "Mon, 23 Nov 2026 11:00:00 GMT")),
        (304, {}, ("new", "Mon, 23 Nov 2026 11:00:00 GMT")),
        (200, {"Expires": "0"}, ("", "")),
        (200, {"Cache-Control": "no-store"}, ("", "")),
    ],
)
def test_what_is_stale_at_once_leaves_no_validator(
    status: int, headers: dict[str, str], kept: tuple[str, str]
) -> None:
    stamp = "Mon, 23 Nov 2026 11:00:00 GMT"
    page = Page(status, "https://e.example/", "", headers, b"x", "new", stamp, "", "")
    found = left_behind(page, Conditions("old", "", "hash"))
    assert (found.etag, found.last_modified) == kept
    assert (found.body_hash == "hash") is (status == 304)
