"""The picture that stands for an article."""

from __future__ import annotations

import pytest

from syndicate.lib.html import Image
from syndicate.sources.lead import is_badge, lead, shared
from tests.sources.page import ld, meta, said

HOST = "https://e.example"
PIER = f"{HOST}/files/pier.jpg"


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (meta(og_image="/files/pier.jpg"), PIER),
        (meta(og_image="/site-logo.png", twitter_image="/files/pier.jpg"), PIER),
        (meta(og_image="/sites/default/files/a.jpg"), f"{HOST}/sites/default/files/a.jpg"),
        (meta(og_image="/catalogo.jpg"), f"{HOST}/catalogo.jpg"),
        (ld({"@type": "Article", "image": {"@type": "ImageObject", "url": PIER}}), PIER),
        (ld({"@type": "Article", "image": ["/files/pier.jpg", "/b.jpg"]}), PIER),
        ('<link rel="image_src" href="/files/pier.jpg">', PIER),
        (meta(og_image="https://static.ghost.example/v5.0.0/images/publication-cover.jpg"), ""),
        (meta(og_image="/a.png", **{"og_image:width": "64"}), ""),
        (meta(og_image="https://s0.wp.example/i/blank.jpg"), ""),
        (meta(og_image="/img/opengraph_default.png"), ""),
        (meta(og_image="https://secure.gravatar.com/avatar/1f"), ""),
        (meta(og_image="javascript:alert(1)"), ""),
        # The publisher's own, whatever it is called.
        (meta(og_image="/wave.png?format=1500w")
         + ld({"@type": "Article", "publisher": {"name": "R", "logo": "/wave.png"}}), ""),
        (meta(og_image="/wave.png") + '<link rel="icon" href="/wave.png">', ""),
    ],
)  # fmt: skip
def test_what_a_page_shares(head: str, url: str) -> None:
    assert shared(said("", head)).url == url


def test_the_picture_of_the_masthead_is_not_the_articles() -> None:
    body = '<header><a class="brand"><img src="/wave.png"></a></header>'
    assert shared(said(body, meta(og_image="/wave.png"))).url == ""


GHOST = '<meta name="generator" content="Ghost 6.65">' + meta(og_image="/content/images/sea.jpg")
SQUARE = (
    '<header><div class="header-title-logo"><a><img data-src="//cdn.example/1f/Harbour+Wide.png">'
    "</a></div></header>"
)


@pytest.mark.parametrize(
    ("head", "body", "url"),
    [
        (GHOST + ld({"@type": "Article", "headline": "A pier"}), "", ""),
        (GHOST + ld({"@type": "Article", "image": {"url": "/content/images/sea.jpg"}}), "",
         f"{HOST}/content/images/sea.jpg"),
        (meta(og_image="http://cdn.example/1f/Harbour+Wide.png?format=1500w"), SQUARE, ""),
        (meta(og_image="http://cdn.example/2a/Pier.png?format=1500w"), SQUARE,
         "http://cdn.example/2a/Pier.png?format=1500w"),
        ('<link rel="icon" href="/wp-content/uploads/cropped-sea-32x32.png">',
         '<img class="custom-logo" src="/sea.png"><article><img src="/pier.jpg"></article>', ""),
    ],
)  # fmt: skip
def test_what_usual_systems_give_in_place_of_a_picture(head: str, body: str, url: str) -> None:
    assert shared(said(body, head)).url == url


def test_its_twin_in_the_body_gives_alt_and_caption() -> None:
    twin = Image(f"{HOST}/files/pier-300x200.jpg", "The pier", "The pier at noon")
    other = Image(f"{HOST}/files/boats.jpg", "Boats", "Boats at noon")
    assert lead(Image(PIER), [other, twin]) == Image(PIER, "The pier", "The pier at noon")
    assert lead(Image(PIER, "Given"), [other]) == Image(PIER, "Given")


def test_without_one_it_is_the_first_of_the_body() -> None:
    face, boats = Image(f"{HOST}/avatars/ada.jpg"), Image(f"{HOST}/boats.jpg", "", "Boats at noon")
    assert lead(Image(""), [face, boats]) == boats
    assert lead(Image(""), [face]) == Image("")


@pytest.mark.parametrize("name", ["pier.jpg", "iconic-pier.jpg", "blanket.jpg", "dialogo.jpg"])
def test_a_name_that_only_sounds_like_a_badge(name: str) -> None:
    assert not is_badge(f"{HOST}/files/{name}")
