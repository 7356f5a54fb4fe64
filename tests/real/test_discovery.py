"""What is found at a site's address, and which of it comes first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syndicate.lib import clock
from syndicate.sources.add import add_source
from syndicate.sources.detect import detect
from syndicate.sources.discover import discover
from syndicate.sources.models import Article, Source
from tests.real.site import Site

pytestmark = pytest.mark.real
SITES = ["a_wordpress", "a_ghost"]


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Site:
    """The one that the test names."""
    found: Site = request.getfixturevalue(request.param)
    return found


on_both = pytest.mark.parametrize("site", SITES, indirect=True)


def _found(url: str) -> dict[str, list[str]]:
    """kind → addresses."""
    made: dict[str, list[str]] = {}
    for each in discover(url, clock.now()):
        made.setdefault(each.kind, []).append(each.url)
    return made


@on_both
def test_the_front_door(site: Site) -> None:
    found = _found(site.url)
    assert found["feed"] == [site.feed_url]
    assert site.own_kind in found
    assert not any("comments" in each for urls in found.values() for each in urls)


@on_both
def test_a_post_leads_to_the_whole_site(site: Site) -> None:
    post = site.publish("Where is the feed")
    found = _found(post.url)
    assert found["feed"] == [site.feed_url]
    assert site.own_kind in found


@on_both
@pytest.mark.parametrize("kind", ["feed", ""])
@pytest.mark.django_db
def test_what_is_added_finds_the_next_post(
    site: Site, kind: str, title: Callable[[str], str]
) -> None:
    added = add_source(site.url, kind=kind or site.own_kind, now=clock.now())
    assert added.name == "Harbour Review"
    detect(added.pk, clock.now())
    post = site.publish(title("After the beginning"))
    now = clock.now()
    Source.objects.filter(pk=added.pk).update(next_check=now, full_look_at=None)
    detect(added.pk, now)
    new = Article.objects.filter(source=added, state=Article.State.NEW)
    assert [each.title for each in new] == [post.title]
