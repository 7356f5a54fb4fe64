"""A platform on which everything is possible, for tests of what goes on around the leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from syndicate.social.channels import CHANNELS
from syndicate.social.models import Account
from tests import rows
from tests.social.puppet import ABLE, Able


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Able]]:
    """Registered, and with nothing on it."""
    monkeypatch.setitem(CHANNELS, "able", ABLE)
    for kept in (Able.there, Able.asked, Able.fails, Able.received, Able.sent):
        kept.clear()
    monkeypatch.setattr(Able, "after", staticmethod(lambda: None))
    yield Able


@pytest.fixture
def account(db: None, able: type[Able], now: datetime) -> Account:
    """An account there that posts by itself."""
    return rows.account("able")


def habits(account: Account, **customs: Any) -> Account:
    """*account* with other customs."""
    account.customs = account.customs | customs
    account.save()
    return Account.objects.get(pk=account.pk)
