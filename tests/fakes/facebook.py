"""Facebook's Graph API on 127.0.0.1, as far as a page's posts need it.

with FakeFacebook() as facebook:
    facebook.url, facebook.token    what an account needs
    facebook.posts                  what stands on the page, oldest first
    facebook.refuses_duplicates     #506, as Facebook does for a while
    facebook.refuses_pictures       1366046
    facebook.has_insights           False: a page too small for them
    facebook.noticed = {id}         the posts that readers reacted to; None: all
    facebook.ignores_since          its feed tells older posts too
    facebook.usage                  what X-Business-Use-Case-Usage says, in per cent and minutes
    facebook.error = (400, {…})     the next answer
"""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

from tests.fakes.loopback import Asked, Loopback, Told

PAGE = "1029384756"
APP = {"client_id": "app-7", "client_secret": "an-app-secret"}
# What https://developers.facebook.com/docs/graph-api/reference/page/feed lets us send.
_FEED = {"message", "link", "attached_media", "published", "fields"}
_PHOTO = {"published", "alt_text_custom", "caption", "temporary"}


class FakeFacebook(Loopback):
    """Starts on entering, ends on leaving."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "EAAB-a-page-token"
        self.code = "a-code-from-the-dialog"
        self.pages = [{"id": PAGE, "name": "The Harbour Review", "access_token": self.token}]
        self.posts: list[dict[str, Any]] = []
        self.photos: dict[str, dict[str, Any]] = {}
        self.counts = {"likes": 5, "comments": 2, "shares": 1, "views": 300, "clicks": 40}
        self.noticed: set[str] | None = None
        self.refuses_duplicates = True
        self.refuses_pictures = False
        self.has_insights = True
        self.ignores_since = False
        self.may_debug = True
        self.renew_by = 0  # data_access_expires_at
        self.usage = (0, 0)
        self.error: tuple[int, dict[str, Any]] | None = None
        self.now = datetime.now(UTC)
        self._ids = itertools.count(700)

    def published(self) -> list[str]:
        """The texts, oldest first."""
        return [post["message"] for post in self.posts]

    def answer(self, asked: Asked) -> Told:
        """What Facebook says, with how much of our share is used."""
        told = self._answer(asked)
        share, minutes = self.usage
        usage = {"type": "pages", "call_count": share, "total_cputime": 1, "total_time": 1}
        usage["estimated_time_to_regain_access"] = minutes
        told.headers["X-Business-Use-Case-Usage"] = json.dumps({PAGE: [usage]})
        return told

    def _answer(self, asked: Asked) -> Told:
        _, version, *rest = asked.path.split("/")
        if not version.startswith("v"):
            return _error(404, 2500, "Unknown path components")
        if self.error:
            status, error = self.error
            self.error = None
            return Told(status, {"error": error})
        match asked.method, rest:
            case "GET", ["oauth", "access_token"]:
                return self._exchange(asked.fields)
            case "GET", ["me", "accounts"]:
                return self._accounts(asked.fields)
        if asked.token != self.token:
            # Facebook repeats what it cannot read.
            return _error(400, 190, f"Malformed access token {asked.token}")
        match asked.method, rest:
            case "GET", ["debug_token"]:
                return self._debug()
            case "GET", [id] if id == PAGE:
                return Told(body={"id": PAGE, "name": "The Harbour Review"})
            case "POST", [page, "feed"] if page == PAGE:
                return self._feed(asked)
            case "GET", [page, "feed"] if page == PAGE:
                return self._list(asked.query)
            case "POST", [page, "photos"] if page == PAGE:
                return self._photo(asked)
            case method, [id]:
                return self._post(method, id, asked)
        return _error(400, 2500, "Unknown path components")

    def _feed(self, asked: Asked) -> Told:
        given = asked.fields
        if strange := set(given) - _FEED:
            return _error(400, 100, f"(#100) The parameter {min(strange)} is not known")
        attached = [one["media_fbid"] for one in json.loads(given.get("attached_media", "[]"))]
        if (attached and "link" in given) or any(id not in self.photos for id in attached):
            return _error(400, 100, "(#100) Invalid parameter")
        if self.refuses_duplicates and given.get("message") in self.published():
            return _error(400, 506, "(#506) Duplicate status message", 1455006)
        id = f"{PAGE}_{next(self._ids)}"
        post = {"id": id, "message": given.get("message", ""), "link": given.get("link", "")}
        self.posts.append(post | {"photos": attached, "at": self.now})
        told = {"id": id}
        if "permalink_url" in given.get("fields", ""):
            told["permalink_url"] = _address(id)
        return Told(body=told)

    def _list(self, query: dict[str, str]) -> Told:
        since = 0 if self.ignores_since else int(query["since"])
        found = [one for one in reversed(self.posts) if one["at"].timestamp() >= since]
        return Told(body={"data": [_shown(one) for one in found[: int(query["limit"])]]})

    def _photo(self, asked: Asked) -> Told:
        kind, data = asked.files.get("source", ("", b""))
        if self.refuses_pictures or kind not in {"image/jpeg", "image/png"} or not data:
            return _error(400, 324, "Missing or invalid image file", 1366046)
        if set(asked.fields) - _PHOTO or asked.fields.get("published") != "false":
            return _error(400, 100, "(#100) Invalid parameter")
        id = f"photo-{next(self._ids)}"
        self.photos[id] = {"data": data, "alt": asked.fields.get("alt_text_custom", "")}
        return Told(body={"id": id})

    def _post(self, method: str, id: str, asked: Asked) -> Told:
        post = next((one for one in self.posts if one["id"] == id), None)
        if post is None:
            what = f"Unsupported {method.lower()} request. Object with ID '{id}' does not exist"
            return _error(400, 100, what, 33)
        if method == "DELETE":
            self.posts.remove(post)
            return Told(body={"success": True})
        if method == "POST":
            post["message"] = asked.fields["message"]
            return Told(body={"success": True})
        return self._counts(post, asked.query["fields"])

    def _counts(self, post: dict[str, Any], fields: str) -> Told:
        told: dict[str, Any] = {"id": post["id"]}
        ignored = self.noticed is not None and post["id"] not in self.noticed
        counts = dict.fromkeys(self.counts, 0) if ignored else self.counts
        for name, count in (("reactions", "likes"), ("comments", "comments")):
            if f"{name}.summary(total_count)" in fields:
                told[name] = {"data": [], "summary": {"total_count": counts[count]}}
        if "shares" in fields and counts["shares"]:
            told["shares"] = {"count": counts["shares"]}
        if "insights" in fields:
            if not self.has_insights:
                return _error(400, 100, "(#100) The value must be a valid insights metric")
            names = (("post_media_view", "views"), ("post_clicks", "clicks"))
            told["insights"] = {"data": [
                {"name": name, "period": "lifetime", "values": [{"value": counts[of]}]}
                for name, of in names
            ]}  # fmt: skip
        return Told(body=told)

    def _debug(self) -> Told:
        if not self.may_debug:
            return _error(400, 100, "(#100) You must provide an app access token")
        data = {"is_valid": True, "expires_at": 0, "data_access_expires_at": self.renew_by}
        return Told(body={"data": data})

    def _exchange(self, given: dict[str, str]) -> Told:
        if any(given.get(name) != value for name, value in APP.items()):
            return _error(400, 101, "Error validating client secret")
        if given.get("code") == self.code and given.get("redirect_uri"):
            return Told(body={"access_token": "a-short-token", "expires_in": 3600})
        long = given.get("grant_type") == "fb_exchange_token"
        if long and given.get("fb_exchange_token") == "a-short-token":
            return Told(body={"access_token": "a-long-token", "token_type": "bearer"})
        return _error(400, 100, "This authorization code has been used")

    def _accounts(self, given: dict[str, str]) -> Told:
        """Two pages of a list, where there are that many."""
        if given.get("access_token") != "a-long-token":
            return _error(400, 190, "Error validating access token")
        at = int(given.get("after", "0"))
        told: dict[str, Any] = {"data": self.pages[at : at + 1]}
        if at + 1 < len(self.pages):
            told["paging"] = {"cursors": {"after": str(at + 1)}, "next": f"{self.url}/next"}
        return Told(body=told)


def _error(status: int, code: int, message: str, subcode: int = 0) -> Told:
    error: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return Told(status, {"error": error | {"fbtrace_id": "A1b2C3"}})


def _shown(post: dict[str, Any]) -> dict[str, Any]:
    made = post["at"].strftime("%Y-%m-%dT%H:%M:%S+0000")
    shown = {name: post[name] for name in ("id", "message")}
    return shown | {"created_time": made, "permalink_url": _address(post["id"])}


def _address(id: str) -> str:
    return f"https://www.facebook.com/review/posts/{id.partition('_')[2]}"
