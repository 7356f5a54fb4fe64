"""Short-lived tokens in the account's own row, renewed by one worker at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from syndicate.lib import clock, secrets
from syndicate.lib.errors import NotSent

if TYPE_CHECKING:
    from syndicate.social.models import Account

# How long one worker may renew a token before another takes it for dead.
RENEWING = timedelta(seconds=60)
_LOOK_AGAIN = 0.05  # seconds


class AccountSession:
    """Keeps a channel's short-lived tokens in the account's own row."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def read(self) -> dict[str, str]:
        """Afresh from the database: another worker may have renewed them."""
        if self._account.pk:
            self._account.refresh_from_db(fields=["session"])
        return secrets.unseal(self._account.session)

    def write(self, values: dict[str, str], expires: datetime | None = None) -> None:
        """Seal and store, these columns only."""
        self._account.session = secrets.seal(values)
        self._account.expires_at = expires or self._account.expires_at
        if self._account.pk:
            self._account.save(update_fields=["session", "expires_at"])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By a lease in the row: one hand of one process on one machine."""
        held = self._hold()
        try:
            yield
        finally:
            if held:
                self._mine(held).update(renewing_until=None)

    def _hold(self) -> datetime | None:
        """The lease taken; None for an account that is in no row yet."""
        if not self._account.pk:
            return None
        patience = clock.monotonic() + RENEWING.total_seconds()
        while True:
            now = clock.now()
            free = Q(renewing_until=None) | Q(renewing_until__lte=now)
            mine = now + RENEWING
            if self._row().filter(free).update(renewing_until=mine):
                return mine
            if clock.monotonic() > patience:
                raise NotSent(
                    f"{self._account}: another worker has been renewing its token for a minute.",
                    permanent=False,
                    hint="It goes on by itself.",
                )
            time.sleep(_LOOK_AGAIN)

    def _mine(self, held: datetime) -> QuerySet[Account]:
        """The row, unless a successor holds it by now."""
        return self._row().filter(renewing_until=held)

    def _row(self) -> QuerySet[Account]:
        return type(self._account)._default_manager.filter(pk=self._account.pk)
