"""How long an article takes to read."""

from __future__ import annotations

import pytest

from syndicate.sources.minutes import minutes


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", 1),
        ("<p>Short.</p>", 1),
        ("<p>" + "word " * 230 + "</p>", 1),
        ("<p>" + "word " * 231 + "</p>", 2),
        ("<p>" + "well-known don’t " * 230 + "</p>", 2),
        ("<p>" + "読む" * 500 + "</p>", 2),
        ("<script>" + "word " * 900 + "</script>", 1),
    ],
)
def test_a_minute_is_so_many_words(html: str, expected: int) -> None:
    assert minutes(html) == expected
