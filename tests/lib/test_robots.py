"""robots.txt as RFC 9309 has it; the numbers are its sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from syndicate.lib import robots
from tests.conftest import NOON
from tests.fakes.website import Website


@pytest.fixture
def site() -> Iterator[Website]:
    robots.forget()
    with Website() as made:
        yield made
    robots.forget()


def says(text: str) -> Callable[[str], bool]:
    return robots.parse(text, "syndicate").allow


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish", False),
        ("/fish*", "/fishheads/yummy", True),
        ("/fish/", "/fish", False),
        ("/*.php", "/folder/a.php?q=1", True),
        ("/*.php$", "/a.php", True),
        ("/*.php$", "/a.php?q=1", False),
        ("/a*b*c$", "/a-b-c-c", True),
        ("/a*b*c$", "/a-c-b", False),
        ("/a*a$", "/a", False),
        ("/$", "/", True),
        ("/$", "/a", False),
        ("*", "/", True),
        ("/" + "*a" * 5000 + "$", "/" + "a" * 4999, False),
    ],
)
def test_2_2_3_stars_and_ends(pattern: str, path: str, fits: bool) -> None:
    assert robots.Rule(True, pattern).fits(path) is fits


def test_2_2_2_the_longest_rule_decides_and_of_two_the_one_that_allows() -> None:
    allow = says(
        "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c$\nAllow: /x\nDisallow: /x"
    )
    assert [allow(path) for path in ("/a/x", "/a/b/x", "/a/b/c", "/x", "/y")] == [
        *(False, True, False, True, True)
    ]


@pytest.mark.parametrize("written", ["/b%C3%BCro", "/b%c3%bcro", "/büro", "/%62%C3%BCro"])
def test_2_2_2_one_octet_in_any_writing(written: str) -> None:
    assert not says(f"User-agent: *\nDisallow: {written}")("/büro/today")
    assert not says("User-agent: *\nDisallow: /büro")(f"{written}/today")


def test_2_2_2_an_escaped_slash_is_no_slash() -> None:
    assert says("User-agent: *\nDisallow: /a%2Fb")("/a/b")


def test_2_2_1_our_own_groups_are_read_together_and_alone() -> None:
    allow = says(
        "User-agent: *\nDisallow: /\n\n"
        "User-Agent: other\nUSER-AGENT: Syndicate/2.0 (x)\nDISALLOW: /a # why\n\n"
        "user-agent: syndicate\nCrawl-delay: 2\ndisallow: /b\n"
        "user-agent: syndicated\ndisallow: /c\n"
    )
    assert [allow(path) for path in ("/a", "/b", "/c", "/")] == [False, False, True, True]


def test_2_2_4_what_is_none_of_ours_ends_no_group() -> None:
    text = "\ufeffUser-agent: *\rSitemap: https://example.org/s.xml\rDisallow: /a\r\nnonsense\n"
    assert not says(text)("/a")


def test_a_rule_without_a_group_or_a_path_says_nothing() -> None:
    assert says("Disallow: /\nUser-agent: *\nDisallow:\n")("/a")


@pytest.mark.parametrize(("said", "kept"), [("2", 2), ("0.5", 0.5), ("9999", 30), ("soon", 0)])
def test_a_delay_is_kept_within_reason(said: str, kept: float) -> None:
    assert robots.parse(f"User-agent: *\nCrawl-delay: {said}", "syndicate").delay == kept


def test_our_name_is_the_first_word_of_our_user_agent() -> None:
    assert robots.token("Harbour-Bot/2 (+https://example.org)") == "harbour-bot"


def test_a_host_is_asked_once_a_day(site: Website) -> None:
    site.answer_with(200, "User-agent: *\nDisallow: /drafts\nCrawl-delay: 3", url="/robots.txt")
    hours = [NOON + timedelta(hours=hour) for hour in (0, 1, 23, 25)]
    assert [robots.allowed(f"{site.url}/drafts/1?a=b", at) for at in hours] == [False] * 4
    assert robots.allowed(site.url, NOON)
    assert robots.delay(site.url, NOON) == 3
    assert len(site.asked("/robots.txt")) == 3  # the clock went back once


def test_2_3_1_3_what_is_not_there_forbids_nothing(site: Website) -> None:
    assert robots.allowed(site.url + "/a", NOON)
    assert [asked.status for asked in site.requests] == [404]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_2_3_1_4_out_of_reach_is_no_for_now_but_not_for_ever(site: Website, status: int) -> None:
    site.answer_with(status, url="/robots.txt")
    hours = (0, 0.5, 2, 23, 25)
    told = [robots.allowed(site.url + "/a", NOON + timedelta(hours=hour)) for hour in hours]
    assert told == [False, False, False, False, True]
    assert len(site.requests) == 4


def test_2_4_an_old_copy_holds_while_the_host_is_out_of_reach(site: Website) -> None:
    site.answer_with(200, "User-agent: *\nDisallow: /drafts", url="/robots.txt")
    assert robots.allowed(site.url + "/a", NOON)
    site.answer_with(503, url="/robots.txt")
    later = NOON + timedelta(days=3)
    assert robots.allowed(site.url + "/a", later)
    assert not robots.allowed(site.url + "/drafts", later)


def test_2_3_1_2_it_may_have_moved(site: Website) -> None:
    site.redirect("/2", 301, url="/robots.txt")
    for step in range(2, 6):
        site.redirect(f"/{step + 1}", 301, url=f"/{step}")
    site.answer_with(200, "User-agent: *\nDisallow: /a", url="/6")
    assert not robots.allowed(site.url + "/a", NOON)


def test_2_5_beyond_500_kib_nothing_is_read(site: Website) -> None:
    text = "User-agent: *\nDisallow: /a\n" + "#" * robots.MOST + "\nDisallow: /b\n"
    site.answer_with(200, text, url="/robots.txt")
    assert not robots.allowed(site.url + "/a", NOON)
    assert robots.allowed(site.url + "/b", NOON)


def test_it_can_be_switched_off(site: Website, configure: Callable[..., Any]) -> None:
    site.answer_with(200, "User-agent: *\nDisallow: /", url="/robots.txt")
    configure(sources={"robots": False})
    assert robots.allowed(site.url + "/a", NOON)
    assert not site.requests
