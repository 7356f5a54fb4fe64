"""An article's body in a mail: under our headline, with widths, cut between blocks."""

from __future__ import annotations

import pytest

from syndicate.mail.body import shape

FIGURE = (
    '<figure><img src="https://example.org/pier-1024x683.jpg" alt="A pier" width="2000" height="9">'
    "<figcaption>At dawn</figcaption></figure>"
)


def test_captioned_pictures_stay_where_they_are() -> None:
    made = shape(f"<p>One</p>{FIGURE}<p>Two</p>", 10_000)
    assert made.html == (
        '<p>One</p><div class="figure"><img src="https://example.org/pier-1024x683.jpg" '
        'alt="A pier" width="536"><p class="caption">At dawn</p></div><p>Two</p>'
    )
    assert made.text == "One\n\n[Picture: A pier]\n\nAt dawn\n\nTwo"


def test_a_small_picture_keeps_its_width() -> None:
    assert 'width="80"' in shape('<p><img src="https://e.org/a.png" width="80"></p>', 999).html


def test_what_could_break_the_inliner_goes() -> None:
    made = shape('<p style="p" class="x" id="y" dir="rtl">a</p>', 999)
    assert made.html == '<p dir="rtl">a</p>'


def test_headings_begin_below_the_title_and_skip_no_level() -> None:
    assert shape("<h1>a</h1><h4>b</h4><p>c</p>", 999).html == "<h2>a</h2><h3>b</h3><p>c</p>"


def test_text_names_links_and_marks_items() -> None:
    made = shape('<p>See <a href="https://e.org/x">this</a>.</p><ul><li>One</li></ul>', 999)
    assert made.text == "See this <https://e.org/x>.\n\n• One"


def test_a_long_body_ends_between_two_blocks() -> None:
    made = shape("<div><p>One</p><h2>Head</h2><p>" + "long " * 100 + "</p><p>Last</p></div>", 60)
    assert (made.html, made.text, made.cut) == ("<p>One</p>", "One", True)


def test_a_body_that_fits_is_whole() -> None:
    assert not shape("<p>One</p>", 60).cut


@pytest.mark.parametrize(
    ("body", "lead", "shown"),
    [
        (f"<p>a</p>{FIGURE}", "https://cdn.example.org/pier.jpg?w=300", True),
        (f"<p>a</p>{FIGURE}", "https://example.org/lamp.jpg", False),
        (f"{FIGURE}<p>a</p>", "https://example.org/other.jpg", True),
        ("<p>a</p>", "https://example.org/lamp.jpg", False),
    ],
)
def test_the_lead_picture_is_not_shown_twice(body: str, lead: str, shown: bool) -> None:
    assert shape(body, 9999).shows(lead) is shown
