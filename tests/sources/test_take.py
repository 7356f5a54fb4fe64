"""What we are told of, what we are given by hand, and two who store at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.sources import editorial
from syndicate.sources.detect import add_article, keep, take, take_back
from syndicate.sources.detect import look as see
from syndicate.sources.keep import shape
from syndicate.sources.models import Article, Source
from syndicate.sources.readers import READERS
from syndicate.sources.readers.base import Reading
from tests import rows
from tests.conftest import NOON
from tests.fakes.publication import PARAGRAPHS
from tests.fakes.website import Website
from tests.sources.looking import HOUR, Stage, entry, look, show, staged, states

pytestmark = pytest.mark.django_db
LONG = PARAGRAPHS * 3


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "stage", ("", f"{Stage.__module__}.Stage"))
    Stage.shows.clear()


@pytest.fixture
def site() -> Iterator[Website]:
    with clock.frozen(NOON), Website() as made:
        yield made


def told(source: Source, *numbers: int) -> list[str]:
    made = take(Reading(entries=tuple(entry(n) for n in numbers)), source, NOON + HOUR)
    return [article.title for article in made]


def test_what_we_are_told_of_is_new_once_and_changes_nothing_else() -> None:
    source = look(staged([entry(2), entry(1)]), NOON)
    before = Source.objects.values().get(pk=source.pk)
    assert [told(source, 7), told(source, 7), told(source, 1)] == [["T7"], [], []]
    assert states() == {"T1": "seen", "T2": "seen", "T7": "new"}
    assert Source.objects.values().get(pk=source.pk) == before


def test_before_the_first_look_it_is_news_too() -> None:
    assert told(staged(), 7) == ["T7"]
    assert states() == {"T7": "new"}


def test_what_a_stale_list_does_not_show_yet_is_not_missing() -> None:
    source = look(staged([entry(2), entry(1)]), NOON)
    told(source, 7)
    show(source, [entry(3), entry(1)])
    look(source, NOON + HOUR)
    show(source, [entry(7), entry(3)])
    look(source, NOON + 2 * HOUR)
    assert not Article.objects.filter(missing_at__isnull=False).exists()
    show(source, [entry(8), entry(3)])
    look(source, NOON + 3 * HOUR)
    assert Article.objects.get(missing_at__isnull=False).title == "T7"


def test_six_hundred_told_one_by_one_are_braked_like_six_hundred_at_once() -> None:
    source = look(staged([entry(1)], max_new=3), NOON)
    for n in range(10, 15):
        told(source, n)
    assert sorted(states().values()) == ["held", "held", "new", "new", "new", "seen"]


def test_what_goes_along_is_done_with_the_articles_or_not_at_all() -> None:
    def fail() -> None:
        raise BadInput("No.")

    source = staged()
    with pytest.raises(BadInput):
        take(Reading(entries=(entry(7),)), source, NOON, along=fail)
    assert not Article.objects.exists()


def test_what_is_taken_back_is_missing_until_it_is_shown_again() -> None:
    source = look(staged([entry(1)]), NOON)
    told(source, 7)
    take_back(source, "", "", NOON)
    take_back(source, "", "https://www.e.example/2026/7", NOON + HOUR)
    assert [a.title for a in Article.objects.filter(missing_at__isnull=False)] == ["T7"]
    told(source, 7)
    assert Article.objects.get(title="T7").missing_at is None


def test_an_editor_lets_go_what_its_source_shows_no_more() -> None:
    source = look(staged([entry(1)]), NOON)
    told(source, 7)
    take_back(source, "g7", "", NOON)
    article = Article.objects.get(title="T7")
    editorial.release(article, NOON + HOUR)
    show(source, [entry(8), entry(1)])
    look(source, NOON + 2 * HOUR)
    assert Article.objects.ready(NOON + 3 * HOUR).filter(pk=article.pk).exists()


@pytest.mark.parametrize("same_source", [True, False])
def test_two_that_saw_it_new_at_the_same_moment_store_it_as_one(same_source: bool) -> None:
    one = look(staged([entry(1)]), NOON)
    other = one if same_source else look(staged([entry(1)]), NOON)
    for source in (one, other):
        show(source, [entry(7)])
    both = [shape(see(source, NOON + HOUR), NOON + HOUR) for source in (one, other)]
    for shaped in both:
        with transaction.atomic():
            keep(shaped, NOON + HOUR)
    stored = Article.objects.filter(title="T7")
    assert len({article.story for article in stored}) == 1
    assert len(stored) == (1 if same_source else 2)


def test_a_sitemap_of_thousands_is_asked_about_in_parts() -> None:
    sizes: list[int] = []

    def measure(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sizes.append(len(params or ()) if sql.startswith("SELECT") else 0)
        return execute(sql, params, many, context)

    source = look(staged([entry(1)]), NOON)
    take(Reading(entries=(entry(0),)), source, NOON)
    show(source, [entry(n) for n in range(700)])
    with connection.execute_wrapper(measure):
        look(source, NOON + HOUR)
    assert max(sizes) <= 6 * 500


# --- by hand -------------------------------------------------------------------------------------


def test_an_article_is_added_by_its_address(site: Website) -> None:
    url = site.publish("A new pier", LONG, date=NOON - timedelta(days=400))
    article, new = add_article(url, None, NOON)
    assert (article.title, article.state, article.available_at, new) == (
        "A new pier",
        "new",
        NOON,
        True,
    )
    assert (article.source.name, article.source.active) == ("By hand", False)
    assert add_article(f"{url}?utm_source=mail", None, NOON) == (article, False)
    with pytest.raises(BadInput, match="is no site"):
        editorial.resume(article.source, NOON)


def test_it_is_of_the_source_on_whose_site_it_stands(site: Website) -> None:
    source = rows.source(url=site.feed_url)
    url = site.publish("A new pier", LONG)
    article, _ = add_article(url, None, NOON)
    assert article.source == source
    look(source, NOON + HOUR)
    assert states() == {"A new pier": "new"}


@pytest.mark.parametrize("path", ["/", "/feed.xml", "/nothing"])
def test_where_no_article_is_none_is_added(site: Website, path: str) -> None:
    site.publish("A new pier", LONG)
    with pytest.raises(BadInput, match=f"{site.url}{path}"):
        add_article(site.url + path, None, NOON)
    assert not Article.objects.exists()
