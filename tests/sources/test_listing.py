"""Pages that list articles, of all shapes, and pages that only seem to."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources.readers.base import Ask, Entry
from syndicate.sources.readers.listing import Listing, parse
from tests.conftest import NOON
from tests.fakes.listings import HEADLINES, LISTINGS, NOT_LISTINGS, ROWS, dated_list
from tests.fakes.website import Website

SAMPLES = Path(__file__).parent.parent / "fakes" / "samples"
HOST = "https://e.example"


def entries(html: str, url: str = f"{HOST}/") -> tuple[Entry, ...]:
    page = Page(200, url, "", {}, html.encode(), "", "", "text/html", "utf-8")
    return parse(page).entries


@pytest.mark.parametrize("name", LISTINGS)
def test_the_list_is_found_whole_and_nothing_else(name: str) -> None:
    make, paths, _ = LISTINGS[name]
    found = [each.url.removeprefix(HOST) for each in entries(make())]
    right = set(found) & set(paths)
    precision, recall = len(right) / len(found), len(right) / len(paths)
    assert (precision, recall) == (1.0, 1.0)
    assert found == paths


@pytest.mark.parametrize("name", LISTINGS)
def test_each_has_its_headline(name: str) -> None:
    if name != "other_script":
        assert [each.title for each in entries(LISTINGS[name][0]())] == list(HEADLINES)


@pytest.mark.parametrize("name", LISTINGS)
def test_each_has_its_day_where_it_stands_there(name: str) -> None:
    make, _, dated = LISTINGS[name]
    days = [each.published_at and each.published_at.date() for each in entries(make())]
    assert days == [day if dated else None for _, _, day in ROWS]


@pytest.mark.parametrize("name", NOT_LISTINGS)
def test_what_is_no_list_of_articles(name: str) -> None:
    with pytest.raises(BadInput, match="no list of articles"):
        entries(NOT_LISTINGS[name]())


@pytest.mark.parametrize(
    "name",
    [
        "ghost/front-casper",
        "ghost/front-source",
        "wordpress/front-twentytwentyone",
        "wordpress/front-twentytwentythree",
    ],
)
def test_the_fronts_of_real_systems(name: str) -> None:
    html = (SAMPLES / f"{name}.html").read_text()
    found = entries(html, "https://blog.example.org/")
    assert {each.url.rstrip("/").rpartition("/")[2] for each in found} == {
        "the-pier-is-old",
        "minutes-of-the-council",
        "a-lamp-moves-house",
    }
    assert all(each.title and each.published_at for each in found)


def blog_of(*posts: dict[str, str]) -> str:
    data = {"@type": "Blog", "blogPost": [{"@type": "BlogPosting", **each} for each in posts]}
    return f'<script type="application/ld+json">{json.dumps({"@graph": [data]})}</script>'


def test_what_a_script_draws_may_be_said_beside_it() -> None:
    days = {f"/blog/{slug}": day for slug, _, day in ROWS}
    posts = [
        {"url": url, "headline": "A pier", "datePublished": f"{at}"} for url, at in days.items()
    ]
    found = entries(blog_of(*posts, {"url": "https://other.example/blog/a"}) + "<div id=app></div>")
    assert [each.url for each in found] == [HOST + url for url in days]
    assert found[0].title == "A pier" and found[0].unsure
    assert [each.published_at and each.published_at.date() for each in found] == [*days.values()]


def test_days_may_be_said_only_there() -> None:
    make, paths, _ = LISTINGS["based"]
    said = blog_of({"url": paths[0], "datePublished": "2026-11-22T09:00:00Z"})
    first, second, *_ = entries(make().replace("</head>", f"{said}</head>"))
    assert first.published_at and first.published_at.hour == 9
    assert second.published_at is None


@pytest.mark.parametrize(
    "data", ["[", "[[]]", '{"blogPost": [1, {"@type": 1, "url": {}}]}', "null"]
)
def test_json_of_any_shape_does_no_harm(data: str) -> None:
    with pytest.raises(BadInput, match="no list of articles"):
        entries(f'<script type="application/ld+json">{data}</script><p>x</p>')


def test_its_entries_are_unsure() -> None:
    assert all(each.unsure and not each.guid for each in entries(dated_list()))


def test_the_time_a_page_gives_is_kept_whole() -> None:
    first = entries(LISTINGS["blog"][0]())[0]
    assert first.published_at == datetime.fromisoformat("2026-11-22T09:00:00+00:00")


def test_unchanged_is_not_read_again() -> None:
    with Website() as site:
        site.answer_with(200, dated_list(), {"Content-Type": "text/html"}, url=site.url + "/news")
        first = Listing().read(Ask(site.url + "/news", NOON))
        assert len(first.entries) == 8
        assert Listing().read(Ask(site.url + "/news", NOON, first.conditions)).not_modified


@pytest.mark.parametrize("html", ["", "<p>", "<a href='//['>x</a>" * 9, "<div>" * 3000, "\0"])
def test_garbage_is_said_to_be_no_list(html: str) -> None:
    with pytest.raises(BadInput, match=r"^https://e.example/ has no list"):
        entries(html)
