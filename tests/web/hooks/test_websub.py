"""A hub asks back and pushes: real HTTP in both directions."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from syndicate.lib import clock
from syndicate.sources import editorial, push
from syndicate.sources.models import Notice, Push, Source
from syndicate.sources.readers.base import Reading
from tests import rows
from tests.fakes.hub import CHALLENGE, Hub

FEED = b"<rss version='2.0'><channel><item><title>A new pier</title></item></channel></rss>"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as made:
        yield made


@pytest.fixture
def served(hub: Hub, live_server: Any, configure: Callable[..., Any]) -> Push:
    """A subscription that the hub has confirmed."""
    configure(site={"base_url": live_server.url})
    push.offer(
        rows.source(), Reading(hub=hub.url, topic="https://harbour.example.org/f"), clock.now()
    )
    push.subscribe(Push.objects.get().pk, clock.now())
    assert hub.verify() == (200, CHALLENGE)
    return Push.objects.get()


def test_what_a_hub_pushes_is_kept_before_it_is_thanked(hub: Hub, served: Push) -> None:
    assert hub.push(FEED, "application/rss+xml; charset=utf-8") == [202]
    notice = Notice.objects.get()
    assert (notice.source, notice.kind, bytes(notice.body)) == (served.source, "push", FEED)
    assert notice.content_type == "application/rss+xml; charset=utf-8"
    served.refresh_from_db()
    assert served.pushed_at == notice.received_at


def push_to(row: Push, **forged: str) -> int:
    """A push, perhaps signed by somebody else."""
    method = forged.get("method", "sha256")
    made = hmac.new(forged.get("secret", push.secret(row)).encode(), FEED, method).hexdigest()
    headers = {"X-Hub-Signature": forged.get("signature", f"{method}={made}")}
    answer = Client().post(f"/hooks/websub/{row.token}", FEED, "text/xml", headers=headers)
    return answer.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_each_method_of_signing(method: str) -> None:
    push.offer(rows.source(), Reading(hub="https://hub.example"), clock.now())
    assert push_to(Push.objects.get(), method=method) == 202
    assert Notice.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("forged", [
    {"secret": "another"}, {"signature": ""}, {"signature": "sha256="}, {"signature": "sha256=é"},
    {"method": "md5"}, {"signature": "none=0"},
])  # fmt: skip
def test_what_is_not_signed_is_thanked_for_counted_and_ignored(forged: dict[str, str]) -> None:
    push.offer(rows.source(), Reading(hub="https://hub.example"), clock.now())
    row = Push.objects.get()
    assert push_to(row, **forged) == 202
    row.refresh_from_db()
    assert (Notice.objects.count(), row.forged, row.pushed_at) == (0, 1, None)
    assert "Ignored" in push.describe(row.source, clock.now())[1]


def test_a_hub_that_asks_back_before_it_answers(
    hub: Hub, live_server: Any, configure: Callable[..., Any]
) -> None:
    """Its answer comes after the confirmation, and must not undo it."""
    configure(site={"base_url": live_server.url})
    hub.eager = True
    push.offer(rows.source(), Reading(hub=hub.url), clock.now())
    push.subscribe(Push.objects.get().pk, clock.now())
    row = Push.objects.get()
    assert (row.state, row.failures, row.topic) == ("verified", 0, row.source.url)


def test_a_paused_source_ends_it(hub: Hub, served: Push) -> None:
    editorial.pause(served.source)
    assert hub.push(FEED) == [410]
    assert (hub.subscribers, Notice.objects.count()) == ({}, 0)


def test_leaving_is_confirmed_though_we_have_forgotten_it(hub: Hub, served: Push) -> None:
    push.leave(served)
    assert hub.verify() == (200, CHALLENGE)
    assert hub.subscribers == {}


@pytest.mark.parametrize("instead", [
    {"topic": "https://other.example"}, {"mode": "unsubscribe"}, {"mode": "delete"},
])  # fmt: skip
def test_what_was_not_asked_for_is_not_there(
    hub: Hub, served: Push, instead: dict[str, str]
) -> None:
    assert hub.verify(**instead)[0] == 404
    served.refresh_from_db()
    assert served.state == "verified"


@pytest.mark.django_db
def test_strangers(client: Client) -> None:
    known = {"hub.mode": "subscribe", "hub.topic": "https://a.example", "hub.challenge": "c"}
    assert client.get("/hooks/websub/nobody", known).status_code == 404
    assert client.get("/hooks/websub/nobody").status_code == 404
    assert client.post("/hooks/websub/nobody", FEED, "text/xml").status_code == 410
    assert client.put("/hooks/websub/nobody").status_code == 405


@pytest.mark.django_db
def test_a_challenge_is_no_page(client: Client, now: datetime) -> None:
    source: Source = rows.source()
    push.offer(source, Reading(hub="https://hub.example"), now)
    asked = {"hub.mode": "subscribe", "hub.topic": source.url, "hub.challenge": "<script>"}
    answer = client.get(f"/hooks/websub/{source.push.token}", asked)
    assert (answer.status_code, answer.content) == (200, b"<script>")
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_what_is_too_large_is_not_read(
    hub: Hub, served: Push, configure: Callable[..., Any]
) -> None:
    configure(sources={"max_bytes": 50})
    assert hub.push(FEED) == [413]
    assert not Notice.objects.exists()


def test_a_lease_beyond_belief_is_renewed_within_two_weeks(hub: Hub, served: Push) -> None:
    hub.lease = 10**9
    hub.verify()
    served.refresh_from_db()
    assert served.next_try < clock.now() + timedelta(days=10)
