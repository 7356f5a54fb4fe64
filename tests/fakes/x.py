"""X's API on 127.0.0.1, as far as we use it, held to X's OpenAPI document.

with FakeX() as x:
    x.url, x.credentials
    x.posts                 what stands there, oldest first
    x.media                 pictures by id: [bytes, alt]
    x.credit = 0            it asks to be paid (402)
    x.spent                 thousandths of a dollar
    x.premium = False       the account may change nothing
    x.refuses_duplicates    as X does for a while; False: it has forgotten
    x.before, x.after       called when a post arrives, and when it stands
    x.complaints            what X's document has against the requests it got
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.x_document import Document
from tests.fakes.x_tweets import Tweet, shown

USER_ID = "1849"
CREDENTIALS = {
    "consumer_key": "a-key",
    "consumer_secret": "a-key-secret",
    "access_token": f"{USER_ID}-a-token",
    "access_token_secret": "a-token-secret",
}
Answer = tuple[int, dict[str, Any]]
_LINK = re.compile(r"https?://|\b[\w-]+\.(?:org|com|net)\b")


class FakeX:
    """Starts on entering, ends on leaving."""

    def __init__(self) -> None:
        self.credentials = dict(CREDENTIALS)
        self.posts: list[Tweet] = []
        self.versions: dict[str, Tweet] = {}  # of what stands there, by id
        self.media: dict[str, list[Any]] = {}
        self.requests: list[tuple[str, str, Any]] = []  # method, path, JSON body
        self.complaints: list[str] = []
        self.credit = 1000
        self.spent = 0
        self.premium = True
        self.refuses_duplicates = True
        self.now = datetime.now(UTC)
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None
        self._document = Document.there()
        self._ids = itertools.count(1_800_000_000_000_000_001)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FakeX:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def published(self) -> list[str]:
        """The texts, oldest first, as they were sent."""
        return [tweet.sent for tweet in self.posts]

    def answer(self, method: str, path: str, body: Any, authorization: str) -> Answer:
        """What X says."""
        self.requests.append((method, path, body))
        if not self._signed(authorization):
            return 401, _problem("Unauthorized", 401, "Unauthorized")
        wrong = self._document.complaints(method, path, body) if self._document else []
        if wrong:
            self.complaints += [f"{method} {path}: {one}" for one in wrong]
            return 400, _problem("Invalid Request", 400, "; ".join(wrong))
        return self._routed(method, urlsplit(path).path, parse_qs(urlsplit(path).query), body)

    def _routed(self, method: str, at: str, query: dict[str, list[str]], body: Any) -> Answer:
        match method, at.strip("/").split("/")[1:]:
            case "POST", ["tweets"]:
                self.before()
                return self._create(body)
            case "GET", ["tweets"]:
                return self._some(query["ids"][0].split(","))
            case "DELETE", ["tweets", id]:
                return self._delete(id)
            case "POST", ["media", "upload"]:
                return self._upload(body)
            case "POST", ["media", "metadata"]:
                return self._describe(body)
            case "GET", ["users", "me"]:
                return 200, {"data": {"id": USER_ID, "name": "Review", "username": "review"}}
            case "GET", ["users", _, "tweets"]:
                return 200, self._timeline(query)
        return 404, _problem("Not Found", 404, "There is nothing here.")

    def _create(self, body: dict[str, Any]) -> Answer:
        if self.credit <= 0:
            return 402, _problem("CreditsDepleted", 402, "Your account has no credits.")
        before = body.get("edit_options", {}).get("previous_post_id")
        if before and (refused := self._fixed(before)):
            return refused
        if self.refuses_duplicates and body["text"] in self.published():
            return 403, _problem(
                "Forbidden", 403,
                "You are not allowed to create a Tweet with duplicate content.",
            )  # fmt: skip
        media = body.get("media", {}).get("media_ids", [])
        if unknown := set(media) - set(self.media):
            return 400, _problem("Invalid Request", 400, f"Your media IDs are invalid: {unknown}")
        tweet = self._tweet(body, media, before)
        self.credit -= 1
        self.spent += 200 if _LINK.search(body["text"]) else 15
        self.after()
        return 201, {"data": {"id": tweet.id, "text": shown(tweet.sent, tweet.id, media)[0]}}

    def _tweet(self, body: dict[str, Any], media: list[str], before: str | None) -> Tweet:
        after = body.get("reply", {}).get("in_reply_to_tweet_id", "")
        tweet = Tweet(str(next(self._ids)), body["text"], self.now, media, after)
        self.versions[tweet.id] = tweet
        if before is None:
            tweet.history = [tweet.id]
            self.posts.append(tweet)
            return tweet
        old = self.versions[before]
        tweet.at, tweet.after, tweet.history = old.at, old.after, old.history
        tweet.history.append(tweet.id)
        self.posts[self.posts.index(old)] = tweet
        return tweet

    def _fixed(self, id: str) -> Answer | None:
        """Why the post cannot be changed."""
        found = [one for one in self.posts if one.id == id]
        if not found:
            return 400, _problem("Invalid Request", 400, "The post to edit is not the latest one.")
        if not self.premium or not found[0].editable(self.now):
            return 403, _problem("Forbidden", 403, "You are not permitted to edit this Post.")
        return None

    def _delete(self, id: str) -> Answer:
        if id not in self.versions:
            return 404, _problem("Not Found Error", 404, f"Could not find tweet with id: [{id}].")
        self.posts.remove(self.versions[self.versions[id].history[-1]])
        for version in self.versions[id].history:
            del self.versions[version]
        self.spent += 10
        return 200, {"data": {"deleted": True}}

    def _upload(self, body: dict[str, Any]) -> Answer:
        data = base64.b64decode(body["media"], validate=True)
        if len(data) > 5_000_000:
            return 400, _problem("Invalid Request", 400, "The media is too large.")
        id = str(next(self._ids))
        self.media[id] = [data, ""]
        return 200, {"data": {"id": id, "media_key": f"3_{id}", "size": len(data)}}

    def _describe(self, body: dict[str, Any]) -> Answer:
        self.media[body["id"]][1] = body["metadata"]["alt_text"]["text"]
        self.spent += 5
        return 200, {"data": {"id": body["id"]}}

    def _some(self, ids: list[str]) -> Answer:
        found = [self.versions[id].shown() for id in ids if id in self.versions]
        self.spent += len(found)
        gone = [
            {"title": "Not Found Error", "resource_id": id, "detail": "Could not find it."}
            for id in ids
            if id not in self.versions
        ]
        return 200, ({"data": found} if found else {}) | ({"errors": gone} if gone else {})

    def _timeline(self, query: dict[str, list[str]]) -> dict[str, Any]:
        start = datetime.fromisoformat(query["start_time"][0])
        found = [tweet for tweet in reversed(self.posts) if tweet.at >= start]
        self.spent += len(found)
        told = [tweet.shown() for tweet in found]
        return {"data": told, "meta": {"result_count": len(found)}}

    def _signed(self, authorization: str) -> bool:
        return f'oauth_token="{self.credentials["access_token"]}"' in authorization

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def any(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = json.loads(raw) if raw else None
                authorization = self.headers.get("Authorization", "")
                status, told = fake.answer(self.command, self.path, body, authorization)
                answer = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_DELETE = any

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


def _problem(title: str, status: int, detail: str) -> dict[str, Any]:
    return {"title": title, "type": "about:blank", "status": status, "detail": detail}
