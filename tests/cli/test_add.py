"""`syndicate add`: an article by its address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.sources.models import Article, Source
from tests.cli.conftest import Command
from tests.conftest import NOON
from tests.fakes.website import Website
from tests.rows import account, newsletter, source

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Iterator[Website]:
    with clock.frozen(NOON), Website() as made:
        yield made


@pytest.fixture
def harbour(site: Website) -> Source:
    return source(url=site.feed_url, name="Harbour")


def test_it_shows_what_it_made_of_the_page_and_who_takes_it(
    site: Website, harbour: Source, asked: Callable[..., Any]
) -> None:
    newsletter(name="Weekly")
    newsletter(name="Of another").sources.add(source())
    account(name="webhook")
    told = asked("add", site.publish("A new pier"))
    assert (told["title"], told["author"], told["state"]) == ("A new pier", "Ada Example", "new")
    assert told["image"].endswith("/pictures/pier.jpg")
    assert told["text"].startswith("The council met on the quay")
    assert told["next"] == ["newsletter Weekly", "account webhook"]
    assert Article.objects.get().source == harbour


def test_in_words(site: Website, harbour: Source, syndicate: Command) -> None:
    words = syndicate("add", site.publish("A new pier")).output
    assert "title:     A new pier" in words


def test_a_known_one_is_not_made_again(site: Website, harbour: Source, syndicate: Command) -> None:
    url = site.publish("A new pier")
    syndicate("add", url)
    said = syndicate("add", f"{url}?utm_source=mail", code=1).output
    assert "“A new pier” is known already" in said
    assert Article.objects.count() == 1


def test_a_dry_run_keeps_nothing(site: Website, harbour: Source, syndicate: Command) -> None:
    assert "A new pier" in syndicate("add", site.publish("A new pier"), "--dry-run").output
    assert not Article.objects.exists()


def test_whose_it_is_may_be_said(site: Website, harbour: Source, syndicate: Command) -> None:
    other = source(url="https://pier.example/feed.xml")
    syndicate("add", site.publish("A new pier"), "--source", other.pk)
    assert Article.objects.get().source == other


def test_a_page_without_an_article(site: Website, harbour: Source, syndicate: Command) -> None:
    assert "404" in syndicate("add", f"{site.url}/nothing", code=1).output
    syndicate("add", f"{site.url}/", code=1)
    assert not Article.objects.exists()
