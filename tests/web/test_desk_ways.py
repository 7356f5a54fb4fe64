"""Where mail leaves: what is closed says why and until when, and can be tried at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syndicate.engine.models import Instance
from syndicate.lib import clock
from syndicate.lib.rates import Rate
from syndicate.mail.lane import Carried, Pause, domain_lane, transport_lane
from syndicate.mail.meter import Meter
from syndicate.web.desk.ways import lately
from tests import rows
from tests.web.furniture import editor

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Configure = Callable[..., Any]


@pytest.fixture
def desk(client: Client, configure: Configure) -> Client:
    configure(mail={"transport": "smtp"})
    client.force_login(editor())
    return client


def shut(lane: str, error: str = "535 5.7.8 bad credentials") -> None:
    now = clock.now()
    Pause.objects.create(
        lane=lane, since=now, until=now + HOUR, failures=3, error=error, hint="Mend it."
    )


def shown(desk: Client) -> str:
    return desk.get(reverse("desk:ways")).content.decode()


def test_all_is_open(desk: Client) -> None:
    page = shown(desk)
    assert "No mail is due." in page and "every destination takes our mail" in page
    assert "Try now" not in page


def test_what_is_closed_says_why_and_until_when(desk: Client) -> None:
    shut(transport_lane("smtp"))
    shut(domain_lane("example.org"), "550 5.7.1 blocked")
    page = shown(desk)
    for words in ("535 5.7.8", "550 5.7.1 blocked", "Mend it.", "3 times in a row", "in 1 h"):
        assert words in page
    home = desk.get(reverse("desk:home")).content.decode()
    assert f'<a href="{reverse("desk:ways")}">Mail (smtp)</a>' in home


def test_one_lane_is_tried_at_once_and_no_other(desk: Client) -> None:
    shut(transport_lane("smtp"))
    shut(domain_lane("example.org"))
    desk.post(reverse("desk:lane_resume"), {"lane": domain_lane("example.org")})
    assert [pause.name for pause in Pause.objects.in_force(clock.now())] == ["smtp"]
    desk.post(reverse("desk:lane_resume"))
    assert Pause.objects.in_force(clock.now()).count() == 1


def test_what_is_counted_for_a_limit_is_told(now: Any) -> None:
    meter = Meter(now.timestamp())
    meter.take([Rate(2000, 3600)], 1200, now.timestamp())
    Carried.objects.create(lane="transport smtp", meter=meter.dump(), used_at=now)
    assert lately("transport smtp", now) == ["1,200 in the last hour"]
    assert lately("transport smtp", now + 2 * HOUR) == ["0 in the last hour"]


def test_a_copy_is_adopted_by_a_button(desk: Client) -> None:
    Instance.objects.create(pk=1, key="a", place="elsewhere", seen_at=rows.NOON)
    assert "copied or restored" in shown(desk)
    assert "copied or restored" in desk.get(reverse("desk:home")).content.decode()
    desk.post(reverse("desk:adopt"))
    assert "copied or restored" not in shown(desk)
    again = desk.post(reverse("desk:adopt"), follow=True).content.decode()
    assert "at work here already" in again
