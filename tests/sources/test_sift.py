"""What a source's filters let pass."""

from __future__ import annotations

import pytest

from syndicate.sources.readers.base import Entry
from syndicate.sources.sift import sift

PIER = Entry(
    title="A new pier",
    author="Ada Example and Ben Sample",
    tags=("Harbour", "Straße"),
    summary="The council voted.",
    body="<p>Work on the <b>ferry</b> steps begins in March.</p>",
)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"tags": []},
        {"tags": ["harbour", "sport"]},
        {"tags": ["STRASSE"]},
        {"authors": ["ben sample"]},
        {"words": ["pier"]},
        {"words": ["ferry steps"]},
        {"not_tags": ["sport"], "not_authors": ["Cy"], "not_words": ["pie", "councils"]},
    ],
)
def test_it_lets_pass(filters: dict[str, list[str]]) -> None:
    assert sift(PIER, filters) == ""


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"tags": ["sport", "food"]}, "no tag of sport, food"),
        ({"tags": ["harb"]}, "no tag of harb"),
        ({"authors": ["Ben Samp"]}, "no author of Ben Samp"),
        ({"words": ["pie"]}, "no word of pie"),
        ({"not_tags": ["harbour"]}, "its tag “harbour”"),
        ({"not_authors": ["ADA EXAMPLE"]}, "its author “ADA EXAMPLE”"),
        ({"not_words": ["March"]}, "its word “March”"),
        ({"words": ["pier"], "not_words": ["council"]}, "its word “council”"),
    ],
)
def test_it_keeps_back_and_says_why(filters: dict[str, list[str]], said: str) -> None:
    assert said in sift(PIER, filters)


def test_before_its_page_is_read_what_is_missing_speaks_against_nobody() -> None:
    bare = Entry(title="A new pier", summary="Short.")
    for filters in ({"tags": ["harbour"]}, {"authors": ["Ada"]}, {"words": ["ferry"]}):
        assert sift(bare, filters, whole=False) == ""
        assert sift(bare, filters) != ""
    assert sift(bare, {"not_words": ["pier"]}, whole=False) != ""
    assert sift(PIER, {"tags": ["sport"]}, whole=False) != ""
