"""The lines that stand for an article."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.sentences import complete
from syndicate.sources.summary import LEAD, LONGEST, summary

BODY = (
    "<p>By Ada Example</p><p>PORT EXAMPLE, 3 May (HR) – The council met on the quay and voted for "
    "the plan. Work begins in March, when the swallows are not yet back and the ferry can still be "
    "moved. The timbers become benches, which the boatyard builds over the winter.</p>"
)


def test_a_good_description_stands_as_it_is() -> None:
    good = "Work on the new pier begins in March and lasts until the swallows are back."
    assert summary(good, BODY) == good


@pytest.mark.parametrize(
    "poor",
    [
        "",
        "Too short.",
        "It has no end, and goes on about the pier and the ferry and whatever else there is",
        "The council met on the quay on Monday, with the tide out and the gulls in full […]",
        "The post A new pier for the harbour and all who sail there appeared first on the Review.",
        "x" * 300 + ".",
    ],
)
def test_a_poor_one_gives_way_to_the_lead(poor: str) -> None:
    found = summary(poor, BODY)
    assert found.startswith("The council met on the quay and voted for the plan.")
    assert complete(found)
    assert len(found) <= LEAD


SCENE = (
    "<p>Three winters ago, over breakfast, a friend put a drawing on my table. "
    "The gulls were in full voice. However, the council has now voted for the new pier. "
    "The new pier will be built in oak, and work begins in March.</p>"
)


def test_it_begins_where_the_titles_words_are() -> None:
    found = summary("", SCENE, "Work on a new oak pier begins in March")
    assert found == "The new pier will be built in oak, and work begins in March."
    assert summary("", SCENE, "").startswith("Three winters ago")
    assert summary("", SCENE, "Gefühle am Frühstückstisch").startswith("Three winters ago")


def test_a_text_that_opens_with_a_scene_is_begun_further_on() -> None:
    scene = "A drawing lay on the table. " * 7
    body = f"<p>{scene}Oak is what the council wants for the new pier.</p>"
    assert summary("", body, "Council: pier to be of oak").startswith("Oak is what")
    near = body.replace("A drawing", "A drawing of the pier", 1)
    assert summary("", near, "Council: pier to be of oak").startswith("A drawing of the pier")


def test_a_summary_is_whole_sentences_where_there_is_one() -> None:
    endless = "The council " + "and the mayor and the harbour master " * 9 + "met."
    assert len(endless) > LONGEST
    assert summary("", f"<p>{endless} They voted for it.</p>") == "They voted for it."
    assert summary("", "<p>They met on the quay and voted. The pier, at last</p>", "The pier") == (
        "They met on the quay and voted."
    )


def test_a_sentence_that_leans_on_the_one_before_is_no_beginning() -> None:
    body = SCENE.replace("The new pier will be built", "It will be built")
    assert summary("", body, "Council voted: new pier").startswith("Three winters ago")


@pytest.mark.parametrize(
    "dateline",
    ["PORT EXAMPLE, Ex. (HR) — ", "(Coast Agency) – ", "PORT EXAMPLE – ", "PORT, 3 May -- "],
)
def test_where_and_when_it_was_written_is_left_out(dateline: str) -> None:
    body = f"<p>{dateline}The council met on the quay and voted for the plan.</p>"
    assert summary("", body) == "The council met on the quay and voted for the plan."


def test_a_sentence_a_little_too_long_stays_whole() -> None:
    long = "The council met " + "and met again " * 18 + "on the quay."
    assert LEAD < len(long) <= LONGEST
    assert summary("", f"<p>{long} It voted.</p>") == long


@given(st.text(max_size=400), st.text(max_size=700), st.text(max_size=60))
def test_no_summary_is_too_long(description: str, text: str, title: str) -> None:
    found = summary(description, f"<p>{escape(text)}</p>", title)
    assert len(found) <= LONGEST


def test_without_a_body_the_description_is_made_to_fit() -> None:
    assert summary("The quay is closed… Read more", "") == "The quay is closed…"
    assert len(summary("word " * 200, "")) <= LEAD
    assert summary("", "") == ""
