"""Asking LinkedIn: its headers, its version, its refusals, and pictures on their way up.

| answer | means |
|---|---|
| 401 (65600 to 65604) | the token is over or was taken back: a person must renew it |
| 403 | the token may not do that |
| 422 DUPLICATE_POST | this text stands there: its URN is in the answer |
| 426 NONEXISTENT_VERSION | LinkedIn-Version is too old: an option of the account |
| 429 | the day's share is used up, until midnight UTC |
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import regex
import requests

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.lib.http import retry_after
from syndicate.social.channels.linkedin_login import LABEL
from syndicate.social.channels.message import Image
from syndicate.social.channels.refusal import read, refusal, words
from syndicate.social.channels.wait import until

log = logging.getLogger(__name__)

# LinkedIn answers to a version for a year at least, and soon after no more.
OLD_AFTER = 10  # months
VERSION_HINT = "Put a newer one (YYYYMM) into the account's option “API version” (version)"
_VERSION = regex.compile(r"20\d\d(?:0[1-9]|1[0-2])")
_URN = regex.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
READY_WITHIN = 25  # seconds


class LinkedInError(NotSent):
    """A refusal; *duplicate_of* is the URN of the post that says the same, *status* HTTP's."""

    duplicate_of = ""
    status = 0


class Api:
    """LinkedIn as *token* sees it; *noted* is shown every answer."""

    def __init__(self, base: str, version: str, token: str, noted: Any) -> None:
        self._base = base.rstrip("/")
        self._version = version
        self._token = token
        self._noted = noted

    def call(
        self, method: str, path: str, json: object = None, *, act: str = ""
    ) -> requests.Response:
        """A good answer; *act* is what Rest.li is to make of a POST or GET. Raises
        LinkedInError, NotSent."""
        if not _VERSION.fullmatch(self._version):
            raise BadInput(f"{LABEL}: “{self._version}” is no version.", f"{VERSION_HINT}.")
        headers = {
            "Authorization": f"Bearer {self._token}",
            "LinkedIn-Version": self._version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        if act:
            headers["X-RestLi-Method"] = act
        answer = http.call(method, f"{self._base}/{path}", json=json, headers=headers)
        if not 200 <= self._noted(answer).status_code < 300:
            raise refused(answer, self._version, clock.now())
        return answer

    def read(self, path: str, act: str = "") -> dict[str, Any]:
        """What stands at *path*."""
        return read(LABEL, self.call("GET", path, act=act))

    def upload(self, author: str, pictures: Sequence[Image]) -> list[tuple[str, Image]]:
        """The URNs of those that LinkedIn took; one that is refused must not cost the post."""
        found = []
        for picture in pictures:
            try:
                found.append((self._upload(author, picture), picture))
            except NotSent as error:
                if error.scope is Scope.LANE or not error.permanent:
                    raise
                log.info("the post goes without a picture: %s", error.message)
        return found

    def _upload(self, author: str, picture: Image) -> str:
        asked = {"initializeUploadRequest": {"owner": author}}
        begun = read(LABEL, self.call("POST", "rest/images?action=initializeUpload", asked))
        about = begun.get("value") or {}
        if not about.get("uploadUrl") or not about.get("image"):
            raise NotSent(f"{LABEL} takes no picture.", permanent=True)
        # The address itself lets us in; it is on a host of its own, which must not see our token.
        sent = http.call("PUT", about["uploadUrl"], data=picture.data,
                         headers={"Content-Type": picture.kind})  # fmt: skip
        if not 200 <= sent.status_code < 300:
            # What is about the storage, not about the picture, passes: it is brought again then.
            passes = sent.status_code >= 500 or sent.status_code in {408, 425, 429}
            raise NotSent(f"{LABEL} refuses a picture ({sent.status_code}).", permanent=not passes)
        urn = str(about["image"])
        if until(lambda: self._ready(urn), READY_WITHIN) != "AVAILABLE":
            raise NotSent(f"{LABEL} could not use a picture.", permanent=True)
        return urn

    def _ready(self, urn: str) -> str | None:
        status = str(self.read(f"rest/images/{quoted(urn)}").get("status", ""))
        return None if status in {"WAITING_UPLOAD", "PROCESSING"} else status


def quoted(urn: str) -> str:
    """*urn* as a part of an address."""
    return quote(urn, safe="")


def refused(answer: requests.Response, version: str, now: datetime) -> LinkedInError:
    """The error for *answer* (not 2xx)."""
    error = _refused(answer, version, now)
    made = LinkedInError(
        error.message, permanent=error.permanent, hint=error.hint, scope=error.scope,
        retry_after=error.retry_after, unknown=error.unknown, auth=error.auth,
    )  # fmt: skip
    made.status = answer.status_code
    made.duplicate_of = _duplicate(answer)
    return made


def _refused(answer: requests.Response, version: str, now: datetime) -> NotSent:
    said = words(answer, "message", "code")
    error = refusal(LABEL, answer, said, now)
    if answer.status_code == 426:
        return NotSent(
            f"{LABEL} answers to version {version} no more (426).",
            permanent=True, scope=Scope.LANE, hint=f"{VERSION_HINT}, then resume the account.",
        )  # fmt: skip
    if answer.status_code == 429 and retry_after(answer.headers, now) is None:
        error.retry_after = midnight(now) - now
    if answer.status_code == 403:
        error.hint = "The token may not do that: connect again, and let us post as this author."
    return error


def _duplicate(answer: requests.Response) -> str:
    """The URN in “Content is a duplicate of urn:li:share:…”."""
    found = _URN.search(answer.text) if answer.status_code in {409, 422} else None
    return found[0] if found and "duplicate" in answer.text.lower() else ""


def midnight(now: datetime) -> datetime:
    """The next one, UTC: then LinkedIn counts anew."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def remark(version: str, now: datetime) -> str:
    """What the owner should know of *version*; empty while it is young enough."""
    if not _VERSION.fullmatch(version):
        return ""
    age = (now.year - int(version[:4])) * 12 + now.month - int(version[4:])
    if age < OLD_AFTER:
        return ""
    return (
        f"LinkedIn-Version {version} is {age} months old, and LinkedIn answers to a version for "
        f"about twelve. {VERSION_HINT}."
    )


def numbers(statistics: Mapping[str, Any], *names: str) -> list[int | None]:
    """Of LinkedIn's counts, those of *names*."""
    found = [statistics.get(name) for name in names]
    return [value if isinstance(value, int) else None for value in found]
