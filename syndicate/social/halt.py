"""An account stops, and says why: until a moment, or until a person acts."""

from __future__ import annotations

from syndicate.lib.errors import BadInput, ConfigError, NotSent, Scope
from syndicate.social.models import Account
from syndicate.social.outcome import Pause


def pause(account: Account, how: Pause, error: NotSent) -> None:
    """Stop an account, and say why."""
    Account.objects.filter(pk=account.pk).update(
        health=how.health, paused_until=how.until, error=error.message, hint=error.hint
    )


def unusable(error: BadInput | ConfigError) -> NotSent:
    """What is stored with an account cannot be used: it waits for a person."""
    return NotSent(error.message, permanent=True, auth=True, scope=Scope.LANE, hint=error.hint)
