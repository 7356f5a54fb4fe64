"""Bad weather at the mail server: "later" for some, nobody at home, a password that is wrong. All
goes out in the end, and no reader is blamed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.audience.models import Suppression
from syndicate.engine.inline import turn
from syndicate.lib.status import Status
from syndicate.mail.lane import Pause
from syndicate.mail.models import Edition
from tests.fakes.smtpd import Smtpd
from tests.installation import until
from tests.mail.editions import sending

pytestmark = pytest.mark.django_db
READERS = 400
PEOPLE = [f"r{n}@town{n % 100}.example.org" for n in range(READERS)]
HALF_AN_HOUR = timedelta(minutes=30)
CONNECTIONS = 3


@pytest.fixture
def edition(configure: Callable[..., Any]) -> Iterator[Callable[[Smtpd], Edition]]:
    """``edition(server)``: one for all readers, to be sent there."""

    def send_to(server: Smtpd, **values: object) -> Edition:
        smtp = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        configure(
            mail={"transport": "smtp", "batch_size": 50},
            smtp=smtp | {"connections": CONNECTIONS} | values,
        )
        return sending(*PEOPLE, batch_size=50)

    yield send_to


def stands(edition: Edition) -> Counter[str]:
    """How many stand where; they add up, and nobody was blamed."""
    counts = Counter(edition.deliveries.values_list("status", flat=True))
    assert counts.total() == edition.audience
    assert not Suppression.objects.exists()
    return counts


def weather_clears(edition: Edition, now: datetime, most: int = 100) -> None:
    """Half an hour at a time, until it has been sent."""
    for times in range(most):
        turn(now + times * HALF_AN_HOUR)
        edition.refresh_from_db()
        if edition.status == Status.SENT:
            return
        assert stands(edition)["failed"] == 0
    raise AssertionError(stands(edition))


def test_454_for_a_third_of_all(edition: Callable[..., Edition], now: datetime) -> None:
    with Smtpd() as server:
        server.defer(0.3, seed=4)
        one = edition(server)
        turn(now)
        put_off = stands(one)
        assert put_off["sent"] and put_off["deferred"] and not put_off["failed"]
        weather_clears(one, now + HALF_AN_HOUR)
        assert stands(one) == {"sent": READERS}
        assert sorted(server.recipients) == sorted(PEOPLE)


def test_nobody_at_home_for_a_while(edition: Callable[..., Edition], now: datetime) -> None:
    """What had its dot when the line was cut is unknown; no other try is counted."""
    with Smtpd() as server:
        server.stall("dot", 0.002)
        one = edition(server)
        storm = threading.Thread(target=_begin, args=(server,))
        storm.start()
        turn(now)
        storm.join()
        unclear = stands(one)["unknown"]
        assert unclear <= CONNECTIONS and len(server.recipients) < READERS
        assert not one.deliveries.filter(status="queued", attempts__gt=0).exists()
        turn(now + timedelta(seconds=59))
        server.heal()
        weather_clears(one, now + HALF_AN_HOUR)
        assert stands(one) == Counter(sent=READERS - unclear, unknown=unclear)
        assert len(server.recipients) == len(set(server.recipients)) >= READERS - unclear


def test_a_wrong_password_stops_the_transport_and_no_delivery(
    edition: Callable[..., Edition], now: datetime
) -> None:
    with Smtpd(login=("news", "right")) as server:
        one = edition(server, username="news", password="wrong")
        turn(now)
        assert stands(one) == {"queued": READERS} and server.connections <= CONNECTIONS
        assert not one.deliveries.filter(attempts__gt=0).exists()
        assert [pause.lane for pause in Pause.objects.in_force(now)] == ["transport smtp"]
        tried = server.connections
        turn(now + timedelta(seconds=30))
        assert server.connections == tried


def _begin(server: Smtpd) -> None:
    """An outage, when a hundred have come."""
    until(lambda: len(server.accepted) >= 100, 30, "mails")
    server.outage(3600)
