"""The addresses in a mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syndicate.audience import links
from syndicate.lib import tokens
from syndicate.lib.errors import BadInput
from tests import rows


def test_addresses_begin_with_the_site_and_fit_a_header() -> None:
    for url in (links.one_click_url(9_000_000), links.unsubscribe_url(9_000_000)):
        assert url.startswith("https://news.harbour.example.org/")
        assert len(url) < 70


def test_all_for_one_purpose_begin_alike() -> None:
    token = links.unsubscribe_url(12).removeprefix(links.start(links.UNSUBSCRIBE))
    assert tokens.read(links.UNSUBSCRIBE, token) == (12,)


def test_a_base_address_may_end_with_a_slash(configure: Callable[..., Any]) -> None:
    configure(site={"base_url": "https://example.org/news/"})
    assert links.confirm_url(1).startswith("https://example.org/news/confirm/")


def test_no_two_purposes_share_a_token() -> None:
    urls = [links.one_click_url(1), links.unsubscribe_url(1), links.confirm_url(1)]
    assert len({url.rpartition("/")[2] for url in urls}) == 3


@pytest.mark.django_db
def test_a_token_names_its_row_while_there_is_one() -> None:
    row = rows.subscription(rows.subscriber(), rows.mailing_list())
    token = links.unsubscribe_url(row.pk).rpartition("/")[2]
    assert links.subscription(links.UNSUBSCRIBE, token) == row
    row.delete()
    with pytest.raises(BadInput, match="nowhere"):
        links.subscription(links.UNSUBSCRIBE, token)


@pytest.mark.django_db
def test_preferences_belong_to_a_person() -> None:
    anna = rows.subscriber()
    token = links.preferences_url(anna.pk).rpartition("/")[2]
    assert links.subscriber(token) == anna
    anna.delete()
    with pytest.raises(BadInput):
        links.subscriber(token)
