"""The door to the web, against a real server that misbehaves."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from syndicate.lib import http
from syndicate.lib.errors import BadInput, NotSent, Scope
from tests.conftest import NOON
from tests.fakes.proxy import Proxy
from tests.fakes.website import Asked, Website


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as made:
        made.publish("A new pier")
        yield made


def test_a_page_carries_what_is_needed_to_ask_again(site: Website) -> None:
    page = http.fetch(site.feed_url)
    assert (page.status, page.content_type, page.charset) == (200, "application/rss+xml", "utf-8")
    assert b"A new pier" in page.body
    again = http.fetch(site.feed_url, etag=page.etag, last_modified=page.last_modified)
    assert (again.status, again.body) == (304, b"")
    assert site.requests[-1].headers["if-none-match"] == page.etag


def test_it_introduces_itself(site: Website, configure: Callable[..., Any]) -> None:
    configure(sources={"user_agent": "harbour-bot"})
    http.fetch(site.feed_url)
    assert site.requests[-1].headers["user-agent"] == "harbour-bot"


def test_only_a_move_for_good_is_reported_as_one(site: Website) -> None:
    site.redirect("/feed.xml", 301, url=site.url + "/old")
    site.redirect("/old", 302, url=site.url + "/today")
    assert http.fetch(site.url + "/old").moved_to == site.feed_url
    page = http.fetch(site.url + "/today")
    assert (page.url, page.moved_to) == (site.feed_url, "")


SECRETS = {"Authorization": "Basic eA==", "Cookie": "a=b", "X-Api-Key": "k", "Accept": "text/html"}


def shown(asked: Asked) -> set[str]:
    return {name for name in SECRETS if name.lower() in asked.headers}


def test_what_lets_us_in_is_not_shown_to_another_host(site: Website) -> None:
    with Website() as other:
        site.redirect(other.url + "/", url=site.url + "/away")
        http.fetch(site.url + "/away", headers=SECRETS)
        assert shown(site.requests[-1]) == set(SECRETS)
        assert shown(other.requests[-1]) == {"Accept"}


def test_nor_to_the_same_host_once_another_had_a_say(site: Website) -> None:
    with Website() as other:
        site.redirect(other.url + "/back", url=site.url + "/away")
        other.redirect(site.feed_url, url=other.url + "/back")
        http.fetch(site.url + "/away", headers=SECRETS)
        assert [shown(asked) for asked in site.requests] == [set(SECRETS), {"Accept"}]


@pytest.mark.parametrize(
    ("begin", "end", "same"),
    [
        ("https://example.org/a", "https://example.org/b", True),
        ("http://example.org/a", "https://EXAMPLE.org/b", True),
        ("https://example.org/a", "http://example.org/a", False),
        ("https://example.org/a", "https://www.example.org/a", False),
        ("https://example.org/a", "https://example.org:8443/a", False),
        ("https://example.org/a", "https://example.org@evil.example/", False),
        ("https://example.org/a", "https://evil.example\\@example.org/", False),
    ],
)
def test_who_may_hear_what_lets_us_in(begin: str, end: str, same: bool) -> None:
    assert http.may_hear(end, begin) is same


def test_a_name_and_password_in_the_address_are_said_and_not_told(site: Website) -> None:
    site.answer_with(404)
    with pytest.raises(BadInput) as error:
        http.fetch(site.feed_url.replace("://", "://ada:p%40ss@"))
    assert site.requests[-1].headers["authorization"] == "Basic YWRhOnBAc3M="
    assert "p%40ss" not in str(error.value)


def test_a_header_that_no_header_may_be_is_refused(site: Website) -> None:
    with pytest.raises(BadInput, match=r"feed\.xml cannot be asked like that\."):
        http.fetch(site.feed_url, headers={"Cookie": "a\r\nHost: evil"})
    assert not site.requests


def test_an_address_may_be_written_in_letters(site: Website) -> None:
    site.answer_with(302, headers={"Location": "/büro"}, url=site.url + "/old")
    site.answer_with(200, b"here", url=site.url + "/b%C3%BCro")
    assert http.fetch(site.url + "/old").body == b"here"


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_packed_pages_are_asked_for_and_read(site: Website, coding: str) -> None:
    packed = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress}[coding]
    site.answer_with(200, packed(b"<rss/>"), {"Content-Encoding": coding})
    assert http.fetch(site.feed_url).body == b"<rss/>"
    assert coding in site.requests[-1].headers["accept-encoding"]


def test_a_head_without_end_is_cut(site: Website) -> None:
    site.answer_with(200, b"", {f"X-{n}": "x" for n in range(200)})
    with pytest.raises(BadInput, match="headers that cannot be read"):
        http.fetch(site.feed_url)
    site.answer_with(200, b"", {"X-Long": "x" * 70_000})
    with pytest.raises(BadInput, match="headers that cannot be read"):
        http.fetch(site.feed_url)


def test_ten_redirects_are_followed_and_no_more(site: Website) -> None:
    for step in range(11):
        site.redirect(f"/{step + 1}", url=f"{site.url}/{step}")
    site.answer_with(200, b"here", url=site.url + "/11")
    assert http.fetch(site.url + "/1").body == b"here"
    with pytest.raises(BadInput, match="leads on and on"):
        http.fetch(site.url + "/0")


def test_nothing_of_the_surroundings_is_used(
    site: Website, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with Proxy() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        http.fetch(site.feed_url)
        http.call("GET", site.feed_url)
    assert not proxy.asked
    assert all("authorization" not in asked.headers for asked in site.requests)


def test_a_proxy_is_asked_when_it_is_configured(
    site: Website, configure: Callable[..., Any]
) -> None:
    with Proxy() as proxy:
        configure(sources={"proxy": f"http://ada:p%40ss@{proxy.host}"})
        assert http.fetch(site.feed_url).body == b"a proxy"
        with pytest.raises(BadInput):
            http.fetch("https://127.0.0.1:9/feed.xml")
    login = "Basic YWRhOnBAc3M="
    assert proxy.asked == [("GET", site.feed_url, login), ("CONNECT", "127.0.0.1:9", login)]
    assert not site.requests


def test_a_proxy_is_not_asked_for_what_is_private(configure: Callable[..., Any]) -> None:
    with Proxy() as proxy:
        configure(sources={"proxy": f"http://{proxy.host}", "allow_private": []})
        for url in ("http://127.0.0.1:9/", "https://169.254.169.254/"):
            with pytest.raises(BadInput, match="private network"):
                http.fetch(url)
    assert not proxy.asked


@pytest.mark.parametrize(
    ("misbehave", "said"),
    [
        (lambda site: site.answer_with(404), "is not there (404)"),
        (lambda site: site.answer_with(403), "does not let us in (403)"),
        (lambda site: site.answer_with(503), "has trouble of its own (503)"),
        (lambda site: site.gzip_bomb(), "is larger than 1 MB"),
        (lambda site: site.endless(), "is larger than 1 MB"),
        (lambda site: site.break_off(), "broke off in the middle"),
        (lambda site: site.redirect(site.feed_url), "leads on and on"),
        (lambda site: site.redirect("file:///etc/passwd"), "is no web address"),
        (lambda site: site.redirect("http://[broken/"), "is no web address"),
        (
            lambda site: site.answer_with(200, b"no", {"Content-Encoding": "gzip"}),
            "is packed wrongly",
        ),
    ],
)
def test_each_misbehaviour_has_its_words(
    site: Website,
    configure: Callable[..., Any],
    misbehave: Callable[[Website], None],
    said: str,
) -> None:
    configure(sources={"max_bytes": 1_000_000})
    misbehave(site)
    with pytest.raises(BadInput) as error:
        http.fetch(site.feed_url)
    assert said in error.value.message
    assert error.value.message.startswith(site.feed_url)
    assert error.value.hint


@pytest.mark.parametrize("misbehave", [Website.drip, Website.trickle, lambda site: site.stall(30)])
def test_nobody_can_keep_us_waiting(
    site: Website, configure: Callable[..., Any], misbehave: Callable[[Website], None]
) -> None:
    configure(sources={"deadline_seconds": 0.4})
    misbehave(site)
    begun = time.monotonic()
    with pytest.raises(BadInput, match=r"took longer than 0\.4 seconds"):
        http.fetch(site.feed_url)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fd00::1]/",
        "http://LOCALHOST/",
        "http://example.org@127.0.0.1/",
        "http://127.0.0.1#@example.org/",
        "http://127.0.0.1:80\\@example.org/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "http://168.63.129.16/",
        "http://224.0.0.1/",
    ],
)
def test_private_networks_are_closed(configure: Callable[..., Any], url: str) -> None:
    configure(sources={"allow_private": []})
    with pytest.raises(BadInput, match="private network"):
        http.fetch(url)


def test_a_redirect_is_checked_like_an_address(
    site: Website, configure: Callable[..., Any]
) -> None:
    configure(sources={"allow_private": ["127.0.0.1"]})
    port = site.url.rpartition(":")[2]
    site.redirect(f"http://localhost:{port}/")
    with pytest.raises(BadInput, match="private network"):
        http.fetch(site.feed_url)


@pytest.mark.parametrize("url", ["feed.xml", "ftp://example.org/", "http://", "http://[::1", ""])
def test_what_is_no_web_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(BadInput, match="no web address"):
        http.fetch(url)


def test_a_refusal_says_when_to_come_back(site: Website) -> None:
    site.answer_with(429, headers={"Retry-After": "120"})
    with pytest.raises(http.Refused) as error:
        http.fetch(site.feed_url)
    assert (error.value.status, error.value.retry_after) == (429, timedelta(minutes=2))


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Mon, 23 Nov 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("9" * 5000, timedelta(days=1000)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1000)),
        ("Mon, 23 Nov 2026 13:00:00 +99999999999999999999", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, wait: timedelta | None) -> None:
    assert http.retry_after({"retry-after": value}, NOON) == wait


def test_a_call_returns_any_answer_and_follows_nothing(site: Website) -> None:
    site.redirect("/feed.xml", 302, url=site.url + "/api")
    assert http.call("GET", site.url + "/api").status_code == 302
    site.answer_with(422, b'{"error": "no"}', url=site.url + "/api")
    assert http.call("GET", site.url + "/api").json() == {"error": "no"}


def test_a_call_that_never_connected_is_known_not_to_have_arrived() -> None:
    with pytest.raises(NotSent) as error:
        http.call("POST", "http://127.0.0.1:9/secret-path", json={})
    assert (error.value.unknown, error.value.permanent) == (False, False)
    assert "secret-path" not in str(error.value)


def test_a_call_that_broke_off_may_have_arrived(site: Website) -> None:
    site.break_off(url=site.url + "/api")
    with pytest.raises(NotSent) as error:
        http.call("GET", site.url + "/api")
    assert error.value.unknown


def test_a_call_into_a_private_network_stops_the_lane(configure: Callable[..., Any]) -> None:
    configure(sources={"allow_private": []})
    with pytest.raises(NotSent, match="private network") as error:
        http.call("POST", "http://127.0.0.1:9/hook")
    assert (error.value.permanent, error.value.scope) == (True, Scope.LANE)


def test_a_session_for_a_library_has_a_limit_of_its_own(site: Website) -> None:
    site.stall(30)
    with (
        http.session(timeout=0.2, allow_private=True) as browser,
        pytest.raises(OSError, match="timed out"),
    ):
        browser.get(site.feed_url)
