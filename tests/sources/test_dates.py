"""Dates as feeds write them."""

from __future__ import annotations

import pytest

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
    ],
)
def test_a_moment_is_read(text: str, utc: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.isoformat(timespec="minutes") == f"{utc}+00:00"


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
        "23 Nov 2026 08:00:00 +99999999999999999999",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert parse(text) is None
