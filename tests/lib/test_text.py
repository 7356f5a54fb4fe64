"""Plain text: clipping, tidying, links."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.lib.text import clip, graphemes, links, one_line, tidy


def within(limit: int):
    return lambda text: len(graphemes(text)) <= limit


def test_what_readers_see_as_one_character_is_one() -> None:
    assert graphemes("e\u0301👩‍👩‍👧🇩🇪a") == ["e\u0301", "👩‍👩‍👧", "🇩🇪", "a"]


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("A new pier opens", 16, "A new pier opens"),
        ("A new pier opens", 15, "A new pier…"),
        ("A new pier, opened", 14, "A new pier…"),
        ("A new pier opens", 11, "A new pier…"),
        ("Unabhängigkeitserklärung", 10, "Unabhängi…"),
        ("港の新しい桟橋が開く", 6, "港の新しい…"),
        ("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2, "👩‍👩‍👧…"),
        ("See https://harbour.example.org/articles/a-new-pier now", 30, "See…"),
        ("https://harbour.example.org/articles/a-new-pier", 30, ""),
        ("pier", 1, ""),
        ("", 5, ""),
    ],
)
def test_clipping_keeps_words_whole_where_it_can(text: str, limit: int, clipped: str) -> None:
    assert clip(text, within(limit)) == clipped


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(0, 60))
def test_what_is_clipped_fits_and_is_a_beginning(text: str, limit: int) -> None:
    clipped = clip(text, within(limit))
    assert within(limit)(clipped)
    assert text.startswith(clipped.removesuffix("…"))


def test_where_a_shorter_text_counts_more_it_is_shortened_further() -> None:
    """As where of @user@host a platform counts @user alone, and of a torn one all."""
    assert clip("A new pierhead", lambda text: len(text) < 10 and text != "A new…") == "A ne…"


def test_one_line_has_no_control_characters_and_no_reversing_marks() -> None:
    assert one_line(" A\n new\x00\t pier\u202e ") == "A new pier"


def test_tidy_keeps_lines_and_at_most_one_empty_one() -> None:
    assert tidy("\n\nA  \n\n\n\nB\r\nC\n") == "A\n\nB\nC"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://example.org/a.", ["https://example.org/a"]),
        ("(https://example.org/a_(b))", ["https://example.org/a_(b)"]),
        ("“https://example.org/?q=1&r=2”!", ["https://example.org/?q=1&r=2"]),
        ("xhttps://example.org and example.org", []),
        ("https://a.example, http://b.example/ü…", ["https://a.example", "http://b.example/ü"]),
    ],
)
def test_links_end_where_the_sentence_goes_on(text: str, found: list[str]) -> None:
    assert [text[begin:end] for begin, end in links(text)] == found
