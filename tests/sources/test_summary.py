"""The lines that stand for an article."""

from __future__ import annotations

import pytest

from syndicate.lib.sentences import complete
from syndicate.sources.summary import LEAD, summary

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


def test_without_a_body_the_description_is_made_to_fit() -> None:
    assert summary("The quay is closed… Read more", "") == "The quay is closed…"
    assert len(summary("word " * 200, "")) <= LEAD
    assert summary("", "") == ""
