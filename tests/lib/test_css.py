"""premailer's known traps, each with a document that falls into it."""

from __future__ import annotations

import threading

import pytest

from syndicate.lib.css import inline

BASE = "https://example.org/"


def document(body: str, css: str = "", kept: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>t</title><style>{css}</style>'
        f'<style data-premailer="ignore">{kept}</style></head><body>{body}</body></html>'
    )


def test_rules_are_written_into_elements() -> None:
    assert '<p style="color:red">' in inline(document("<p>a</p>", "p{color:red}"), BASE)


def test_kept_media_rules_keep_their_important() -> None:
    kept = "@media (max-width:620px){p{color:blue!important}} [data-ogsc] p{color:#eee}"
    made = inline(document("<p>a</p>", "p{color:red}", kept), BASE)
    assert kept in made
    assert "data-premailer" not in made


def test_what_cannot_be_inlined_still_beats_what_was() -> None:
    css = "p{color:red} @media (max-width:620px){p{color:blue!important}}"
    assert "color: blue !important" in inline(document("<p>a</p>", css), BASE)


def test_properties_newer_than_css_2_stay() -> None:
    made = inline(document("<p>a</p>", "p{mso-padding-alt:9px;border-radius:3px}"), BASE)
    assert "mso-padding-alt:9px" in made and "border-radius:3px" in made


def test_an_image_keeps_its_width_attribute() -> None:
    css = "img{width:auto;height:auto;float:left}"
    made = inline(document('<img src="a.png" alt="" width="536">', css), BASE)
    assert 'width="536"' in made and 'height="auto"' not in made and "align=" not in made


@pytest.mark.parametrize(
    ("href", "made"),
    [
        ("https://exämple.org/ä", "https://xn--exmple-cua.org/%C3%A4"),
        ("https://straße.example/x?a=1", "https://xn--strae-oqa.example/x?a=1"),
        ("/relative", "https://example.org/relative"),
        ("#here", "#here"),
        ("mailto:a@example.org?subject=Re%3A%20x", "mailto:a@example.org?subject=Re%3A%20x"),
        (
            "https://placeholder.invalid/syndicate0slot_view_0",
            "https://placeholder.invalid/syndicate0slot_view_0",
        ),
    ],
)
def test_addresses(href: str, made: str) -> None:
    assert f'<a href="{made}">' in inline(document(f'<a href="{href}">l</a>'), BASE)


def test_outlook_comments_stay() -> None:
    ghost = "<!--[if mso]><table><tr><td><![endif]-->"
    assert ghost in inline(document(f"{ghost}<p>a</p>"), BASE)


def test_nothing_is_fetched() -> None:
    # Port 9 refuses at once: a fetch would raise.
    link = '<link rel="stylesheet" href="http://127.0.0.1:9/style.css">'
    inline(document("<p>a</p>").replace("<head>", f"<head>{link}"), BASE)


def test_threads_do_not_disturb_each_other() -> None:
    made: list[str] = []
    work = [
        threading.Thread(
            target=lambda n=n: made.append(inline(document("<p>a</p>", f"p{{margin:{n}px}}"), BASE))
        )
        for n in range(1, 9)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert sorted(f"margin:{n}px" in "".join(made) for n in range(1, 9)) == [True] * 8
