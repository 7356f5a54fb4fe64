"""How an editor arranges a source."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.sources.editorial import arrange
from syndicate.sources.models import Article
from tests import rows
from tests.conftest import NOON
from tests.fakes.website import Website
from tests.sources.looking import HOUR, look, states

pytestmark = pytest.mark.django_db


def test_all_of_it_is_set() -> None:
    source = rows.source()
    filters = {"tags": [" harbour ", ""], "not_words": []}
    arrange(source, NOON, name="The  Harbour", interval=2 * HOUR, since=NOON, filters=filters)
    arrange(source, NOON, max_age_days=3, max_new=0, credentials={"secret": "s"})
    assert (source.name, source.interval, source.since) == ("The Harbour", 2 * HOUR, NOON)
    assert (source.max_age_days, source.max_new, source.settle_minutes) == (3, 0, None)
    assert (source.filters, source.credentials) == ({"tags": ["harbour"]}, {"secret": "s"})
    arrange(source, NOON, credentials={}, interval=None)
    assert (source.sealed, source.interval) == ("", None)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "  ", "needs a name"),
        ("interval", timedelta(seconds=59), "once a minute"),
        ("interval", timedelta(days=8), "once a week"),
        ("max_age_days", -1, "no max age days"),
        ("max_new", 10**9, "no max new"),
        ("filters", {"colours": ["red"]}, "no filter by colours"),
        ("credentials", {"colour": "x"}, "no colour"),
        ("credentials", {"password": "x"}, "needs a username"),
        ("credentials", {"header X-Key": "a\r\nb"}, "cannot be sent"),
        ("kind", "page", "has no kind"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_set(field: str, value: Any, said: str) -> None:
    source = rows.source()
    with pytest.raises(BadInput, match=said):
        arrange(source, NOON, settle_minutes=7, **{field: value})
    source.refresh_from_db()
    assert source.settle_minutes is None


def test_a_new_address_keeps_the_articles_and_sends_none_of_them_again() -> None:
    with clock.frozen(NOON), Website() as old, Website() as new:
        source = look(rows.source(url=old.feed_url, baseline_at=None), NOON)
        for site in (old, new):
            site.publish("A new pier", date=NOON)
        look(source, NOON + HOUR)
        new.publish("An older one", date=NOON - HOUR)
        arrange(source, NOON + HOUR, url=new.url)
        assert (source.url.startswith(new.url), source.etag) == (True, "")
        look(source, NOON + 2 * HOUR)
    assert states() == {"A new pier": "new", "An older one": "held"}
    assert Article.objects.count() == 2


def test_an_address_that_is_watched_already_is_refused() -> None:
    with Website() as site:
        site.publish("A new pier")
        rows.source(url=site.feed_url)
        source = rows.source()
        with pytest.raises(BadInput, match="watched already"):
            arrange(source, NOON, url=site.feed_url)
