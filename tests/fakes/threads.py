"""Threads' API on 127.0.0.1: containers that nobody sees, and posts that are made of them.

with FakeThreads() as threads:
    threads.url, threads.token
    threads.posts               what stands there, oldest first
    threads.slow = 2            so many times a container is IN_PROGRESS
    threads.unfetchable         addresses of pictures that it cannot get
    threads.lose_next()         the next container is not found when it is published
    threads.lists = False       the list of posts lags behind
    threads.refuses_after       the next post is published, and refused all the same
    threads.used                posts in these 24 hours
    threads.noticed = {id}      the posts that readers reacted to; None: all
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import regex

from tests.fakes.loopback import Asked, Loopback, Told

APP = {"client_id": "app-9", "client_secret": "a-threads-secret"}
QUOTA = 250
_KINDS = {"TEXT", "IMAGE", "CAROUSEL"}
_FIELDS = {
    "media_type", "text", "image_url", "alt_text", "link_attachment", "topic_tag", "reply_to_id",
    "is_carousel_item", "children",
}  # fmt: skip
_LINK = regex.compile(r"https?://\S+")
_EMOJI = regex.compile(r"\p{Emoji_Presentation}")


class FakeThreads(Loopback):
    """Starts on entering, ends on leaving."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "THAA-a-long-token"
        self.code = "a-code-from-the-window"
        self.renewals = 0
        self.containers: dict[str, dict[str, Any]] = {}
        self.posts: list[dict[str, Any]] = []
        self.unfetchable: set[str] = set()
        self.slow = 0
        self.lists = True
        self.refuses_after = False
        self.used = 0
        self.insights = {"views": 90, "likes": 7, "replies": 3, "reposts": 2, "quotes": 1}
        self.noticed: set[str] | None = None
        self.now = datetime.now(UTC)
        self._lost = False
        self._ids = itertools.count(18_000)

    def published(self) -> list[str]:
        """The texts, oldest first."""
        return [post["text"] for post in self.posts]

    def pictures(self, post: dict[str, Any]) -> list[dict[str, str]]:
        """What was given with each of *post*'s, in their order."""
        given = post["given"]
        children = [id for id in given.get("children", "").split(",") if id]
        found = [self.containers[id]["given"] for id in children] or [given]
        return [one for one in found if "image_url" in one]

    def lose_next(self) -> None:
        """As happens to a fresh container now and then."""
        self._lost = True

    def answer(self, asked: Asked) -> Told:
        """What Threads says."""
        match asked.method, asked.path:
            case "POST", "/oauth/access_token":
                return self._short(asked.fields)
            case "GET", "/access_token":
                return self._long(asked.fields)
            case "GET", "/refresh_access_token":
                return self._refresh(asked.fields)
        if asked.token != self.token:
            what = f"Error validating access token {asked.token}: Session has expired"
            return _error(400, 190, what, 463)
        match asked.method, asked.path.removeprefix("/v1.0/").split("/"):
            case "GET", ["me"]:
                return Told(body={"id": "2460", "username": "review"})
            case "POST", ["me", "threads"]:
                return self._create(asked.fields)
            case "POST", ["me", "threads_publish"]:
                return self._publish(asked.fields)
            case "GET", ["me", "threads"]:
                return self._list(asked.query, replies=False)
            case "GET", ["me", "replies"]:
                return self._list(asked.query, replies=True)
            case "GET", ["me", "threads_publishing_limit"]:
                config = {"quota_total": QUOTA, "quota_duration": 86400}
                quota = {"quota_usage": self.used, "config": config}
                quota |= {"reply_quota_usage": 0, "reply_config": config | {"quota_total": 1000}}
                return Told(body={"data": [quota]})
            case "GET", [id] if id in self.containers:
                return self._status(self.containers[id])
            case method, [id, *rest]:
                return self._post(method, id, rest)
        return _error(400, 2500, "Unknown path components")

    def _create(self, given: dict[str, str]) -> Told:
        if set(given) - _FIELDS or given.get("media_type") not in _KINDS:
            return _error(400, 100, "Invalid parameter")
        text = given.get("text", "")
        links = {*_LINK.findall(text), *filter(None, [given.get("link_attachment")])}
        if len(links) > 5:
            return _error(400, 100, "THREADS_API__LINK_LIMIT_EXCEEDED")
        if _length(text) > 500:
            return _error(400, 100, "Param text must be at most 500 characters long.")
        if given["media_type"] != "TEXT" and "link_attachment" in given:
            return _error(400, 100, "Links are for posts of text only")
        children = [id for id in given.get("children", "").split(",") if id]
        if any(id not in self.containers for id in children):
            return _error(400, 24, "The requested resource does not exist", 4279009)
        id = str(next(self._ids))
        broken = given.get("image_url") in self.unfetchable
        self.containers[id] = {
            "id": id, "given": given, "left": self.slow, "at": self.now, "post": "",
            "status": "ERROR" if broken else "FINISHED",
        }  # fmt: skip
        return Told(body={"id": id})

    def _publish(self, given: dict[str, str]) -> Told:
        container = self.containers.get(given.get("creation_id", ""))
        if self._lost or container is None or container["given"].get("is_carousel_item"):
            self._lost = False
            return _error(400, 24, "The requested resource does not exist", 4279009)
        if container["post"] or container["left"] > 0 or container["status"] != "FINISHED":
            return _error(400, 100, "The media is not ready to be published")
        id = str(next(self._ids))
        given = container["given"]
        post = {"id": id, "text": given.get("text", ""), "at": self.now, "given": given}
        self.posts.append(post)
        container["post"] = id
        self.used += 1
        if self.refuses_after:
            self.refuses_after = False
            return _error(403, 10, "Application does not have permission for this action")
        return Told(body={"id": id})

    def _status(self, container: dict[str, Any]) -> Told:
        status, why = container["status"], ""
        if container["post"]:
            status = "PUBLISHED"
        elif self.now - container["at"] > timedelta(hours=24):
            status = "EXPIRED"
        elif container["left"] > 0:
            container["left"] -= 1
            status = "IN_PROGRESS"
        elif status == "ERROR":
            why = "FAILED_DOWNLOADING_IMAGE"
        told = {"id": container["id"], "status": status}
        return Told(body=told | ({"error_message": why} if why else {}))

    def _list(self, query: dict[str, str], *, replies: bool) -> Told:
        found = [
            post for post in reversed(self.posts)
            if bool(post["given"].get("reply_to_id")) is replies
            and post["at"].timestamp() >= int(query["since"])
        ]  # fmt: skip
        return Told(body={"data": [_shown(post) for post in found] if self.lists else []})

    def _post(self, method: str, id: str, rest: list[str]) -> Told:
        post = next((one for one in self.posts if one["id"] == id), None)
        if post is None:
            return _error(400, 24, "The requested resource does not exist", 4279009)
        if method == "DELETE":
            self.posts.remove(post)
            return Told(body={"success": True, "deleted_id": id})
        if rest == ["insights"]:
            ignored = self.noticed is not None and id not in self.noticed
            counts = dict.fromkeys(self.insights, 0) if ignored else self.insights
            rows = [{"name": name, "period": "lifetime", "values": [{"value": value}]}
                    for name, value in counts.items()]  # fmt: skip
            return Told(body={"data": rows})
        return Told(body=_shown(post))

    def _short(self, given: dict[str, str]) -> Told:
        known = all(given.get(name) == value for name, value in APP.items())
        if not known or given.get("code") != self.code or not given.get("redirect_uri"):
            return _error(400, 100, "Invalid verification code format")
        return Told(body={"access_token": "a-short-token", "user_id": 2460})

    def _long(self, given: dict[str, str]) -> Told:
        asked = (given.get("grant_type"), given.get("client_secret"), given.get("access_token"))
        if asked != ("th_exchange_token", APP["client_secret"], "a-short-token"):
            return _error(400, 100, "Invalid request")
        return Told(body=self._sixty_days())

    def _refresh(self, given: dict[str, str]) -> Told:
        if given.get("grant_type") != "th_refresh_token" or given["access_token"] != self.token:
            return _error(400, 190, "Error validating access token: Session has expired", 463)
        self.renewals += 1
        self.token = f"THAA-a-long-token-{self.renewals}"
        return Told(body=self._sixty_days())

    def _sixty_days(self) -> dict[str, Any]:
        return {"access_token": self.token, "token_type": "bearer", "expires_in": 60 * 86400}


def _error(status: int, code: int, message: str, subcode: int = 0) -> Told:
    error: dict[str, Any] = {"message": message, "type": "THApiException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return Told(status, {"error": error | {"is_transient": False, "fbtrace_id": "A1b2C3"}})


def _shown(post: dict[str, Any]) -> dict[str, Any]:
    made = post["at"].strftime("%Y-%m-%dT%H:%M:%S+0000")
    address = f"https://www.threads.net/@review/post/{post['id']}"
    return {"id": post["id"], "text": post["text"], "timestamp": made, "permalink": address}


def _length(text: str) -> int:
    return sum(len(c.encode()) if _EMOJI.match(c) else 1 for c in text)
