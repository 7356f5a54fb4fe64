"""An edition rendered: as the golden files have it, within the rules of mail, and safe.

``GOLDEN=write make test`` writes the files anew; look at the difference before you commit it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from syndicate import paths
from syndicate.lib.errors import BadInput
from syndicate.mail import render as rendering
from syndicate.mail.contents import Picture, Piece, contents
from syndicate.mail.placeholders import MARK, PLACEHOLDERS
from syndicate.mail.render import Values, confirmation, personalise, render
from tests import rows
from tests.mail.composed import edition
from tests.mail.lint import lint
from tests.mail.samples import SAMPLES, pier

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parents[1] / "golden" / "mail"
ADA = Values("Ada", "ada&co@example.org", "https://n/u?a=1&b=2", "https://n/p", "https://n/v")


def is_golden(name: str, text: str) -> bool:
    """Whether *text* is what the golden file says (as the environment asks: write it first)."""
    file = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", SAMPLES)
def test_golden(name: str) -> None:
    made = render(SAMPLES[name]())
    assert is_golden(f"{name}.html", made.html)
    assert is_golden(f"{name}.txt", made.text)


def test_golden_confirmation() -> None:
    made = confirmation("Harbour readers", "https://news.harbour.example.org/confirm/abc", 7)
    assert is_golden("confirm.html", made.html) and is_golden("confirm.txt", made.text)
    assert lint(made.html) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_rules_of_mail(name: str) -> None:
    one = SAMPLES[name]()
    made = render(one)
    assert lint(made.html) == []
    for entry in one.chosen():
        assert entry.article.url in made.text and entry.article.title in made.text.replace(
            "\n", " "
        )
    for placeholder in ("unsubscribe_url", "preferences_url", "view_url"):
        assert PLACEHOLDERS[placeholder] in made.html and PLACEHOLDERS[placeholder] in made.text


@pytest.mark.parametrize("accent", ["#ffdd00", "#e91e63", "#101010", "#777777"])
def test_any_accent_can_be_read(configure: Callable[..., Any], accent: str) -> None:
    configure(publication={"accent": accent, "logo": "https://harbour.example.org/logo.png"})
    assert lint(render(SAMPLES["one"]()).html) == []
    assert lint(render(SAMPLES["digest"]()).html) == []


def test_one_article_is_whole_with_its_captions_and_a_digest_is_not() -> None:
    whole, digest = render(SAMPLES["one"]()), render(SAMPLES["digest"]())
    for words in ("There will be coffee.", "Photograph: Jon Sample", "#comments", "Get in touch"):
        assert words in whole.html
    assert whole.html.count("pier") > 1 and whole.html.count("pier-1024x683.jpg") == 0
    assert "There will be coffee." not in digest.html + digest.text
    assert "On Saturday the new pier opens, paid for" in digest.html


def test_premailer_runs_once_whatever_the_audience() -> None:
    one = edition()
    assert render(one).content_hash == render(one).content_hash


def test_personalise_escapes_in_html_alone() -> None:
    made = personalise(render(edition()), ADA)
    assert "ada&amp;co@example.org" in made.html and "https://n/u?a=1&amp;b=2" in made.html
    assert "ada&co@example.org" in made.text and "https://n/u?a=1&b=2" in made.text
    assert MARK not in made.html + made.text


@pytest.mark.parametrize("field", ["title", "summary", "author", "url", "image_url", "body"])
def test_no_article_gets_hold_of_a_readers_links(field: str) -> None:
    stolen = f"https://evil.example/?to={PLACEHOLDERS['unsubscribe_url']}"
    value = (
        f'<p><img src="{stolen}" alt="">&#115;{MARK[1:]}_email_0</p>' if field == "body" else stolen
    )
    made = personalise(render(edition(rows.article(**{field: value}))), ADA)
    for part in (made.html, made.text):
        assert (
            "evil.example/?to=https://n/" not in part
            and "evil.example/?to=https%3A%2F%2Fn" not in part
        )
        assert part.count("ada&") == 1  # the footer's


def test_what_an_article_says_is_text_not_markup() -> None:
    made = render(edition(rows.article(title="<b>{{ 7 * 7 }}</b> & co", author="<i>A</i>")))
    assert "&lt;b&gt;{{ 7 * 7 }}&lt;/b&gt; &amp; co" in made.html and "<i>A" not in made.html
    assert "<b>{{ 7 * 7 }}</b> & co" in made.text


@pytest.mark.parametrize("size", [50_000, 90_000, 400_000, 5_000_000])
def test_an_article_too_long_for_a_mail_ends_in_a_link(size: int) -> None:
    paragraph = "<p>" + "Long is the way to the island. " * 10 + "</p>"
    one = edition(rows.article(body=paragraph * (size // len(paragraph)), summary="Short."))
    made = render(one)
    assert 10_000 < len(made.html.encode()) <= rendering.BUDGET
    assert ("Continue reading" in made.html) == (size > 50_000)


def test_a_body_of_one_endless_paragraph_becomes_its_summary() -> None:
    made = render(edition(rows.article(body=f"<p>{'x ' * 100_000}</p>", summary="Short.")))
    assert len(made.html) < 30_000 and "Short." in made.html


def test_too_large_all_the_same(configure: Callable[..., Any]) -> None:
    configure(mail={"max_html_kb": 10})
    with pytest.raises(BadInput, match="larger than 10 KB") as caught:
        render(edition(*(rows.article() for _ in range(9))))
    assert "Take out" in caught.value.hint


def test_a_site_shadows_our_templates() -> None:
    own = paths.home() / "templates" / "mail"
    own.mkdir(parents=True, exist_ok=True)
    (own / "plain.html").write_text("<p>{{ articles[0].title }}, {{ reader.name }}</p>")
    (own / "plain.txt").write_text("{{ articles[0].title }}")
    made = render(
        edition(rows.article(title="A & B"), newsletter=rows.newsletter(template="plain"))
    )
    assert "A &amp; B, syndicate0slot_name_0" in made.html and made.text == "A & B"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ edition.subjct }}", "has no attribute 'subjct'"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("\n{% if %}", "line 2"),
        ("{{ articles.__class__.__mro__ }}", "unsafe"),
        ("{% set x = articles.append(1) %}", "unsafe"),
    ],
)
def test_a_slip_in_a_template_names_it(source: str, said: str) -> None:
    own = paths.home() / "templates" / "mail"
    own.mkdir(parents=True, exist_ok=True)
    (own / "slip.html").write_text(source)
    with pytest.raises(BadInput, match=r"templates/mail/slip\.html") as caught:
        render(edition(newsletter=rows.newsletter(template="slip")))
    assert said in caught.value.message


def test_a_test_says_so() -> None:
    one = edition(pier())
    assert "This is a test" in render(one, test=True).html
    assert "This is a test" not in render(one).html


def test_every_name_a_template_may_use_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    for name in contents(edition(), [], 0, test=False):
        assert f"`{name}`" in page
    for name in [field.name for kind in (Piece, Picture) for field in fields(kind)]:
        assert f"`.{name}`" in page
    for name in PLACEHOLDERS:
        assert f"`.{name}`" in page


def test_right_to_left(configure: Callable[..., Any]) -> None:
    configure(publication={"language": "he"})
    assert '<html lang="he" dir="rtl"' in render(edition()).html


def test_what_was_stored_unsafe_is_not_mailed() -> None:
    unsafe = rows.article(body="<p onclick='x()'>Kept</p><script>alert(1)</script>")
    rendered = render(edition(unsafe))
    assert "Kept" in rendered.html
    assert "alert(1)" not in rendered.html and "onclick" not in rendered.html
