"""One article as several posts: whole sentences, whole words, whole links."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.lib.text import graphemes
from syndicate.social.thread import numbered, rest, thread

PARAGRAPHS = [
    "The pier was opened on Monday. The mayor came by boat.",
    "Ferries will call from May on. Tickets are sold at the gate, for a pound each.",
]


def within(limit: int) -> Callable[[str], bool]:
    return lambda text: len(graphemes(text)) <= limit


def test_a_part_holds_as_many_sentences_as_fit() -> None:
    assert thread(PARAGRAPHS, 9, within(60)) == [
        "The pier was opened on Monday. The mayor came by boat.",
        "Ferries will call from May on.",
        "Tickets are sold at the gate, for a pound each.",
    ]


def test_paragraphs_that_fit_together_stay_paragraphs() -> None:
    assert thread(PARAGRAPHS, 9, within(200)) == ["\n\n".join(PARAGRAPHS)]


def test_no_more_parts_than_wanted() -> None:
    assert thread(PARAGRAPHS, 2, within(60)) == thread(PARAGRAPHS, 9, within(60))[:2]
    assert thread(PARAGRAPHS, 0, within(60)) == []


def test_a_long_sentence_is_parted_between_words() -> None:
    parts = thread(PARAGRAPHS[1:], 9, within(34))
    assert parts == [
        "Ferries will call from May on.",
        "Tickets are sold at the gate, for",
        "a pound each.",
    ]


def test_what_breaks_off_in_a_sentence_says_so() -> None:
    parts = thread(PARAGRAPHS[1:], 2, within(34))
    assert parts[-1] == "Tickets are sold at the gate, for…"


def test_a_link_is_not_torn_even_where_it_does_not_fit() -> None:
    link = "https://harbour.example.org/articles/the-new-pier"
    assert thread([f"Read {link} now."], 9, within(20)) == ["Read now."]


def test_a_word_without_end_is_torn_between_characters() -> None:
    family = "👩‍👩‍👧"
    assert thread([family * 5], 9, within(2)) == [family * 2, family * 2, family]


def test_the_first_post_has_the_summary_and_the_rest_goes_on() -> None:
    body = (
        "<h2>On the water</h2><p>It opened on Monday. Ferries call.</p>"
        "<figure><img src='https://a.example/1.jpg'><figcaption>The pier.</figcaption></figure>"
        "<p>Photo: Ada</p><p>Tickets are sold.</p>"
    )
    assert rest(body, "It opened on Monday.") == ["Ferries call.", "Tickets are sold."]
    assert rest("", "It opened.") == []


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="ab .!\u0301👩\u200d👧桥", max_size=120), max_size=5),
    st.integers(1, 6),
    st.integers(8, 40),
)
def test_every_part_fits_and_nothing_is_made_up(
    paragraphs: list[str], most: int, limit: int
) -> None:
    parts = thread(paragraphs, most, within(limit))
    assert len(parts) <= most and all(within(limit)(part) for part in parts)
    told = "".join("".join(parts).split()).removesuffix("…")
    assert "".join(" ".join(paragraphs).split()).startswith(told)


def test_a_part_says_which_it_is() -> None:
    assert numbered("Ferries call.", 2, 3) == "Ferries call.\n\n2/3"
