"""Signing in to Bluesky: an access token for two hours, a refresh token that is used once.

Signing in with the password is limited to 300 a day, so the tokens are kept and renewed.
"""

from __future__ import annotations

from collections.abc import Callable

import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent, Scope
from syndicate.social.channels.base import Session
from syndicate.social.channels.refusal import read, refusal, words

LABEL = "Bluesky"
# The tokens' own errors come as 400 (https://docs.bsky.app/docs/api/com-atproto-server-refresh-session).
_STALE = frozenset({"ExpiredToken", "InvalidToken"})


class BlueskySession:
    """The tokens of one account, kept in *kept*."""

    def __init__(self, server: str, handle: str, password: str, kept: Session) -> None:
        self.server = server
        self._login = {"identifier": handle.removeprefix("@"), "password": password}
        self._kept = kept

    @property
    def did(self) -> str:
        """The account's lasting name."""
        return self._tokens()["did"]

    @property
    def handle(self) -> str:
        """The account's name in addresses."""
        return self._tokens()["handle"]

    def authorised(self, send: Callable[[str], requests.Response]) -> requests.Response:
        """``send(token)``; once more with a fresh one where it has run out. Raises NotSent."""
        token = self._tokens()["access"]
        answer = send(token)
        if _is_stale(answer):
            answer = send(self.renew(instead_of=token)["access"])
        return answer

    def renew(self, *, instead_of: str = "", at_once: bool = False) -> dict[str, str]:
        """Fresh tokens: by the refresh token, else, or *at_once*, by the password."""
        with self._kept.alone():
            kept = self._kept.read()
            if kept and not at_once and kept["access"] != instead_of:
                return kept  # another thread was quicker
            fresh = None if at_once or not kept else self._refreshed(kept["refresh"])
            fresh = fresh or self._signed_in()
            self._kept.write(fresh)
            return fresh

    def _tokens(self) -> dict[str, str]:
        return self._kept.read() or self.renew()

    def _refreshed(self, refresh: str) -> dict[str, str] | None:
        answer = http.call(
            "POST", self._url("refreshSession"), headers={"Authorization": f"Bearer {refresh}"}
        )
        # It has run out too, or was taken back: the password decides.
        return None if answer.status_code in {400, 401} else self._read(answer)

    def _signed_in(self) -> dict[str, str]:
        answer = http.call("POST", self._url("createSession"), json=self._login)
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


def _is_stale(answer: requests.Response) -> bool:
    return answer.status_code in {400, 401} and words(answer, "error") in _STALE
