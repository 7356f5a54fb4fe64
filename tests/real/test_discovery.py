"""What is found at a site's address, and which of it is what comes first."""

from __future__ import annotations

import pytest

from syndicate.lib import clock
from syndicate.sources.discover import discover
from syndicate.sources.readers import READERS
from tests.real.ghost import Ghost
from tests.real.wordpress import WordPress

pytestmark = pytest.mark.real


def test_wordpress(a_wordpress: WordPress) -> None:
    found = discover(a_wordpress.url, clock.now())
    assert [each.url for each in found if each.kind == "feed"] == [a_wordpress.feed_url]
    assert not any("comments" in each.url for each in found)


def test_a_wordpress_post_leads_to_the_site(a_wordpress: WordPress) -> None:
    post = a_wordpress.publish("Where is the feed")
    found = discover(post.url, clock.now())
    assert [each.url for each in found if each.kind == "feed"] == [a_wordpress.feed_url]


def test_wordpress_by_its_api(a_wordpress: WordPress) -> None:
    if "wordpress" not in READERS:
        pytest.xfail("no reader of the REST API yet")
    assert "wordpress" in {each.kind for each in discover(a_wordpress.url, clock.now())}


def test_ghost(a_ghost: Ghost) -> None:
    found = discover(a_ghost.url, clock.now())
    assert [each.url for each in found if each.kind == "feed"] == [a_ghost.feed_url]
    assert found[0].title == "Harbour Review"


def test_a_ghost_post_leads_to_the_site(a_ghost: Ghost) -> None:
    found = discover(a_ghost.publish("Where is the feed").url, clock.now())
    assert [each.url for each in found if each.kind == "feed"] == [a_ghost.feed_url]
