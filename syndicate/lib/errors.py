"""Every error this program raises on purpose.

::

    SyndicateError            what happened, and what to do about it
    ├── ConfigError           the operator must change something; never retried
    ├── Locked                another process is at the same work; wait for it
    ├── BadInput              what came from outside is unusable (a feed, a CSV row, a form)
    └── NotSent               a mail or a post did not go; says whether that is for ever
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class SyndicateError(Exception):
    """*message* names the thing; *hint* says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(SyndicateError):
    """The configuration is wrong. *id* is stable (``C012``) and listed in docs/errors.md."""

    def __init__(self, id: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.id = id


class BadInput(SyndicateError):
    """Something from outside cannot be used; nothing was changed by it."""


class Locked(SyndicateError):
    """Another process is at the same work, and did not end in time."""


class Scope(StrEnum):
    """What a failure stands for."""

    ITEM = "item"  # this one mail or post
    LANE = "lane"  # the whole transport or account: a wrong password, no credit


class NotSent(SyndicateError):
    """A mail or a post did not go out.

    *permanent*: trying again cannot help. *retry_after*: the other side asked to wait this long.
    *scope*: LANE pauses the transport or account and spends no try of the item.
    *unknown*: it may have gone out after all; never retried blindly.
    *auth*: the credentials were refused, a person must renew them.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        hint: str = "",
        retry_after: timedelta | None = None,
        scope: Scope = Scope.ITEM,
        unknown: bool = False,
        auth: bool = False,
    ) -> None:
        super().__init__(message, hint)
        self.permanent = permanent
        self.retry_after = retry_after
        self.scope = scope
        self.unknown = unknown
        self.auth = auth
