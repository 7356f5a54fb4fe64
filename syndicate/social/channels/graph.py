"""Meta's Graph API, as Facebook and Threads have it: one way of asking, one way of refusing.

| code | means |
|---|---|
| 190, 102 | our token: a person must renew it |
| 10, 200–299 | a permission is missing; of one post only where it is about that post |
| 4, 17, 32, 613, 80000–80014 | later; as long as X-Business-Use-Case-Usage says |
| 368, 2207051 | blocked for a while |
| 4279013 | restricted: its owner must see to it there |
| 1, 2, is_transient, 5xx | it may stand there: look before another try |
| 100 with 33, 24 | it is not there |

(https://developers.facebook.com/docs/graph-api/guides/error-handling)
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.http import retry_after
from syndicate.social.channels import refusal
from syndicate.social.channels.base import Channel
from syndicate.social.channels.refusal import PATIENCE, RECONNECT, read, unreadable

_TOKEN = frozenset({102, 190})
_WAIT = frozenset({4, 17, 32, 613, *range(80000, 80015)})
_BLOCKED = frozenset({368, 2207051})
_RESTRICTED = frozenset({4279013})
# Of a block's kinds, those that are about what the post says.
_CONTENT = frozenset({1346003, 1404102})
_TRANSIENT = frozenset({1, 2})
_GONE = frozenset({(100, 33), (24, 4279009)})
BLOCKED_FOR = timedelta(hours=1)
# Usage is counted over a rolling hour.
_WINDOW = timedelta(hours=1)
_USAGE = ("call_count", "total_cputime", "total_time")
_SHOWN = 300


@dataclass(frozen=True)
class Trouble:
    """What an answer says is wrong; numbers are 0 where it names none."""

    code: int = 0
    subcode: int = 0
    said: str = ""
    transient: bool = False

    @property
    def codes(self) -> set[int]:
        """Both numbers: what one API puts in one, another puts in the other."""
        return {self.code, self.subcode}

    @property
    def gone(self) -> bool:
        """Whether it says that there is no such thing (or none that we may see)."""
        return (self.code, self.subcode) in _GONE


class GraphError(NotSent):
    """A refusal, with what Meta said of it."""

    trouble = Trouble()


class GraphChannel(Channel):
    """What is asked of one of Meta's hosts, with a token that stands in no address."""

    @property
    @abstractmethod
    def _base(self) -> str:
        """The host and the API's version."""

    @property
    @abstractmethod
    def _token(self) -> str:
        """What lets us in."""

    def noted(self, answer: requests.Response) -> requests.Response:
        """*answer*, after how much of our share is used has been kept."""
        self.full_until = used_up(answer.headers, clock.now()) or self.full_until
        return super().noted(answer)

    def _ask(
        self, method: str, path: str, fields: Mapping[str, str] | None = None,
        files: Any = None, *, mine: bool = True,
    ) -> dict[str, Any]:  # fmt: skip
        """The JSON object of a good answer. *mine*: a missing permission is the account's trouble,
        else only this post's. Raises GraphError, NotSent."""
        secret = self._token
        url = f"{self._base}/{path}"
        headers = {"Authorization": f"Bearer {secret}"}
        if method == "POST":
            answer = http.call(method, url, data=dict(fields or {}), files=files, headers=headers)
        else:
            query = f"?{urlencode(fields)}" if fields else ""
            answer = http.call(method, url + query, headers=headers)
        if not 200 <= self.noted(answer).status_code < 300:
            raise refused(self.label, answer, clock.now(), (secret,), mine=mine)
        return read(self.label, answer)

    def _gone(self, remote_id: str) -> bool:
        """Whether there is no such post: Meta says the same of one that we may not touch."""
        try:
            self._ask("GET", remote_id, {"fields": "id"}, mine=False)
        except GraphError as error:
            if error.trouble.gone:
                return True
            raise
        return False


def trouble(answer: requests.Response, secrets: tuple[str, ...] = ()) -> Trouble:
    """What *answer* says is wrong, on one line; Meta repeats a token it cannot read."""
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        return Trouble()
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return Trouble()
    said = " ".join(str(error.get("error_user_msg") or error.get("message") or "").split())
    for secret in filter(None, secrets):
        said = said.replace(secret, "…")
    return Trouble(
        code=_number(error.get("code")),
        subcode=_number(error.get("error_subcode")),
        said=said.rstrip(".")[:_SHOWN],
        transient=error.get("is_transient") is True,
    )


def refused(
    who: str, answer: requests.Response, now: datetime, secrets: tuple[str, ...] = (),
    *, mine: bool = True,
) -> GraphError:  # fmt: skip
    """The error for *answer* (not 2xx) of *who*."""
    about = trouble(answer, secrets)
    error = _refused(who, answer, about, now, mine)
    made = GraphError(
        error.message, permanent=error.permanent, hint=error.hint, scope=error.scope,
        retry_after=error.retry_after, unknown=error.unknown, auth=error.auth,
    )  # fmt: skip
    made.trouble = about
    return made


def _refused(
    who: str, answer: requests.Response, about: Trouble, now: datetime, mine: bool
) -> NotSent:
    reason = f": {about.said}" if about.said else ""
    named = f"({about.code})" if about.code else f"({answer.status_code})"
    if about.codes & _WAIT:
        return _later(f"{who} asks us to wait {named}{reason}.", _wait(answer, now))
    if answer.status_code >= 500 or about.code in _TRANSIENT or about.transient:
        return unreadable(who, f"has trouble of its own ({answer.status_code}){reason}")
    if about.codes & _TOKEN:
        return NotSent(
            f"{who} refuses our token {named}{reason}.",
            permanent=True, auth=True, scope=Scope.LANE, hint=RECONNECT,
        )  # fmt: skip
    if mine and (about.code == 10 or 200 <= about.code <= 299):
        return NotSent(
            f"{who} says that a permission is missing {named}{reason}.",
            permanent=True, auth=True, scope=Scope.LANE,
            hint="Connect the account again and leave all permissions ticked.",
        )  # fmt: skip
    if about.codes & _BLOCKED and not about.codes & _CONTENT:
        return _later(f"{who} blocks the account for a while {named}{reason}.", BLOCKED_FOR)
    if about.codes & _RESTRICTED:
        return NotSent(
            f"{who} has restricted the account {named}{reason}.",
            permanent=True, scope=Scope.LANE, hint="See to it there, then resume the account.",
        )  # fmt: skip
    return refusal.refusal(who, answer, about.said, now)


def _later(message: str, wait: timedelta) -> NotSent:
    return NotSent(
        message, permanent=False, scope=Scope.LANE, retry_after=wait, hint="It goes on by itself."
    )


def _wait(answer: requests.Response, now: datetime) -> timedelta:
    until = used_up(answer.headers, now)
    return (until - now if until else None) or retry_after(answer.headers, now) or PATIENCE


def used_up(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when nothing more may be asked, where *headers* say that our share is used up.

    Shares are per cent; the page's own tells how many minutes it takes to regain access.
    """
    rows = [_json(headers.get("X-App-Usage", ""))]
    for lines in _json(headers.get("X-Business-Use-Case-Usage", "")).values():
        rows += [line for line in lines if isinstance(line, dict)] if type(lines) is list else []
    minutes = max((_number(row.get("estimated_time_to_regain_access")) for row in rows), default=0)
    if minutes > 0:
        return now + timedelta(minutes=min(minutes, 60 * 24))
    full = any(_number(row.get(name)) >= 100 for row in rows for name in _USAGE)
    return now + _WINDOW if full else None


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
