"""Who wrote an article."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.sources.byline import authors
from syndicate.sources.names import is_name, named
from tests.sources.page import ld, said

ADA: dict[str, Any] = {"@type": "Person", "name": "Ada Example"}
REVIEW: dict[str, Any] = {"@type": "Organization", "name": "Harbour Review"}
FILLER = "<p>The tide was out and the gulls were in full voice, all along the quay.</p>" * 6


def article(author: Any, **more: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": "A pier", "author": author, **more}


@pytest.mark.parametrize(
    ("objects", "names"),
    [
        ([article(ADA)], ("Ada Example",)),
        ([article([ADA, {"@type": "Person", "name": "Bo Sample"}])], ("Ada Example", "Bo Sample")),
        ([article("By Ada Example and Bo Sample")], ("Ada Example", "Bo Sample")),
        ([article([{"@type": ["Person"], "name": ["Ada Example"]}])], ("Ada Example",)),
        ([{"@graph": [{"@type": "WebPage"}, article({"@id": "#a"}), ADA | {"@id": "#a"}]}],
         ("Ada Example",)),
        ([[REVIEW, {"@type": "WebPage", "mainEntity": article(ADA)}]], ("Ada Example",)),
        (['<!-- {"@type": "Article", "author": {"name": "Ada Example",}, } -->'], ("Ada Example",)),
        (['{"@type": "Article", "headline": "A &quot;pier&quot;", "author": "Ada Example",}'],
         ("Ada Example",)),
        (['{&quot;@type&quot;: &quot;Article&quot;, &quot;author&quot;: &quot;Ada Example&quot;}'],
         ("Ada Example",)),
        (['{"@type": "Article", "author": "Ada Example", "description": "two\nlines"}'],
         ("Ada Example",)),
        # An organisation, where it is not the site itself and no person is named.
        ([article({"@type": "Organization", "name": "Coast Agency"})], ("Coast Agency",)),
        ([article([{"@type": "Organization", "name": "Coast Agency"}, ADA])], ("Ada Example",)),
        ([article(REVIEW, publisher=REVIEW)], ()),
        # A person whose site bears their name.
        ([article(ADA, publisher=ADA)], ("Ada Example",)),
        ([article({"@type": "Person", "name": "admin"})], ()),
        ([article({"@type": "Person", "name": 7}), "{broken", "[]", '"text"'], ()),
        # Of several articles, the one of this page.
        ([article("Bo Sample", url="https://e.example/other"),
          article(ADA, mainEntityOfPage="https://e.example/2026/a-pier")], ("Ada Example",)),
        ([{"@type": "ItemList", "itemListElement": [article(ADA)]}], ()),
    ],
)  # fmt: skip
def test_json_ld_in_all_its_shapes(objects: list[Any], names: tuple[str, ...]) -> None:
    assert authors(said("", ld(*objects))) == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('<p itemprop="author" itemscope><span itemprop="name">Ada Example</span>, Editor</p>',
         ("Ada Example",)),
        ('<a rel="author nofollow" href="/ada">Ada</a>', ("Ada",)),
        ('<div class="post-byline">By <a>Ada Example</a> on March 3, 2026</div>',
         ("Ada Example",)),
        ('<p class="byline"><b>Ada Example</b>3 March 2026</p>', ("Ada Example",)),
        ('<span class="author vcard"><a class="url fn n" href="/ada">ada</a></span>', ("ada",)),
        ('<a class="p-author h-card" href="/ada">Ada</a>', ("Ada",)),
        ('<li class="comment"><b class="author vcard"><i class="fn">Bo Sample</i></b></li>', ()),
        (f'<div class="widget Blog">{FILLER * 2}<p class="byline">By Ada Example</p></div>',
         ("Ada Example",)),
        ('<div class="author">About the author</div>', ()),
        ('<p class="byline">Last Updated: January 7, 2025</p>', ()),
        ('<section class="comments"><cite class="author">Bo Sample</cite></section>', ()),
        ('<aside><a rel="author">Bo Sample</a></aside>', ()),
        ('<form><label>Name</label><input name="author" id="author"></form>', ()),
        (f"<article>{FILLER}<p>Von Ada Beispiel | 3. Mai</p></article>", ("Ada Beispiel",)),
        (f"<article><address>By Ada Example</address>{FILLER * 2}</article>", ("Ada Example",)),
        (f"<article>{FILLER}<p>By the sea we sat and waited for the ferry.</p></article>", ()),
    ],
)  # fmt: skip
def test_what_the_page_shows(body: str, names: tuple[str, ...]) -> None:
    assert authors(said(body)) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ada Example and Bo Sample, Senior Reporter", ("Ada Example", "Bo Sample")),
        ("Von Ada Beispiel und Bo Muster", ("Ada Beispiel", "Bo Muster")),
        ("Par Ada Exemple et Bo Modèle, à Port-Exemple", ("Ada Exemple", "Bo Modèle")),
        ("Ada Example (https://e.example/ada)", ("Ada Example",)),
        ("Ada Example in Port Example", ("Ada Example",)),
        ("Ada Example & Bo Sample", ("Ada Example", "Bo Sample")),
        ("Salt & Vinegar", ("Salt & Vinegar",)),
        ("Society for Piers", ("Society for Piers",)),
        ("Ada Example for the Review", ("Ada Example",)),
        ("Bo (Bob Beau) Sample", ("Bo (Bob Beau) Sample",)),
        ("Yo Ma, MA", ("Yo Ma",)),
        ("user123", ("user123",)),
        ("Marc", ("Marc",)),
        ("Ada Example March 11, 2026", ("Ada Example",)),
        ("Ada E Example", ("Ada E Example",)),
        ("ADA EXAMPLE AND BO SAMPLE", ("ADA EXAMPLE", "BO SAMPLE")),
        ("ada@e.example", ()),
        ("https://e.example/ada", ()),
        ("e-example.com", ()),
        ("Staff", ()),
        ("Harbour Review Staff", ()),
        ("Redaktion", ()),
        ("Senior Editor", ()),
        ("NOVEMBER 3, 2026", ()),
        ("Share", ()),
    ],
)
def test_names_of_a_line(line: str, names: tuple[str, ...]) -> None:
    assert named(line) == names


def test_the_site_itself_is_no_author() -> None:
    head = '<meta property="og:site_name" content="Harbour Review">'
    head += '<meta name="author" content="harbour review">'
    assert authors(said('<a rel="author">Ada Example</a>', head)) == ("Ada Example",)


@pytest.mark.parametrize(
    ("author", "names"), [("harbour", ()), ("Harbour", ()), ("Ada Harbour", ("Ada Harbour",))]
)
def test_nor_is_the_name_of_its_address(author: str, names: tuple[str, ...]) -> None:
    head = ld(article(author)) + '<meta property="og:url" content="https://harbour.example.com/a">'
    assert authors(said("", head)) == names


@pytest.mark.parametrize("name", ["Di Example", "Von Example", "Par Sample"])
def test_a_name_for_machines_keeps_its_first_word(name: str) -> None:
    assert authors(said("", ld(article({"@type": "Person", "name": name})))) == (name,)


def test_a_catalogues_name_stays_one() -> None:
    head = '<meta name="DC.creator" content="Example, Ada van">'
    assert authors(said("", head)) == ("Example, Ada van",)


def test_a_phrase_is_no_persons_name() -> None:
    assert is_name("Ada van der Example")
    assert not any(map(is_name, ["Ada", "About Us", "ada example", "Read More", "Ada 7 Example"]))
