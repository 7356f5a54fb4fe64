"""Short-lived tokens in the account's own row, renewed by one worker at a time."""

from __future__ import annotations

import logging
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

log = logging.getLogger(__name__)

# How long one worker may renew a token before another takes it for dead.
RENEWING = timedelta(seconds=60)
_LOOK_AGAIN = 0.05  # seconds
# For a request that renews one. lib.http ends it after four times as many at the latest, and no
# renewal makes more than two: a second worker must not use a refresh token while the first waits.
TIMEOUT = 7  # seconds


class AccountSession:
    """Keeps a channel's short-lived tokens in the account's own row."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._held: datetime | None = None  # our lease, while we are alone

    def read(self) -> dict[str, str]:
        """Afresh from the database: another worker may have renewed them."""
        if self._account.pk:
            self._account.refresh_from_db(fields=["session"])
        return secrets.unseal(self._account.session)

    def write(self, values: dict[str, str], expires: datetime | None = None) -> None:
        """Seal and store, these columns only; what a successor wrote meanwhile stands.

        A worker may be frozen past its lease while it renews a token. If another has renewed it
        since, ours is the older one.
        """
        seen, row = self._account.session, self._row()
        self._account.session = secrets.seal(values)
        self._account.expires_at = expires or self._account.expires_at
        if not self._account.pk:
            return
        if self._held is not None:
            row = row.filter(Q(renewing_until=self._held) | Q(session=seen))
        stored = {"session": self._account.session, "expires_at": self._account.expires_at}
        if not row.update(**stored):
            log.warning("%s: another worker has renewed its token meanwhile", self._account)
            self._account.refresh_from_db(fields=[*stored])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By a lease in the row: one hand of one process on one machine."""
        self._held = self._hold()
        try:
            yield
        finally:
            if self._held:
                self._row().filter(renewing_until=self._held).update(renewing_until=None)
            self._held = None

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

    def _row(self) -> QuerySet[Account]:
        return type(self._account)._default_manager.filter(pk=self._account.pk)
