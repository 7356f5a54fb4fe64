"""Never too many at one host, and nobody waits for another's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from syndicate.lib import stop, visits
from syndicate.lib.errors import BadInput
from syndicate.lib.http import fetch
from tests.fakes.website import Website


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as made:
        yield made


def test_a_host_is_named_as_in_robots_txt() -> None:
    assert visits.authority("https://Example.org/a") == "example.org:443"
    assert visits.authority("http://user@example.org:81") == "example.org:81"


def test_places_are_those_of_one_host(configure: Callable[..., Any]) -> None:
    configure(sources={"per_host": 2})
    with ExitStack() as stack:
        for host in ("a:80", "a:80", "b:80"):
            stack.enter_context(visits.visit(host))
        assert visits.at_work() == {"a:80": 2, "b:80": 1}
    assert visits.at_work() == {}


def test_who_finds_no_place_is_told_so(configure: Callable[..., Any]) -> None:
    configure(sources={"per_host": 1})
    with visits.visit("a:80"):
        with pytest.raises(BadInput, match="a:80 is busy"), visits.visit("a:80", patience=0.01):
            pass
        assert visits.at_work() == {"a:80": 1}


def test_a_place_that_gets_free_is_taken(configure: Callable[..., Any]) -> None:
    configure(sources={"per_host": 1})
    entered = threading.Event()

    def second() -> None:
        with visits.visit("a:80"):
            entered.set()

    with ThreadPoolExecutor(1) as pool:
        with visits.visit("a:80"):
            waiting = pool.submit(second)
            assert not entered.is_set()
        waiting.result(timeout=5)


def test_requests_to_one_host_keep_to_its_places(
    site: Website, configure: Callable[..., Any]
) -> None:
    configure(sources={"per_host": 2})
    site.stall(0.1)
    most = []
    with ThreadPoolExecutor(6) as pool:
        looks = [pool.submit(_tried, site.feed_url) for _ in range(6)]
        while not all(look.done() for look in looks):
            most.append(sum(visits.at_work().values()))
    assert max(most) == 2
    assert len(site.requests) == 6


def _tried(url: str) -> None:
    with pytest.raises(BadInput):
        fetch(url)


def test_pages_of_one_host_follow_at_a_distance() -> None:
    turns: dict[str, float] = {}
    booked = [visits.book(turns, host, 100.0, 0.5) for host in ("a", "a", "b", "a")]
    assert booked == [100.0, 100.5, 100.0, 101.0]
    assert visits.book(turns, "a", 200.0, 0.5) == 200.0


def test_turns_that_are_over_are_forgotten() -> None:
    turns: dict[str, float] = {}
    for number in range(3000):
        visits.book(turns, f"{number}.example.org", float(number), 0.5)
    assert len(turns) <= 1001


def test_only_the_hosts_of_others_are_given_pauses(configure: Callable[..., Any]) -> None:
    stop.request()  # so that nobody sleeps
    try:
        configure(sources={"allow_private": ["own.example.org"]})
        pauses = [visits.pause(f"http://{host}.example.org/", 30) for host in ("own", "a", "a")]
    finally:
        stop.clear()
    assert pauses[:2] == [0, 0]
    assert 29 < pauses[2] <= 30
