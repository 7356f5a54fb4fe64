"""Tokens that run out, renewed by one hand at a time, whatever the platform.

::

    authorised(send) ─→ the token kept with the account, renewed if it is about to end ─→ send
                        └─ it has run out over there ─→ renew, once ─→ send
    renew ─→ alone (one worker of one process of one machine) ─→ read again: was another quicker?
                └─ no ─→ the platform ─→ written

A refresh token is mostly good for one use, and its successor stands in the answer alone. A worker
that is killed after the answer and before it is written leaves the account with a refresh token
that was used. Some platforms take it once more; where one does not, a person must connect the
account again. Posts wait for that; none is lost.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import requests

from syndicate.lib import clock
from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels import oauth2
from syndicate.social.channels.base import Session
from syndicate.social.channels.oauth2 import Server
from syndicate.social.channels.refusal import RECONNECT

log = logging.getLogger(__name__)

# So long before its end a token is renewed: a request that begins with it shall end with it.
AHEAD = timedelta(minutes=2)


class Renewed(ABC):
    """The tokens of one account, kept in *kept*: ``access`` and what else a leaf needs."""

    def __init__(self, kept: Session) -> None:
        self._kept = kept

    @abstractmethod
    def _fresh(self, kept: Mapping[str, str]) -> dict[str, str]:
        """New tokens in place of *kept*, which may be empty. Raises NotSent."""

    @abstractmethod
    def _is_stale(self, answer: requests.Response) -> bool:
        """Whether *answer* says that the token has run out, and nothing was done."""

    def tokens(self) -> dict[str, str]:
        """Those in force. Raises NotSent."""
        return self._kept.read() or self.renew()

    def authorised(self, send: Callable[[str], requests.Response]) -> requests.Response:
        """``send(token)``; once more with a fresh one where it has run out. Raises NotSent."""
        token = self.tokens()["access"]
        answer = send(token)
        if self._is_stale(answer):
            answer = send(self.renew(instead_of=token)["access"])
        return answer

    def renew(self, *, instead_of: str = "", at_once: bool = False) -> dict[str, str]:
        """Fresh tokens, unless another worker renewed *instead_of* meanwhile. Raises NotSent.

        *at_once*: not by those we have, but by what stands in the credentials.
        """
        with self._kept.alone():
            kept = self._kept.read()
            if kept and not at_once and kept["access"] != instead_of:
                return kept
            try:
                fresh = self._fresh({} if at_once else kept)
            except NotSent as error:
                error.unknown = False  # whatever became of the token, no post went with it
                raise
            self._kept.write(fresh)
            return self._kept.read()


def is_refused(answer: requests.Response) -> bool:
    """As most platforms say that a token has run out."""
    return answer.status_code == 401


class Token(Renewed):
    """OAuth 2.0: an access token, when it ends, and what it is renewed with (see oauth2)."""

    def __init__(
        self,
        server: Server,
        kept: Session,
        is_stale: Callable[[requests.Response], bool] = is_refused,
    ) -> None:
        super().__init__(kept)
        self._server, self._stale = server, is_stale

    def tokens(self) -> dict[str, str]:
        """Those in force, renewed if they are about to end. Raises NotSent."""
        kept, now = self._kept.read(), clock.now()
        ends = _moment(kept.get("expires", ""))
        if kept and (ends is None or now < ends - AHEAD or not kept.get("refresh")):
            return kept
        try:
            return self.renew(instead_of=kept.get("access", ""))
        except NotSent as error:
            if error.auth or ends is None or ends <= now:
                raise
            # It is good for a moment yet, and the next request tries again.
            log.warning("a token could not be renewed ahead of time: %s", error.message)
            return kept

    def _fresh(self, kept: Mapping[str, str]) -> dict[str, str]:
        if not kept.get("refresh"):
            lacks = "has run out" if kept else "was never given"
            raise NotSent(
                f"The permission for this account on {self._server.label} {lacks}.",
                permanent=True, auth=True, scope=Scope.LANE, hint=RECONNECT,
            )  # fmt: skip
        fresh = oauth2.renewed(self._server, kept["refresh"])
        # What the answer leaves out stays as it was, the refresh token above all.
        return {**kept, "expires": "", **{name: value for name, value in fresh.items() if value}}

    def _is_stale(self, answer: requests.Response) -> bool:
        return self._stale(answer)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
