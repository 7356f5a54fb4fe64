"""The summary gives way first, then the title, the link never."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.lib.text import tidy
from syndicate.social.fit import Words, fit

LINK = "https://harbour.example.org/articles/1"
SUMMARY = "The new pier was opened on Monday by the mayor, and ferries will call from May on."


def render(words: Words) -> str:
    tags = " ".join(words.hashtags)
    return tidy(f"{words.title}\n\n{words.summary}\n\n{words.quote}\n\n{LINK}\n{tags}")


def fitted(title: str, summary: str, limit: int, **more: Any) -> str:
    return fit(render, Words(title, summary, **more), lambda text: len(text) <= limit)


def test_all_of_it_where_it_fits() -> None:
    assert fitted("A pier", SUMMARY, 500) == render(Words("A pier", SUMMARY))


def test_a_quote_gives_way_after_the_summary() -> None:
    text = fitted(
        "A pier", SUMMARY, 110, quote="It is the longest pier that this harbour ever had."
    )
    assert text == f"A pier\n\nIt is the longest pier that this harbour ever had.\n\n{LINK}"


def test_hashtags_go_from_the_last_on_before_the_title_is_touched() -> None:
    text = fitted("A pier", SUMMARY, 54, hashtags=("#Pier", "#Port", "#Ferry"))
    assert text == f"A pier\n\n{LINK}\n#Pier"


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
