"""What holds for every public page, read off the table of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from syndicate.audience import links
from syndicate.engine.models import Heartbeat
from syndicate.lib import clock
from syndicate.mail.models import Edition
from syndicate.social.drawn import picture_url
from syndicate.web.public.urls import urlpatterns
from tests import rows
from tests.web.furniture import post

pytestmark = pytest.mark.django_db
XSS = '"><script>alert(1)</script>'


@pytest.fixture
def pages() -> dict[str, str]:
    """Every public page, with what it needs to show something; names are hostile."""
    to = rows.mailing_list(name=XSS, slug="list", description=XSS)
    rows.mailing_list()
    anna = rows.subscriber("anna@example.org", to, name=XSS)
    ben = rows.subscription(rows.subscriber(), to, status="pending", confirmed_at=None)
    row = anna.subscriptions.get()
    at_work()
    newsletter = rows.newsletter(list=to, name=XSS)
    edition = Edition.objects.create(
        newsletter=newsletter, slot="1", key="key", status="sent", subject=XSS, preheader=XSS,
        composed_at=rows.NOON, started_at=rows.NOON, html="<html><body>Hello</body></html>",
    )  # fmt: skip
    last = {
        "confirm": links.confirm_url(ben.pk),
        "preferences": links.preferences_url(anna.pk),
        "unsubscribe": links.unsubscribe_url(row.pk),
        "one_click": links.one_click_url(row.pk),
        "edition": edition.key,
        "picture": picture_url(post(article=rows.article(title=XSS))),
    }
    return {str(page.name): _address(str(page.name), last) for page in urlpatterns}


def _address(name: str, last: dict[str, str]) -> str:
    if name in last:
        return reverse(f"public:{name}", args=[last[name].rpartition("/")[2].removesuffix(".jpg")])
    needs_list = name in {"subscribe_to", "embed", "snippet"}
    return reverse(f"public:{name}", args=["list"] if needs_list else [])


def at_work() -> None:
    """A daemon is."""
    now = clock.now()
    Heartbeat.objects.create(worker="host:1:a", started_at=now, seen_at=now)


def everything() -> Iterator[str]:
    """All rows of all tables, as text."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        yield serializers.serialize("json", model._base_manager.order_by("pk"))


def test_looking_at_a_page_changes_no_row_and_sets_no_cookie(
    client: Client, pages: dict[str, str]
) -> None:
    before = [*everything()]
    for name, address in pages.items():
        shown = 204 if name == "arrived" else 200  # that one has nothing to show
        for answer in (client.get(address), client.head(address), client.options(address)):
            assert answer.status_code in {shown, 405}, address
            assert not answer.cookies, address
    assert [*everything()] == before


def test_every_page_has_a_strict_policy_and_runs_nothing(
    client: Client, pages: dict[str, str]
) -> None:
    for address in pages.values():
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert ("unsafe-inline" in policy) == ("sandbox" in policy)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert b"<script" not in answer.content.lower(), address


def test_only_the_embedded_form_may_be_framed(client: Client, pages: dict[str, str]) -> None:
    for name, address in pages.items():
        answer = client.get(address)
        framed = "frame-ancestors *" in answer["Content-Security-Policy"]
        assert framed == (name == "embed"), address
        assert framed == ("X-Frame-Options" not in answer), address


@pytest.mark.parametrize("name", ["confirm", "preferences", "unsubscribe", "one_click"])
def test_personal_pages_are_not_stored_indexed_or_told(
    client: Client, pages: dict[str, str], name: str
) -> None:
    for answer in (
        client.get(pages[name]),
        client.post(pages[name]),
        client.get(f"{pages[name]}x"),
    ):
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "no-referrer"


def test_addresses_in_mails_lead_to_our_pages(pages: dict[str, str]) -> None:
    base = "https://news.harbour.example.org"
    row = rows.subscription(rows.subscriber(), rows.mailing_list())
    for url in (
        links.confirm_url(row.pk), links.unsubscribe_url(row.pk), links.one_click_url(row.pk),
        links.preferences_url(row.subscriber_id),
    ):  # fmt: skip
        assert Client().get(url.removeprefix(base)).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "news.harbour.example.org.evil.example", "a b"])
def test_a_false_host_gets_no_page(client: Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400


def test_the_accent_is_a_style_sheet(client: Client, configure: Any) -> None:
    configure(publication={"accent": "#ffee00"})
    answer = client.get("/accent.css")
    assert answer["Content-Type"].startswith("text/css")
    assert b"--accent: #ffee00" in answer.content
    light, dark = answer.content.split(b"@media")
    assert b"--link: #ffee00" not in light  # yellow on white cannot be read
    assert b"--link: #ffee00" in dark


def test_p17_healthz_tells_whether_work_moves(client: Client) -> None:
    answer = client.get("/healthz/work")
    assert (answer.status_code, answer.content) == (503, b"stands still: H01\n")
    at_work()
    assert client.get("/healthz/work").content == b"ok\n"


def test_healthz_tells_whether_the_database_answers(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"

    def broken(*_: Any) -> None:
        raise OperationalError("disk I/O error")

    with connection.execute_wrapper(broken):
        answer = client.get("/healthz")
    assert (answer.status_code, b"disk" in answer.content) == (503, False)


def test_a_missing_page_says_so_kindly(client: Client) -> None:
    answer = client.get("/nothing/here")
    assert (answer.status_code, b"There is nothing here" in answer.content) == (404, True)
