"""The summary gives way first, then the title, the link never."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.lib.text import tidy
from syndicate.social.fit import fit

LINK = "https://harbour.example.org/articles/1"
SUMMARY = "The new pier was opened on Monday by the mayor, and ferries will call from May on."


def render(title: str, summary: str) -> str:
    return tidy(f"{title}\n\n{summary}\n\n{LINK}")


def fitted(title: str, summary: str, limit: int) -> str:
    return fit(render, title, summary, lambda text: len(text) <= limit)


def test_all_of_it_where_it_fits() -> None:
    assert fitted("A pier", SUMMARY, 500) == render("A pier", SUMMARY)


def test_the_summary_is_shortened_first() -> None:
    text = fitted("A pier", SUMMARY, 100)
    assert text == f"A pier\n\nThe new pier was opened on Monday by the mayor, and…\n\n{LINK}"


def test_a_scrap_of_a_summary_is_left_out() -> None:
    assert fitted("A pier", SUMMARY, 70) == f"A pier\n\n{LINK}"


def test_then_the_title_is_shortened() -> None:
    assert fitted("A new pier for the old harbour", SUMMARY, 60) == f"A new pier for the…\n\n{LINK}"


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.integers(40, 200))
def test_the_link_is_never_cut(title: str, summary: str, limit: int) -> None:
    text = fitted(title, summary, limit)
    assert text.endswith(LINK)
    assert len(text) <= limit
