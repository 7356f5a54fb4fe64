"""From a site's address to a source that is watched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syndicate.lib.errors import BadInput
from syndicate.sources.add import add_source
from syndicate.sources.knock import inside
from syndicate.sources.models import Source
from tests.conftest import NOON
from tests.fakes.website import Website


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as made:
        made.publish("A new pier")
        yield made


@pytest.mark.django_db
def test_a_source_is_watched_from_now_on(site: Website) -> None:
    source = add_source(site.url, newest=2, now=NOON)
    assert (source.name, source.url, source.site_url) == ("Harbour Review", site.feed_url, site.url)
    assert (source.take_newest, source.next_check, source.health) == (2, NOON, "new")
    assert list(Source.objects.due(NOON)) == [source]
    assert add_source(site.url + "/atom.xml", name="Mine", now=NOON).name == "Mine"


@pytest.mark.django_db
def test_another_kind_may_be_chosen(site: Website) -> None:
    page = "".join(f"<p><a href='/n/{n}'>What the tide brought in, {n}</a></p>" for n in range(9))
    site.answer_with(200, page, {"Content-Type": "text/html"}, url=site.url + "/")
    source = add_source(site.url, kind="page", now=NOON)
    assert (source.kind, source.url) == ("page", site.url + "/")
    with pytest.raises(BadInput, match="No Sitemap was found at"):
        add_source(site.url, kind="sitemap", now=NOON)


@pytest.mark.django_db
def test_none_is_watched_twice(site: Website) -> None:
    add_source(site.url, now=NOON)
    with pytest.raises(BadInput, match="watched already, as Harbour Review"):
        add_source(site.feed_url, now=NOON)


@pytest.mark.django_db
def test_what_cannot_be_found_is_said(site: Website) -> None:
    with Website() as bare:
        bare.answer_with(200, "<p>Nothing</p>", url=bare.url + "/")
        for path in ("feed.xml", "atom.xml", "feed.json"):
            bare.answer_with(404, url=f"{bare.url}/{path}")
        with pytest.raises(BadInput, match="No feed was found") as error:
            add_source(bare.url, now=NOON)
    assert error.value.hint
    with pytest.raises(BadInput, match=r"is not there \(404\)"):
        add_source(site.url + "/nowhere", now=NOON)


@pytest.mark.django_db
def test_a_password_stands_in_no_address(site: Website) -> None:
    for at in (site.url, site.feed_url):
        with pytest.raises(BadInput, match="holds a name and a password"):
            add_source(at.replace("://", "://ada:secret@"), now=NOON)
    with pytest.raises(BadInput, match="holds a name and a password"):
        inside(site.feed_url.replace("://", "://ada:secret@"), {"token": "t"}, NOON)
    assert not Source.objects.exists()
