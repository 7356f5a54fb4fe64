"""The real servers, started once for all tests of a worker; each test watches them anew."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from syndicate.lib import clock
from tests.real import ghost, wordpress
from tests.real.site import Site
from tests.real.watch import Watch

_numbers = itertools.count(1)
_history: set[str] = set()  # ids of the posts that were there before all tests


@pytest.fixture(scope="session")
def a_wordpress() -> Iterator[wordpress.WordPress]:
    """WordPress with a history, so that not everything is the oldest post it ever had."""
    if why := wordpress.missing():
        pytest.skip(why)
    with wordpress.WordPress() as site:
        _give_history(site)
        yield site


@pytest.fixture(scope="session")
def a_ghost() -> Iterator[ghost.Ghost]:
    """Ghost with a history."""
    if why := ghost.missing():
        pytest.skip(why)
    with ghost.Ghost() as site:
        _give_history(site)
        yield site


@pytest.fixture
def watch(request: pytest.FixtureRequest, db: None) -> Watch:
    """Of the pair (fixture of the site, kind of the source) that the test names."""
    name, kind = request.param
    site: Site = request.getfixturevalue(f"a_{name}")
    site.clear(_history)
    return Watch(site, kind)


@pytest.fixture
def title() -> Callable[[str], str]:
    """A title that no other test has used on the same site."""
    return lambda words: f"{words}, number {next(_numbers)}"


def _give_history(site: Site) -> None:
    for days in (12, 9, 6):
        post = site.backdate(f"A story of {days} days ago", clock.now() - timedelta(days=days))
        _history.add(post.id)
