"""Dates as feeds write them."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.sources.dates import parse


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Mon, 23 Nov 2026 08:00:00 GMT", "2026-11-23T08:00"),
        ("Mon, 23 Nov 2026 08:00:00 +0100", "2026-11-23T07:00"),
        ("Mon, 20 Jul 2026 08:00:00 BST", "2026-07-20T07:00"),
        ("Mon, 20 Jul 2026 08:00:00 EDT", "2026-07-20T12:00"),
        ("Mon, 20 Jul 2026 08:00:00 CEST", "2026-07-20T06:00"),
        ("Mon, 23 Nov 2026 08:00:00", "2026-11-23T08:00"),
        ("Mo, 23 Nov 2026 08:00:00 +0100", "2026-11-23T07:00"),
        ("Mon, 23 Nov 2026 24:00:00 GMT", "2026-11-24T00:00"),
        ("2026-11-23T08:00:00Z", "2026-11-23T08:00"),
        ("2026-11-23T24:00:00Z", "2026-11-24T00:00"),
        ("2026-11-23 08:00:00 +0000", "2026-11-23T08:00"),
        ("2026-11-23", "2026-11-23T00:00"),
        ("23/11/2026 08:00", "2026-11-23T08:00"),
        ("11/23/2026", "2026-11-23T00:00"),
        ("23.11.2026, 08:00", "2026-11-23T08:00"),
        ("23. März 2026, 14.05 Uhr", "2026-03-23T14:05"),
        ("Montag, 1. Juni 2026", "2026-06-01T00:00"),
        ("1er juillet 2026 à 14h05", "2026-07-01T14:05"),
        ("3 de mayo de 2026", "2026-05-03T00:00"),
        ("2 December 2026", "2026-12-02T00:00"),
        ("30 luglio 2026 ore 9:15", "2026-07-30T09:15"),
        ("5 maart 2026", "2026-03-05T00:00"),
        ("20 апреля 2026", "2026-04-20T00:00"),
        ("2026年3月23日 08:15", "2026-03-23T08:15"),
        ("2026/3/5 10:00", "2026-03-05T10:00"),
        ("March 3rd, 2026 at 5pm", "2026-03-03T17:00"),
        ("Apr 16, 2026 8:02 pm UTC", "2026-04-16T20:02"),
        ("Apr 16, 2026 12:30 a.m. EST", "2026-04-16T05:30"),
        ("JAN. 13, 2026", "2026-01-13T00:00"),
        # An offset that no place has is left out.
        ("23. November 2026 08:00 +9900", "2026-11-23T08:00"),
        ("23 Nov 2026 08:00:00 +99999999999999999999", "2026-11-23T08:00"),
    ],
)
def test_a_moment_is_read(text: str, utc: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.astimezone(UTC).isoformat(timespec="minutes") == f"{utc}+00:00"


@pytest.mark.parametrize(
    "text", ["2026-07-20T08:00:00+02:00", "Mon, 20 Jul 2026 08:00 CEST", "20. Juli 2026 8:00 CEST"]
)
def test_the_zone_is_kept(text: str) -> None:
    assert str(parse(text)) == "2026-07-20 08:00:00+02:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "1970-01-01",
        "0000-00-00",
        "99/99/2026",
        "9999-12-31T23:59:59-10:00",
        "1" * 200,
        "Mon, 23 Nov 99999999999999999999 08:00:00 GMT",
        "vor 3 Tagen",
        "May 2026",
        "Copyright 2015-2026",
        "31. Februar 2026",
        "8:02 pm",
        "12 ma 2026",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.text(alphabet="0123456789 .:/-+TZ年月日AMPmaydenov", max_size=40))
def test_no_text_is_too_odd(text: str) -> None:
    found = parse(text)
    assert found is None or found.utcoffset() is not None
