"""LinkedIn's API on 127.0.0.1, as far as posts need it.

with FakeLinkedIn() as linkedin:
    linkedin.url, linkedin.token
    linkedin.posts                  what stands there, oldest first
    linkedin.versions               those it answers to
    linkedin.refuses_duplicates     422, as LinkedIn does
    linkedin.lets_read = False      a token that may post and nothing else
    linkedin.left = 0               the day's share is used up
    linkedin.refuses_pictures       what is uploaded cannot be used
    linkedin.storage                where pictures are brought; its own address at first
    linkedin.noticed = {urn}        the posts that readers reacted to; None: all

As LinkedIn does, it cuts a text off at the first sign that should have been escaped.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import regex

from tests.fakes.loopback import Asked, Loopback, Told

ORGANIZATION = "urn:li:organization:2414183"
PERSON = "urn:li:person:abc-1"
APP = {"client_id": "app-5", "client_secret": "a-linkedin-secret"}
_RESERVED = r"\|{}@[]()<>#*_~"
_TEMPLATE = regex.compile(r"\{hashtag\|\\#\|((?:\\.|[\w])+)\}")
_ARTICLE = {"source", "title", "description", "thumbnail"}
_POST = {
    "author", "commentary", "visibility", "distribution", "lifecycleState", "content",
    "isReshareDisabledByAuthor",
}  # fmt: skip


class FakeLinkedIn(Loopback):
    """Starts on entering, ends on leaving."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "AQX-a-token"
        self.code = "a-code-from-linkedin"
        self.versions = {"202605", "202609"}
        self.posts: list[dict[str, Any]] = []
        self.images: dict[str, dict[str, Any]] = {}
        self.refuses_duplicates = True
        self.refuses_pictures = False
        self.lets_read = True
        self.storage = self.url
        self.noticed: set[str] | None = None
        self.left = 1000
        self.slow = 1  # looks until a picture is AVAILABLE
        self.now = datetime.now(UTC)
        self._ids = itertools.count(7_100_000_000_000_000_000)

    def published(self) -> list[str]:
        """What readers see, oldest first."""
        return [shown(post["commentary"]) for post in self.posts]

    def answer(self, asked: Asked) -> Told:
        """What LinkedIn says."""
        if asked.path == "/oauth/v2/accessToken":
            return self._exchange(asked.fields)
        if asked.path.startswith("/upload/"):
            return self._put(asked)
        if asked.token != self.token:
            return _error(401, "EXPIRED_ACCESS_TOKEN", "The token has expired", 65602)
        if self.left <= 0:
            return _error(429, "TOO_MANY_REQUESTS", "Resource level throttle DAY limit is reached")
        self.left -= 1
        if asked.path == "/v2/userinfo":
            return Told(body={"sub": "abc-1", "name": "Ada Example"})
        if asked.headers.get("X-Restli-Protocol-Version") != "2.0.0":
            return _error(400, "ILLEGAL_ARGUMENT", "Rest.li protocol version is missing")
        version = asked.headers.get("LinkedIn-Version", "")
        if version not in self.versions:
            return _error(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
        return self._rest(asked)

    def _rest(self, asked: Asked) -> Told:
        act = asked.headers.get("X-RestLi-Method", "")
        parts = [unquote(part) for part in asked.path.removeprefix("/rest/").split("/")]
        match asked.method, parts:
            case "POST", ["images"] if asked.query.get("action") == "initializeUpload":
                return self._upload(asked.json)
            case "GET", ["images", urn]:
                return self._image(urn)
            case "POST", ["posts"]:
                return self._create(asked.json)
            case "GET", ["posts"] if act == "FINDER" and asked.query.get("q") == "author":
                return self._list(asked.query)
            case "GET", ["organizations", number] if ORGANIZATION.endswith(f":{number}"):
                return Told(body={"id": int(number), "localizedName": "The Harbour Review"})
            case "GET", ["organizationalEntityShareStatistics"]:
                return self._statistics(asked.query)
            case method, ["posts", urn]:
                return self._post(method, urn, act, asked)
        return _error(404, "RESOURCE_NOT_FOUND", "No virtual resource found")

    def _create(self, given: dict[str, Any]) -> Told:
        if set(given) - _POST or given["author"] not in {ORGANIZATION, PERSON}:
            return _error(
                403, "ACCESS_DENIED", "Data Processing Exception while processing /author"
            )
        if len(given["commentary"]) > 3000 or not self._fit(given.get("content") or {}):
            return _error(422, "INVALID_CONTENT", "The content is not valid")
        for post in self.posts:
            if self.refuses_duplicates and post["commentary"] == given["commentary"]:
                urn = post["id"]
                return _error(422, "DUPLICATE_POST", f"Content is a duplicate of {urn}")
        urn = f"urn:li:share:{next(self._ids)}"
        made = {"id": urn, "publishedAt": int(self.now.timestamp() * 1000)}
        self.posts.append(given | made)
        return Told(201, headers={"x-restli-id": urn})

    def _fit(self, content: dict[str, Any]) -> bool:
        article = content.get("article", {})
        thumb = article.get("thumbnail")
        single = [content["media"]] if "media" in content else []
        several = content.get("multiImage", {}).get("images", [])
        urns = [one["id"] for one in [*single, *several]] + ([thumb] if thumb else [])
        ready = all(self.images.get(urn, {}).get("status") == "AVAILABLE" for urn in urns)
        whole = not article or {"source", "title"} <= set(article) <= _ARTICLE
        return ready and whole and len(several) != 1

    def _list(self, query: dict[str, str]) -> Told:
        if not self.lets_read:
            return _error(403, "ACCESS_DENIED", "Not enough permissions to access: FINDER-author")
        found = [post for post in reversed(self.posts) if post["author"] == query["author"]]
        return Told(body={"elements": found[: int(query["count"])], "paging": {}})

    def _post(self, method: str, urn: str, act: str, asked: Asked) -> Told:
        post = next((one for one in self.posts if one["id"] == urn), None)
        if method == "DELETE":  # documented as idempotent
            self.posts = [one for one in self.posts if one is not post]
            return Told(204)
        if method == "GET" and not self.lets_read:
            return _error(403, "ACCESS_DENIED", "Not enough permissions to access: GET-posts")
        if post is None:
            return _error(404, "NOT_FOUND", f"{urn} was not found")
        if method == "GET":
            return Told(body=post)
        if act != "PARTIAL_UPDATE":
            return _error(400, "ILLEGAL_ARGUMENT", "No such method")
        post |= asked.json["patch"]["$set"]
        return Told(204)

    def _upload(self, given: dict[str, Any]) -> Told:
        urn = f"urn:li:image:C{next(self._ids)}"
        owner = given["initializeUploadRequest"]["owner"]
        self.images[urn] = {"id": urn, "owner": owner, "status": "WAITING_UPLOAD", "data": b""}
        value = {"image": urn, "uploadUrl": f"{self.storage}/upload/{urn}", "uploadUrlExpiresAt": 0}
        return Told(body={"value": value})

    def _put(self, asked: Asked) -> Told:
        if asked.token:
            return Told(400)  # the storage behind it stumbles over a token
        image = self.images[asked.path.removeprefix("/upload/")]
        image |= {"data": asked.body, "status": "PROCESSING", "looks": self.slow}
        return Told(201)

    def _image(self, urn: str) -> Told:
        image = self.images[urn]
        if image["status"] == "PROCESSING":
            image["looks"] -= 1
            if image["looks"] < 0:
                image["status"] = "PROCESSING_FAILED" if self.refuses_pictures else "AVAILABLE"
        return Told(body={"id": urn, "status": image["status"], "owner": image["owner"]})

    def _statistics(self, query: dict[str, str]) -> Told:
        asked = query.get("shares", "List()").removeprefix("List(").removesuffix(")").split(",")
        rows = [
            {"share": post["id"], "totalShareStatistics": self._counts(post["id"])}
            for post in self.posts if post["id"] in asked
        ]  # fmt: skip
        return Told(body={"elements": rows})

    def _counts(self, urn: str) -> dict[str, int]:
        counts = {"likeCount": 4, "shareCount": 1, "commentCount": 2, "impressionCount": 50}
        counts["clickCount"] = 9
        ignored = self.noticed is not None and urn not in self.noticed
        return dict.fromkeys(counts, 0) if ignored else counts

    def _exchange(self, given: dict[str, str]) -> Told:
        known = all(given.get(name) == value for name, value in APP.items())
        if not known or given.get("code") != self.code or not given.get("redirect_uri"):
            body = {"error": "invalid_request", "error_description": "the code is not valid"}
            return Told(400, body)
        return Told(body={"access_token": self.token, "expires_in": 5184000, "scope": "openid"})


def shown(commentary: str) -> str:
    """What readers see of “little text”: nothing from the first loose sign on."""
    found, at = "", 0
    while at < len(commentary):
        char = commentary[at]
        if template := _TEMPLATE.match(commentary, at):
            found += "#" + template[1].replace("\\", "")
            at = template.end()
        elif char == "\\":
            found += commentary[at + 1 : at + 2]
            at += 2
        elif char in _RESERVED:
            break
        else:
            found += char
            at += 1
    return found


def _error(status: int, code: str, message: str, service: int = 0) -> Told:
    body: dict[str, Any] = {"message": message, "code": code, "status": status}
    return Told(status, body | ({"serviceErrorCode": service} if service else {}))
