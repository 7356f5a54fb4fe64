"""Subscribing at a hub: asked until it confirms, renewed in time, given up if it makes no sense."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.sources import editorial, hub, push, websub
from syndicate.sources.models import Notice, Push, Source
from syndicate.sources.readers.base import Reading
from tests import rows
from tests.fakes.hub import Hub

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TOPIC = "https://harbour.example.org/feed.xml"


@pytest.fixture
def harbour_hub() -> Iterator[Hub]:
    with Hub() as made:
        yield made


@pytest.fixture
def source(harbour_hub: Hub, now: datetime) -> Source:
    made = rows.source()
    push.offer(made, Reading(hub=harbour_hub.url, topic=TOPIC), now)
    return made


def ask(now: datetime) -> Push:
    """All that is due now."""
    for pk in Push.objects.due(now).values_list("pk", flat=True):
        push.subscribe(pk, now)
    return Push.objects.get()


def confirm(row: Push, now: datetime, **instead: str) -> str | None:
    """The hub asks back."""
    said = {"mode": "subscribe", "topic": row.topic, "challenge": "c", "lease_seconds": "864000"}
    said |= instead
    return hub.confirm(row.token, {f"hub.{name}": value for name, value in said.items()}, now)


def test_a_hub_that_is_found_is_asked_once(source: Source, harbour_hub: Hub, now: datetime) -> None:
    row = ask(now)
    ask(now)
    (form,) = harbour_hub.asked
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", TOPIC)
    assert form["hub.callback"] == f"https://news.harbour.example.org/hooks/websub/{row.token}"
    assert (form["hub.lease_seconds"], len(form["hub.secret"]) > 40) == ("864000", True)
    assert (row.state, row.error) == ("asked", "")
    assert "has been asked" in push.describe(source, now)[0]


def test_when_it_asks_back_we_look_once_and_renew_in_time(source: Source, now: datetime) -> None:
    Source.objects.update(next_check=now + DAY)
    row = ask(now)
    assert confirm(row, now) == "c"
    row.refresh_from_db()
    assert (row.state, row.lease_until) == ("verified", now + 10 * DAY)
    assert row.next_try < row.lease_until - 3 * DAY
    source.refresh_from_db()
    assert source.next_check == now
    assert push.describe(source, now) == [f"{row.hub} tells us at once what is new."]


def test_a_renewal_changes_nothing_until_it_is_confirmed(
    source: Source, harbour_hub: Hub, now: datetime
) -> None:
    confirm(ask(now), now)
    Source.objects.update(next_check=now + 30 * DAY)
    later = Push.objects.get().next_try
    row = ask(later)
    assert (row.state, row.lease_until, len(harbour_hub.asked)) == ("verified", now + 10 * DAY, 2)
    assert confirm(row, later) == "c"
    row.refresh_from_db()
    assert row.lease_until == later + 10 * DAY
    assert Source.objects.get().next_check == now + 30 * DAY, "nothing was missed"


def test_a_hub_that_is_down_is_asked_with_growing_distance(
    source: Source, harbour_hub: Hub, now: datetime
) -> None:
    harbour_hub.answer_with(503, "closed for the night")
    waits = []
    for _ in range(4):
        row = ask(now)
        waits.append(row.next_try - now)
        now = row.next_try
    assert waits == sorted(waits) and waits[-1] > timedelta(hours=5)
    assert (row.state, row.error) == ("failed", "It answered 503. closed for the night")
    assert "closed for the night" in push.describe(source, now)[0]


def test_while_a_lease_runs_a_failed_renewal_takes_nothing_away(
    source: Source, harbour_hub: Hub, now: datetime
) -> None:
    confirm(ask(now), now)
    harbour_hub.answer_with(500)
    row = ask(now + 7 * DAY)
    assert (row.state, row.error) == ("verified", "It answered 500.")
    assert any("could not be renewed" in line for line in push.describe(source, now + 7 * DAY))
    row = ask(now + 11 * DAY)
    assert row.state == "failed"


def test_retry_after_is_heard(source: Source, harbour_hub: Hub, now: datetime) -> None:
    harbour_hub.answer_with(429, Retry_After="86400")
    assert ask(now).next_try > now + DAY


def test_another_hub_may_be_named_instead(source: Source, harbour_hub: Hub, now: datetime) -> None:
    with Hub() as other:
        harbour_hub.redirect(other.url)
        ask(now)
        assert [form["hub.topic"] for form in other.asked] == [TOPIC]


@pytest.mark.parametrize("inside", ["http://10.0.0.1/", "http://169.254.169.254/", "file:///etc"])
def test_a_hub_leads_nobody_into_our_network(
    source: Source, harbour_hub: Hub, inside: str, now: datetime
) -> None:
    harbour_hub.redirect(inside)
    row = ask(now)
    assert (row.state, row.error != "") == ("failed", True)


def test_one_sources_hub_says_nothing_of_another(source: Source, now: datetime) -> None:
    other = rows.source()
    push.offer(other, Reading(hub="https://hub.example", topic="https://o.example/f"), now)
    row = Push.objects.get(source=source)
    assert confirm(row, now, topic="https://o.example/f") is None
    body = b"<rss/>"
    signed = hmac.new(push.secret(row).encode(), body, "sha256").hexdigest()
    token = Push.objects.get(source=other).token
    assert hub.receive(token, f"sha256={signed}", "text/xml", body, now)
    assert not Notice.objects.exists()


def test_hubs_that_name_each_other_are_left(
    source: Source, harbour_hub: Hub, now: datetime
) -> None:
    harbour_hub.redirect(harbour_hub.url, 308)
    row = ask(now)
    assert (row.state, "from one hub to the next" in row.error) == ("failed", True)


@pytest.mark.parametrize("wrong", [
    {"topic": "https://harbour.example.org/other.xml"}, {"mode": "unsubscribe"}, {"mode": ""},
])  # fmt: skip
def test_what_we_did_not_ask_for_is_not_confirmed(
    source: Source, wrong: dict[str, str], now: datetime
) -> None:
    row = ask(now)
    assert confirm(row, now, **wrong) is None
    row.refresh_from_db()
    assert row.state == "asked"


def test_a_denial_is_told_and_asked_again_much_later(source: Source, now: datetime) -> None:
    row = ask(now)
    assert confirm(row, now, mode="denied", reason="members only") == ""
    row.refresh_from_db()
    assert (row.state, row.next_try) == ("denied", now + 7 * DAY)
    assert "members only" in push.describe(source, now)[0]
    assert confirm(row, now) is None
    assert ask(now + 7 * DAY).state == "asked"


def test_a_paused_source_is_unsubscribed(source: Source, harbour_hub: Hub, now: datetime) -> None:
    row = ask(now)
    editorial.pause(source)
    for pk in Push.objects.due(now).values_list("pk", flat=True):
        push.subscribe(pk, now)
    assert [form["hub.mode"] for form in harbour_hub.asked] == ["subscribe", "unsubscribe"]
    assert not Push.objects.exists()
    assert confirm(row, now, mode="unsubscribe") == "c"


def test_another_hub_or_topic_begins_anew(source: Source, now: datetime) -> None:
    first = ask(now)
    push.offer(source, Reading(hub=first.hub, topic=TOPIC), now)
    assert Push.objects.get() == first
    push.offer(source, Reading(not_modified=True), now)
    assert Push.objects.get() == first
    push.offer(source, Reading(hub=first.hub, topic=f"{TOPIC}?2"), now)
    second = Push.objects.get()
    assert (second.topic, second.token == first.token) == (f"{TOPIC}?2", False)
    push.offer(source, Reading(), now)
    assert not Push.objects.exists()


def test_who_cannot_be_called_asks_nobody(
    source: Source, harbour_hub: Hub, configure: Callable[..., Any], now: datetime
) -> None:
    configure(site={"base_url": "http://192.168.0.7:8000"})
    row = ask(now)
    assert (harbour_hub.asked, row.next_try) == ([], now + timedelta(hours=1))
    assert "Set site.base_url" in push.describe(source, now)[0]


@pytest.mark.parametrize(("address", "reachable"), [
    ("https://news.example.org", True), ("https://203.0.113.9", False), ("http://8.8.8.8", True),
    ("http://localhost:8000", False), ("http://[::1]:8000", False), ("http://news", False),
    ("http://news.internal", False), ("http://10.0.0.1", False), ("http://127.0.0.9", True),
])  # fmt: skip
def test_whom_hubs_can_call(address: str, reachable: bool) -> None:
    assert websub.is_reachable(address, ["127.0.0.9"]) is reachable


@pytest.mark.parametrize(("said", "days"), [
    ("864000", 10), ("99999999999999999999", 14), ("", 10), ("-5", 10), ("٣", 10), ("soon", 10),
])  # fmt: skip
def test_leases(said: str, days: int) -> None:
    assert websub.lease(said) == days * DAY
    assert websub.lease("0") == websub.SHORTEST
