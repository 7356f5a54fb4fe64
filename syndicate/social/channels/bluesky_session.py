"""Signing in to Bluesky: an access token for two hours, a refresh token that is used once.

Signing in with the password is limited to 300 a day, so the tokens are kept and renewed.
"""

from __future__ import annotations

from collections.abc import Mapping

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.base import Session
from syndicate.social.channels.refusal import read, refusal, words
from syndicate.social.channels.session import TIMEOUT
from syndicate.social.channels.token import Renewed

LABEL = "Bluesky"
# The tokens' own errors come as 400 (https://docs.bsky.app/docs/api/com-atproto-server-refresh-session).
_STALE = frozenset({"ExpiredToken", "InvalidToken"})


class BlueskySession(Renewed):
    """The tokens of one account, kept in *kept*."""

    def __init__(self, server: str, handle: str, password: str, kept: Session) -> None:
        super().__init__(kept)
        self.server = server
        self._login = {"identifier": handle.removeprefix("@"), "password": password}

    @property
    def did(self) -> str:
        """The account's lasting name."""
        return self.tokens()["did"]

    @property
    def handle(self) -> str:
        """The account's name in addresses."""
        return self.tokens()["handle"]

    def _fresh(self, kept: Mapping[str, str]) -> dict[str, str]:
        """By the refresh token, else by the password."""
        return (self._refreshed(kept["refresh"]) if kept else None) or self._signed_in()

    def _is_stale(self, answer: requests.Response) -> bool:
        return answer.status_code in {400, 401} and words(answer, "error") in _STALE

    def _refreshed(self, refresh: str) -> dict[str, str] | None:
        answer = http.call(
            "POST", self._url("refreshSession"), timeout=TIMEOUT,
            headers={"Authorization": f"Bearer {refresh}"},
        )  # fmt: skip
        # It has run out too, or was taken back: the password decides.
        return None if answer.status_code in {400, 401} else self._read(answer)

    def _signed_in(self) -> dict[str, str]:
        answer = http.call("POST", self._url("createSession"), json=self._login, timeout=TIMEOUT)
        if answer.status_code in {400, 401, 403}:
            said = words(answer, "message", "error")
            raise NotSent(
                f"{LABEL} does not let {self._login['identifier']} in: {said}.",
                permanent=True, auth=True, scope=Scope.LANE,
                hint="Make a new app password there and connect the account with it.",
            )  # fmt: skip
        return self._read(answer)

    def _read(self, answer: requests.Response) -> dict[str, str]:
        if not 200 <= answer.status_code < 300:
            raise refusal(LABEL, answer, words(answer, "message", "error"), clock.now())
        found = read(LABEL, answer)
        return {
            "access": found["accessJwt"],
            "refresh": found["refreshJwt"],
            "did": found["did"],
            "handle": found["handle"],
        }

    def _url(self, name: str) -> str:
        return f"{self.server}/xrpc/com.atproto.server.{name}"
