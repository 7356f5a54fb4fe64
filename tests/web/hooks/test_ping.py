"""A site tells us: kept and thanked for at once, for this source alone."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from syndicate.lib import clock, wake
from syndicate.sources import editorial
from syndicate.sources.models import Article, Notice, Source
from syndicate.sources.tell import ping_address
from syndicate.web.hooks import often
from tests import rows

pytestmark = pytest.mark.django_db
PIER = "https://harbour.example.org/pier"
ENTRY = {"type": ["h-entry"], "properties": {"name": ["A new pier"], "url": [PIER]}}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Nobody has said anything yet."""
    often.spoken.clear()
    yield
    often.spoken.clear()


@pytest.fixture
def source() -> Source:
    return rows.source()


def ping(source: Source, said: object = b"", kind: str = "", **headers: str) -> HttpResponse:
    """Without a cookie, and from a client that insists on CSRF."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    kind = kind or "application/octet-stream"
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/hooks/ping/{source.ping_token}", body, kind, headers=headers)


def test_look_now(source: Source, now: datetime) -> None:
    rung: list[int] = []
    wake.listen(bell := lambda: rung.append(1))
    with clock.frozen(now):
        answer = ping(source)
    wake.leave(bell)
    notice = Notice.objects.get()
    assert (answer.status_code, answer.content, answer.cookies) == (202, b"Thank you.\n", {})
    assert (notice.source, notice.kind, notice.url, notice.due_at) == (source, "ping", "", now)
    assert rung == [1]


def test_its_address(source: Source) -> None:
    assert urlsplit(ping_address(source)).netloc == "news.harbour.example.org"
    assert Client().post(urlsplit(ping_address(source)).path).status_code == 202


@pytest.mark.parametrize("said", [{"url": PIER}, f"url={PIER}".encode(), {"post": {"link": PIER}}])
def test_look_here(source: Source, said: object) -> None:
    answer = ping(source, said)
    assert (answer.status_code, answer["Location"]) == (202, PIER)
    assert Notice.objects.get().url == PIER


def test_the_same_said_twice_is_one_notice(source: Source) -> None:
    for said in (b"", b"", {"url": PIER}, {"url": PIER}, {"url": f"{PIER}-2"}):
        ping(source, said)
    assert [notice.url for notice in Notice.objects.all()] == ["", PIER, f"{PIER}-2"]


def test_but_not_once_the_first_is_being_taken(source: Source) -> None:
    """What it looks at may be older than what is told of now."""
    ping(source)
    Notice.objects.update(attempts=1)
    ping(source)
    assert Notice.objects.count() == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/pier",
        "https://harbour.example.org.evil.example/",
        "https://harbour.example.org@evil.example/",
        "http://127.0.0.1:8000/desk/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_another_sites_article_is_not_for_this_source_to_tell(source: Source, url: str) -> None:
    for said in ({"url": url}, {"type": ["h-entry"], "properties": {"url": [url]}}):
        answer = ping(source, said)
        assert (answer.status_code, Notice.objects.count()) == (403, 0)
        assert b"is not on the site of" in answer.content


def test_the_hosts_of_its_site_and_of_its_articles_are_its_own(source: Source) -> None:
    Source.objects.update(
        url="https://feeds.example/harbour", site_url="https://www.harbour.example"
    )
    rows.article(source=source, url="https://pier.example/1")
    source.refresh_from_db()
    for url in (
        "https://feeds.example/1",
        "https://harbour.example/1",
        "https://www.pier.example/2",
    ):
        assert ping(source, {"url": url}).status_code == 202


def test_who_opens_it_in_a_browser_learns_what_it_is(source: Source) -> None:
    answer = Client().get(f"/hooks/ping/{source.ping_token}")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.content.startswith(f"Here {source.name} tells us what is new.".encode())
    assert Client().post("/hooks/ping/nobody").status_code == 404


def test_a_paused_source_says_nothing(source: Source) -> None:
    editorial.pause(source)
    assert (ping(source).status_code, Notice.objects.count()) == (409, 0)


def test_too_often(source: Source) -> None:
    assert {ping(source).status_code for _ in range(60)} == {202}
    answer = ping(source)
    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 61) == (429, True)
    assert ping(rows.source()).status_code == 202, "another source is not held up"


def test_nonsense_and_too_much(source: Source, configure: Callable[..., Any]) -> None:
    assert (ping(source, b"{").status_code, Notice.objects.count()) == (400, 0)
    configure(sources={"max_bytes": 100})
    assert ping(source, b"url=" + b"a" * 100).status_code == 413


@pytest.mark.parametrize("length", ["", "-1", "many", "99999999999999999999", "٣"])
def test_a_length_that_is_none(source: Source, length: str) -> None:
    """Nothing worse than a refusal, and never more than is taken in memory."""
    path = f"/hooks/ping/{source.ping_token}"
    answer = Client().post(path, b"url=" + PIER.encode(), "text/plain", CONTENT_LENGTH=length)
    assert answer.status_code in {202, 400, 413}


def test_a_token_is_in_no_answer_and_in_no_log(
    source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR", "django.request")  # as lib.log does
    answers = [ping(source, b"{"), ping(source), micropub(ENTRY, Authorization="Bearer no")]
    answers += [Client().get(f"/hooks/ping/{source.ping_token}")]
    assert not any(source.ping_token.encode() in answer.content for answer in answers)
    assert source.ping_token not in caplog.text


def ghost(source: Source, secret: str, now: datetime, at: float = 0) -> HttpResponse:
    """A webhook of Ghost."""
    post = {"id": "1", "url": PIER, "title": "A new pier", "status": "published"}
    body = json.dumps({"post": {"current": post, "previous": {}}}).encode()
    sent = str(int((now.timestamp() + at) * 1000))
    made = hmac.new(secret.encode(), body + sent.encode(), "sha256").hexdigest()
    with clock.frozen(now):
        return ping(source, body, "application/json", **{
            "X-Ghost-Signature": f"sha256={made}, t={sent}",
        })  # fmt: skip


def test_ghosts_article_is_kept_as_it_came(source: Source, now: datetime) -> None:
    assert ghost(source, "any", now).status_code == 202
    notice = Notice.objects.get()
    assert (notice.kind, notice.url) == ("webhook", PIER)
    assert b"A new pier" in bytes(notice.body)


@pytest.mark.parametrize(
    ("secret", "at", "status"), [("s", 0, 202), ("t", 0, 401), ("s", -600, 401)]
)
def test_ghosts_secret(source: Source, secret: str, at: int, status: int, now: datetime) -> None:
    source.credentials = {"secret": "s"}
    source.save()
    assert ghost(source, secret, now, at).status_code == status
    assert Notice.objects.count() == (status == 202)


def test_xml_rpc_is_answered_in_its_own_words(source: Source) -> None:
    call = b"<?xml version='1.0'?><methodCall><methodName>%s</methodName></methodCall>"
    answer = ping(source, call % b"weblogUpdates.ping", "text/xml")
    assert (answer.status_code, b"<boolean>0</boolean>" in answer.content) == (200, True)
    answer = ping(source, call % b"system.exec", "text/xml")
    assert (b"<boolean>1</boolean>" in answer.content, Notice.objects.count()) == (True, 1)


def micropub(said: object, **headers: str) -> HttpResponse:
    """A program that posts."""
    client = Client(enforce_csrf_checks=True)
    return client.post("/hooks/micropub", json.dumps(said), "application/json", headers=headers)


def test_micropub_with_its_token_in_the_header(source: Source) -> None:
    answer = micropub(ENTRY, Authorization=f"Bearer {source.ping_token}")
    assert (answer.status_code, answer["Location"]) == (202, PIER)
    assert (Notice.objects.get().kind, Notice.objects.get().url) == ("micropub", PIER)


def test_micropub_with_its_token_in_the_form(source: Source) -> None:
    form = f"h=entry&name=A+note&access_token={source.ping_token}".encode()
    kind = "application/x-www-form-urlencoded"
    answer = Client().post("/hooks/micropub", form, kind)
    assert (answer.status_code, "Location" in answer) == (202, False)


@pytest.mark.parametrize(("header", "status", "error"), [
    ("", 401, "unauthorized"), ("Basic x", 401, "unauthorized"), ("Bearer no", 403, "forbidden"),
])  # fmt: skip
def test_micropub_from_strangers(source: Source, header: str, status: int, error: str) -> None:
    for answer in (
        micropub(ENTRY, Authorization=header),
        Client().get("/hooks/micropub?q=config", headers={"Authorization": header}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not Notice.objects.exists()


def test_what_micropub_may_ask(source: Source) -> None:
    headers = {"Authorization": f"Bearer {source.ping_token}"}
    asked = {"config": {}, "syndicate-to": {"syndicate-to": []}}
    for q, told in asked.items():
        assert Client().get(f"/hooks/micropub?q={q}", headers=headers).json() == told
    assert Client().get("/hooks/micropub?q=source", headers=headers).status_code == 400
    assert micropub({"type": ["h-event"], "properties": {}}, **headers).status_code == 400
    assert Client().delete("/hooks/micropub").status_code == 405


def test_nothing_is_made_before_it_is_taken(source: Source) -> None:
    micropub(ENTRY, Authorization=f"Bearer {source.ping_token}")
    assert not Article.objects.exists()


def test_where_a_secret_was_agreed_on_no_article_comes_without_it(source: Source) -> None:
    source.credentials = {"secret": "s"}
    source.save()
    assert micropub(ENTRY, Authorization=f"Bearer {source.ping_token}").status_code == 401
    assert not Notice.objects.exists()
    assert ping(source, {"url": PIER}).status_code == 202, "its page is read where it stands"
