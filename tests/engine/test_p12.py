"""P12: an engine may drop, delay, repeat and reorder what it is given; everything is done once.

A publication publishes, editions are composed, started and delivered over SMTP, posts are written
and published, a reader is asked to confirm: the whole table of work, by an engine of chaos.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from syndicate.audience.models import Subscription
from syndicate.lib import clock
from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery, Edition
from syndicate.social.models import Post
from tests import rows
from tests.engine.chaos import Chaos, storm
from tests.fakes.smtpd import Smtpd
from tests.fakes.webhook import SECRET, Receiver
from tests.fakes.website import Website

pytestmark = pytest.mark.django_db(transaction=True)
ARTICLES, READERS = 4, 25
GREY = "r7@example.org"


@pytest.fixture
def judge(tmp_path: Any, configure: Callable[..., Any]) -> Any:
    """A mail server that puts one reader off once."""
    with Smtpd(log=tmp_path / "judge.log") as server:
        configure(
            mail={"transport": "smtp", "batch_size": 6},
            smtp={"host": "127.0.0.1", "port": server.port, "security": "none"},
        )
        yield server


def walk(seed: int, judge: Smtpd) -> Chaos:
    """Article → inbox, article → permalink, and one confirmation; what the engine did to it."""
    engine, now = Chaos(seed), clock.now()
    with Website() as website, Receiver() as receiver:
        for n in range(ARTICLES):
            website.publish(f"Pier {n}")
        rows.source(url=website.feed_url, baseline_at=None, take_newest=ARTICLES, next_check=now)
        newsletter = rows.newsletter(since=now - timedelta(days=9000))
        people = [rows.subscriber(f"r{n}@example.org", to=newsletter.list) for n in range(READERS)]
        asked = rows.subscriber("asked@example.org")
        rows.subscription(
            asked, newsletter.list, status=Subscription.Status.PENDING, confirm_due=now
        )
        rows.account("webhook", credentials={"url": receiver.url, "secret": SECRET},
                     since=now - timedelta(days=9000))  # fmt: skip
        storm(engine, storm(engine, now) + timedelta(minutes=2))  # and what was put off
        assert len(receiver.published()) == ARTICLES
    expected = {person.email: ARTICLES for person in people} | {asked.email: 1}
    assert Counter(judge.recipients) == expected
    return engine


def assert_all_is_done() -> None:
    """And it adds up."""
    for model, count in ((Edition, ARTICLES), (Delivery, ARTICLES * READERS), (Post, ARTICLES)):
        assert list(model.objects.values_list("status", flat=True)) == [Status.SENT] * count
    assert not Batch.objects.exclude(status=Status.SENT).exists()


def test_p12_everything_once_under_chaos(judge: Smtpd) -> None:
    engine = walk(1, judge)
    assert_all_is_done()
    assert engine.did["dropped"] and engine.did["doubled"]


def test_p12_with_a_reader_who_is_put_off(judge: Smtpd, configure: Callable[..., Any]) -> None:
    configure(mail={"retry_minutes": [1]})
    judge.answer("rcpt", 451, "4.7.1 greylisted", to=GREY, times=ARTICLES)
    walk(2, judge)
    assert_all_is_done()
    assert Delivery.objects.filter(attempts=2).count() == ARTICLES


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3, 23))
def test_p12_in_twenty_storms(judge: Smtpd, seed: int) -> None:
    walk(seed, judge)
    assert_all_is_done()
