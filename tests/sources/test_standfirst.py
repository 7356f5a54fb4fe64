"""What an editor set below the headline."""

from __future__ import annotations

import pytest

from syndicate.lib.html import parse
from syndicate.sources.claims import claims
from syndicate.sources.facts import facts
from syndicate.sources.standfirst import standfirst

URL = "https://harbour.example.org/articles/pier"
SAID = "Work on the new pier begins in March and lasts until the swallows are back."
TEXT = "<article><p>The council met on the quay and voted for the plan, with the tide out.</p>"


def found(html: str, title: str = "A new pier") -> str:
    root = parse(f"<html><body>{html}</body></html>")
    assert root is not None
    return standfirst(claims(root, URL), title)


@pytest.mark.parametrize(
    "html",
    [
        f"<h1>A new pier</h1><p class='standfirst'>{SAID}</p>{TEXT}",
        f"<header><h1>A  new <b>pier</b></h1></header><div class='c-entry__dek'>{SAID}</div>{TEXT}",
        f"<div><h1>A new pier</h1><h2 class='article-subline'>{SAID}</h2></div>{TEXT}",
        f"<h1>A new pier</h1><div class='articleLead big'><p>{SAID}</p></div>{TEXT}",
        f"<h1>A new pier</h1><p itemprop='description'>{SAID}</p>{TEXT}",
    ],
)
def test_it_is_known_by_its_place_and_name(html: str) -> None:
    assert found(html) == SAID


@pytest.mark.parametrize(
    "html",
    [
        f"<p class='standfirst'>{SAID}</p><h1>A new pier</h1>{TEXT}",  # of another, above
        f"<h1>The Harbour Review</h1><p class='dek'>{SAID}</p>{TEXT}",  # not of this headline
        f"<h1>A new pier</h1><p class='lead-image-caption'>{SAID}</p>{TEXT}",
        f"<h1>A new pier</h1><aside><p class='summary'>{SAID}</p></aside>{TEXT}",
        "<h1>A new pier</h1><p class='dek'>By Ada Example</p>" + TEXT,
        "<h1>A new pier</h1>" + TEXT * 90 + f"<p class='summary'>{SAID}</p>",  # far below
        "<h1>A new pier</h1>" + TEXT,
    ],
)
def test_what_may_be_something_else_is_none(html: str) -> None:
    assert found(html) == ""


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("", SAID),
        ("Work on the new pier begins in Mar…", SAID),
        ("Oak from the hills goes into a pier that the council voted for.", None),
    ],
)
def test_a_description_that_can_stand_goes_before_it(description: str, told: str | None) -> None:
    meta = f"<meta name='description' content='{description}'><meta property='og:title' "
    head = f"<head>{meta} content='A new pier'></head>"
    root = parse(f"<html>{head}<body><h1>A new pier</h1><p class='dek'>{SAID}</p>{TEXT}</body>")
    assert root is not None
    assert facts(root, URL).description == (told or description)
