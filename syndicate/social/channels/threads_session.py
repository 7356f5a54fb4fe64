"""What a Threads account keeps between calls: its token, and containers on their way.

A token holds sixty days and renews itself when it is a day old; one that has ended cannot
(https://developers.facebook.com/docs/threads/get-started/long-lived-tokens). A container is a post
that nobody sees yet; its id is written down before it is published, so that after a crash its own
status tells what became of it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from syndicate.lib import clock, http
from syndicate.lib.errors import NotSent
from syndicate.social.channels import consent
from syndicate.social.channels.base import Session
from syndicate.social.channels.graph import refused
from syndicate.social.channels.refusal import read

log = logging.getLogger(__name__)

LABEL = "Threads"
# Threads itself does not renew a token that is younger.
YOUNGEST = timedelta(days=1)
# A token whose end we know is renewed so often: much may fail in between.
RENEW_EVERY = timedelta(days=7)
# After one that failed.
AGAIN = timedelta(hours=1)
# Threads forgets a container after a day; an outcome may be asked for later than that.
KEEP = timedelta(days=7)
_CONTAINER = "container "


class ThreadsSession:
    """Of one account, kept in *kept*; *given* is the token it was connected with."""

    def __init__(self, api: str, given: str, kept: Session) -> None:
        self._api = api.rstrip("/")
        self._given = given
        self._kept = kept

    def token(self) -> str:
        """One that is good, renewed where it is time. Only a refused call says that it is not."""
        now = clock.now()
        mine = self._mine(self._kept.read())
        if not _due(mine, now):
            return mine.get("token", self._given)
        with self._kept.alone():
            kept = self._kept.read()
            mine = self._mine(kept)
            if _due(mine, now):  # or another worker was quicker
                mine = self._renewed(mine, now)
                self._kept.write(_containers(kept) | mine, _moment(mine, "until"))
            return mine.get("token", self._given)

    def until(self) -> datetime | None:
        """When the token ends, as far as Threads said."""
        return _moment(self._mine(self._kept.read()), "until")

    def container(self, key: str) -> tuple[str, str]:
        """The container begun for *key*, and the mark of what is in it; empty without one."""
        id, _, rest = self._kept.read().get(_CONTAINER + key, "").partition(" ")
        return id, rest.partition(" ")[0]

    def keep(self, key: str, id: str, mark: str) -> None:
        """Write it down; those of long ago are dropped."""
        now = clock.now()
        with self._kept.alone():
            kept = {
                name: text for name, text in self._kept.read().items() if _young(name, text, now)
            }
            kept[_CONTAINER + key] = f"{id} {mark} {now.isoformat()}"
            self._kept.write(kept)

    def forget(self, key: str) -> None:
        """There will be no post from it."""
        with self._kept.alone():
            kept = dict(self._kept.read())
            if kept.pop(_CONTAINER + key, None):
                self._kept.write(kept)

    def _mine(self, kept: Mapping[str, str]) -> dict[str, str]:
        """What is kept of the token, unless the account was given another one since."""
        if kept.get("of") == mark(self._given):
            return {name: kept[name] for name in ("token", "of", "since", "until", "tried")
                    if name in kept}  # fmt: skip
        return {}

    def _renewed(self, mine: dict[str, str], now: datetime) -> dict[str, str]:
        """With a fresh token, or the one there is: a refresh that fails takes nothing away."""
        tried = {"tried": now.isoformat()}
        if not mine:  # a token of which we know nothing: it may be younger than a day
            return {"token": self._given, **begun(self._given, now)} | tried
        query = {"grant_type": "th_refresh_token", "access_token": mine["token"]}
        try:
            answer = http.call("GET", f"{self._api}/refresh_access_token?{urlencode(query)}")
            if not 200 <= answer.status_code < 300:
                raise refused(LABEL, answer, now, (mine["token"],))
            return mine | tried | fresh(self._given, read(LABEL, answer), now)
        except NotSent as error:
            log.warning("the Threads token was not renewed: %s", error.message)
            return mine | tried


def begun(given: str, now: datetime) -> dict[str, str]:
    """What is kept of a token that was just *given*."""
    return {"of": mark(given), "since": now.isoformat()}


def fresh(given: str, answer: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """What is kept of the token in *answer*; nothing where it holds none."""
    if not answer.get("access_token"):
        return {}
    ends = consent.ends(answer, now)
    found = {"token": str(answer["access_token"]), **begun(given, now)}
    return found | ({"until": ends.isoformat()} if ends else {})


def mark(*texts: str) -> str:
    """Short, the same for the same *texts*, and telling nothing of them."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _due(mine: Mapping[str, str], now: datetime) -> bool:
    if not mine:
        return True
    since, tried, until = (_moment(mine, name) for name in ("since", "tried", "until"))
    if since is None or (tried and now - tried < AGAIN) or (until and until <= now):
        return since is None
    return now - since >= (RENEW_EVERY if until else YOUNGEST)


def _moment(kept: Mapping[str, str], name: str) -> datetime | None:
    return datetime.fromisoformat(kept[name]) if name in kept else None


def _containers(kept: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in kept.items() if name.startswith(_CONTAINER)}


def _young(name: str, text: str, now: datetime) -> bool:
    if not name.startswith(_CONTAINER):
        return True
    return now - datetime.fromisoformat(text.rpartition(" ")[2]) < KEEP
