"""HTML of others: what stays, what goes, and what is found in it."""

from __future__ import annotations

import time

import pytest

from syndicate.lib.html import Image, excerpt, images, parse, sanitise, to_text
from syndicate.lib.pictures import best_of

BASE = "https://harbour.example.org/2026/pier"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='java\nscript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<form action='https://evil.example'><button formaction=x>ok</button></form>",
        "<p style='background:url(javascript:alert(1))' onclick='alert(1)'>x</p>",
        "<style>@import 'https://evil.example'</style>",
        "<object data=x></object><embed src=x><base href='https://evil.example'>",
        "<<script>alert(1)//<</script>",
    ],
)
def test_nothing_that_acts_gets_through(hostile: str) -> None:
    clean = sanitise(f"<p>before</p>{hostile}<p>after</p>", BASE).lower()
    for word in ("script", "onerror", "onclick", "style", "<form", "<iframe", "evil.example"):
        assert word not in clean.replace("&lt;script&gt;", "")
    assert "<p>before</p>" in clean


def test_addresses_become_absolute() -> None:
    clean = sanitise('<p><a href="/a?b=1&c=2">a</a> <a href="mailto:x@example.org">m</a></p>', BASE)
    assert 'href="https://harbour.example.org/a?b=1&amp;c=2"' in clean
    assert 'href="mailto:x@example.org"' in clean


def test_a_lazy_picture_is_found_once() -> None:
    html = (
        '<figure><img src="data:image/gif;base64,AA" data-src="quay.jpg" alt="Quay">'
        '<noscript><img src="quay.jpg"></noscript><figcaption>The quay</figcaption></figure>'
    )
    found = images(sanitise(html, BASE))
    assert found == [Image("https://harbour.example.org/2026/quay.jpg", "Quay", "The quay")]


def test_the_largest_candidate_stands_in_for_a_missing_source() -> None:
    html = '<picture><source srcset="s.jpg 300w, l.jpg 1200w"><img alt="Boats"></picture>'
    assert images(sanitise(html, BASE))[0].url == "https://harbour.example.org/2026/l.jpg"


@pytest.mark.parametrize(
    ("srcset", "best"),
    [
        ("a.jpg 1x, b.jpg 2x", "b.jpg"),
        ("a.jpg 640w,b.jpg 320w", "a.jpg"),
        ("w_9,h_9/a.jpg 1.5x, b.jpg", "w_9,h_9/a.jpg"),
        ("a.jpg, b.jpg 1.2.3x, c.jpg 0x", "a.jpg"),
        ("a.jpg ²x", "a.jpg"),
        (" , ,, ", ""),
        ("a" * 300_000 + " b c", "a" * 300_000),
    ],
)
def test_any_srcset_has_one_best_candidate_at_most(srcset: str, best: str) -> None:
    begun = time.process_time()
    assert best_of(srcset) == best
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "html",
    [
        '<div class="wp-caption"><a href="/big"><img src="a.png" alt="A"></a>'
        '<p class="wp-caption-text">The caption</p></div>',
        '<table class="tr-caption-container"><tr><td><img src="a.png" alt="A"></td></tr>'
        '<tr><td class="tr-caption">The caption</td></tr></table>',
        '<figure class="sqs-block-image-figure"><div><img data-src="a.png" alt="A"></div>'
        '<div class="image-caption-wrapper"><div class="image-caption"><p>The caption</p></div>'
        "</div></figure>",
        '<figure class="kg-card"><img src="a.png" alt="A"><figcaption>The caption</figcaption>'
        "</figure>",
    ],
)
def test_captions_of_the_usual_systems_stay_with_their_picture(html: str) -> None:
    clean = sanitise(html, BASE)
    url = "https://harbour.example.org/2026/a.png"
    assert images(clean) == [Image(url, "A", "The caption")]
    assert clean.count("The caption") == 1


@pytest.mark.parametrize(
    "tracker",
    [
        '<img src="https://count.example/x" width="1" height="1">',
        '<img src="https://pixel.wp.com/b.gif?x=1">',
        '<img src="https://feeds.feedburner.com/~r/harbour/~4/x" height="1">',
        '<p style="display: none"><img src="https://count.example/x"></p>',
    ],
)
def test_trackers_go(tracker: str) -> None:
    assert sanitise(f"<p>Text</p>{tracker}", BASE) == "<p>Text</p>"


def test_boxes_and_double_breaks_become_paragraphs() -> None:
    html = "loose<div>one<br><br>two<br>still two</div><div><div>three</div>four</div>"
    assert sanitise(html, BASE) == (
        "<p>loose</p><p>one</p><p>two<br>still two</p><p>three</p><p>four</p>"
    )


def test_text_keeps_its_paragraphs() -> None:
    html = "<h2>Tides</h2><p>High at\n  six.<br>Low at noon.</p><ul><li>a</li><li>b</li></ul>"
    assert to_text(html) == "Tides\n\nHigh at six.\nLow at noon.\n\na\nb"


def test_an_excerpt_ends_at_a_sentence_or_a_word() -> None:
    text = "<p>The pier is new. It was built in a year &amp; a day by the town.</p>"
    assert excerpt(text, 30) == "The pier is new."
    assert excerpt("Harbourmasters everywhere agree", 20) == "Harbourmasters…"
    assert excerpt("short", 20) == "short"


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 50_000,
        "<b>" * 50_000 + "x" + "</b>" * 50_000,
        "<div><br>a<br><br>" * 3_000,
        "<table><tr><td>" * 3_000,
        "<" * 200_000,
        "&" * 200_000,
        "<a href=x>" * 5_000,
        '<img class="caption" src=a>' * 2_000,
        "<a>x</a>" * 30_000,
        "<a>x" * 30_000,
        "<picture>x</picture>" * 30_000,
        "x<b></b>" * 40_000,
        "<div>" * 30_000 + "<img src=a>" * 10_000,
        "<figure><img src=a>" * 10_000,
        "<p class=caption><img src=a><p class=caption>c</p>" * 4_000,
    ],
)
def test_pathological_html_takes_no_longer_than_its_size_deserves(bomb: str) -> None:
    begun = time.process_time()
    to_text(sanitise(bomb, BASE))
    assert time.process_time() - begun < 3


def test_what_is_nested_beyond_reason_keeps_its_text() -> None:
    html = "<div>" * 600 + "<p>one &lt;<p>two <a href=/x>link</a>" + "</div>" * 600
    assert sanitise(html, BASE) == "<p>one &lt;</p><p>two link</p>"


@pytest.mark.parametrize("html", ["<html><html>", "<html><frameset>", "<!doctype html>", "<html>"])
def test_a_document_without_a_body_makes_nothing(html: str) -> None:
    assert sanitise(html, BASE) == to_text(html) == ""


def test_nothing_makes_nothing() -> None:
    assert (sanitise("", BASE), sanitise(" \n", BASE), to_text(""), images("")) == ("", "", "", [])
    assert sanitise("<script>x</script><p> </p>", BASE) == ""
    assert sanitise("<textarea>b</textarea><select><option>a</select>", BASE) == ""
    assert to_text("a\0b \x01 c") == "ab c"


@pytest.mark.parametrize("code", [0x4, 0x0B, 0x1F, 0xFFFE, 0xFFFF])
def test_no_character_that_lxml_refuses_stands_in_the_way(code: int) -> None:
    for unfit in (chr(code), f"&#{code};", f"&#x{code:x};", f"&#X000{code:X}"):
        assert sanitise(f"a{unfit} b<p><img src='/{unfit}a'>", BASE).startswith("<p>a b</p>")
    assert sanitise("a &#65; &#x1F680; &#99999999;", BASE).startswith("<p>a A 🚀")


@pytest.mark.parametrize(
    "declared",
    [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<?xml version="1.0" encoding=">UTF-8"?>',
        '<?xml version="1.0" encoding="utf-8">',
        '<?xml version="1.0" encoding="utf-8"',
        ' <?xml version="1.0"?> <?xml version="1.0" encoding="latin-1"?>',
    ],
)
def test_an_encoding_that_is_declared_somehow_stops_nothing(declared: str) -> None:
    root = parse(f"{declared}<p>A new pier</p>")
    assert root is not None and "pier" in root.text_content()
