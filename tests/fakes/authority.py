"""A platform that lets us in, on 127.0.0.1: OAuth 2.0 with PKCE, and OAuth 1.0a.

with Authority() as there:
    there.url                       its paths are X's and Mastodon's
    there.client, there.keys        an app of ours there: OAuth 2.0's, OAuth 1.0a's
    there.consent(url)              a person says yes at *url* → where they are sent
    there.consent(url, yes=False)
    there.lasts = 60                seconds that a token is good for; None: not said
    there.rotates = False           a refresh token is good for any number of times
    there.tells_refresh = False     a renewal's answer has no refresh token
    there.forget_access()           all access tokens have run out
    there.refreshed                 refresh tokens that were honoured, in order
    there.seen_as = line.url        its address, where one signs for another
    there.slow = 0.5                seconds before a token is told
    there.answering = …             called when tokens were renewed, before the answer goes
    there.behind = fake.answer      what answers all else: (method, path, body, authorization)
"""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature

Answer = tuple[int, dict[str, str], bytes]
USER = "1849"
CLIENT = ("our-client", "our-client-secret")
KEYS = ("our-key", "our-key-secret")
PAGE = """<!doctype html><html lang="en"><title>Let the app in?</title><h1>Let {name} in?</h1>
<p>It wants: {scope}</p><form method="post">
<button name="say" value="yes">Authorise app</button> <button name="say" value="no">Cancel</button>
</form></html>"""


class Authority:
    """Starts on entering, ends on leaving."""

    def __init__(self) -> None:
        self.client, self.keys = CLIENT, KEYS
        self.callbacks: set[str] = set()  # where a person may be sent; empty: anywhere
        self.lasts: int | None = 7200
        self.rotates = self.tells_refresh = self.has_pkce = True
        self.slow, self.seen_as = 0.0, ""
        self.answering: Callable[[], object] = lambda: None
        self.behind: Callable[[str, str, Any, str], tuple[int, dict[str, Any]]] | None = None
        self.refreshed: list[str] = []
        self.registered: list[dict[str, Any]] = []
        self.forms: list[tuple[str, dict[str, str], str]] = []  # path, form, Authorization
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self._codes: dict[str, dict[str, str]] = {}
        self._requests: dict[str, str] = {}  # OAuth 1.0a: a request token → where to send
        self._clients = dict([self.client])
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Authority:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def consent(self, url: str, *, yes: bool = True) -> str:
        """Where a person is sent who answers at *url*."""
        asked = dict(parse_qsl(urlsplit(url).query))
        if token := asked.get("oauth_token"):
            back = self._requests[token]
            said = {"oauth_token": token, "oauth_verifier": "a-verifier"}
            return f"{back}?{urlencode(said if yes else {'denied': token})}"
        back, state = asked["redirect_uri"], {"state": asked["state"]}
        if not yes:
            return f"{back}?{urlencode({'error': 'access_denied', **state})}"
        code = f"code-{next(self._numbers)}"
        self._codes[code] = asked
        return f"{back}?{urlencode({'code': code, **state})}"

    def grant(self) -> dict[str, str]:
        """Tokens as an account keeps them that was connected some time ago."""
        told = self._tokens(with_refresh=True)
        return {"access": told["access_token"], "refresh": told["refresh_token"], "expires": ""}

    def forget_access(self) -> None:
        """As two hours later."""
        self.access.clear()

    # What is asked.

    def answer(self, method: str, path: str, raw: bytes, headers: dict[str, str]) -> Answer:
        """By path."""
        at = urlsplit(path).path
        if at.endswith("/authorize"):
            return self._authorize(method, path, raw)
        if at.endswith(("/oauth2/token", "/oauth/token")):
            return self._token(at, raw, headers)
        if at.endswith(("/request_token", "/access_token")):
            return self._leg(at, headers)
        if at == "/api/v1/apps":
            return _json(200, self._register(json.loads(raw)))
        if at.startswith("/.well-known/oauth"):
            return _json(
                200, {"code_challenge_methods_supported": ["S256"]} if self.has_pkce else {}
            )
        return self._behind(method, path, raw, headers)

    def _authorize(self, method: str, path: str, raw: bytes) -> Answer:
        url = self.url + path
        if method == "POST":
            said = parse_qs(raw.decode())["say"] == ["yes"]
            return 303, {"Location": self.consent(url, yes=said)}, b""
        asked = dict(parse_qsl(urlsplit(path).query))
        shown = {"name": "the app", "scope": asked.get("scope", "to post")}
        page = PAGE.format(**{name: html.escape(text) for name, text in shown.items()})
        return 200, {"Content-Type": "text/html"}, page.encode()

    def _token(self, at: str, raw: bytes, headers: dict[str, str]) -> Answer:
        form = dict(parse_qsl(raw.decode()))
        self.forms.append((at, form, headers.get("Authorization", "")))
        if not self._known(form, headers.get("Authorization", "")):
            return _json(401, {"error": "invalid_client", "error_description": "Who are you?"})
        if form.get("grant_type") == "refresh_token":
            return self._renew(form["refresh_token"])
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return _json(400, {"error": "invalid_grant", "error_description": "No such code."})
        if "code_challenge" in asked and asked["code_challenge"] != _challenge(form):
            return _json(400, {"error": "invalid_grant", "error_description": "Wrong verifier."})
        return _json(200, self._tokens(with_refresh=self.lasts is not None))

    def _renew(self, given: str) -> Answer:
        time.sleep(self.slow)
        with self._lock:
            if given not in self.refresh:
                # In X's words.
                said = "Value passed for the token was invalid."
                return _json(400, {"error": "invalid_request", "error_description": said})
            self.refreshed.append(given)
            if self.rotates and self.tells_refresh:
                self.refresh.remove(given)
            told = self._tokens(with_refresh=self.tells_refresh)
        self.answering()
        return _json(200, told)

    def _tokens(self, *, with_refresh: bool) -> dict[str, Any]:
        number = next(self._numbers)
        told: dict[str, Any] = {"access_token": f"access-{number}", "token_type": "bearer"}
        self.access.add(told["access_token"])
        if with_refresh:
            told["refresh_token"] = f"refresh-{number}"
            self.refresh.add(told["refresh_token"])
        return told | ({"expires_in": self.lasts} if self.lasts is not None else {})

    def _known(self, form: dict[str, str], authorization: str) -> bool:
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
        else:
            name, secret = form.get("client_id", ""), form.get("client_secret", "")
        return self._clients.get(name) == secret

    def _register(self, asked: dict[str, Any]) -> dict[str, str]:
        self.registered.append(asked)
        name = f"client-{next(self._numbers)}"
        self._clients[name] = f"secret of {name}"
        return {"client_id": name, "client_secret": self._clients[name]}

    def _leg(self, at: str, headers: dict[str, str]) -> Answer:
        said = _signed(headers.get("Authorization", ""))
        resource = "a-request-secret" if at.endswith("access_token") else ""
        if not _is_signed((self.seen_as or self.url) + at, headers, self.keys, resource):
            return 401, {}, b"Could not authenticate you."
        if at.endswith("request_token"):
            if self.callbacks and said["oauth_callback"] not in self.callbacks:
                return 403, {}, b"Callback URL not approved for this client application."
            token = f"request-{next(self._numbers)}"
            self._requests[token] = said["oauth_callback"]
            told = {"oauth_token": token, "oauth_token_secret": "a-request-secret"}
            return 200, {}, urlencode(told | {"oauth_callback_confirmed": "true"}).encode()
        if said.get("oauth_verifier") != "a-verifier":
            return 401, {}, b"Invalid request token."
        told = {"oauth_token": f"{USER}-a-token", "oauth_token_secret": "a-token-secret"}
        return 200, {}, urlencode(told).encode()

    def _behind(self, method: str, path: str, raw: bytes, headers: dict[str, str]) -> Answer:
        """The platform's own interface: a bearer is let in as whoever signs is."""
        authorization = headers.get("Authorization", "")
        if authorization.startswith("Bearer ") and authorization[7:] in self.access:
            authorization = f'oauth_token="{USER}-a-token"'
        if self.behind is None:
            return _json(200 if "oauth_token" in authorization else 401, {"id": "7"})
        return _json(*self.behind(method, path, json.loads(raw) if raw else None, authorization))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        there = self

        class Handler(BaseHTTPRequestHandler):
            def any(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = dict(self.headers.items())
                status, told, body = there.answer(self.command, self.path, raw, headers)
                self.send_response(status)
                for name, value in told.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = any

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


def _json(status: int, told: object) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(told).encode()


def _challenge(form: dict[str, str]) -> str:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _signed(authorization: str) -> dict[str, str]:
    """What stands in an OAuth 1.0a header."""
    parts = authorization.removeprefix("OAuth ").split(", ")
    pairs = [part.partition("=") for part in parts if "=" in part]
    return {name: unquote(value.strip('"')) for name, _, value in pairs}


def _is_signed(url: str, headers: dict[str, str], keys: tuple[str, str], resource: str) -> bool:
    """Whether the HMAC-SHA1 of RFC 5849 is right."""
    said = _signed(headers.get("Authorization", ""))
    if said.get("oauth_consumer_key") != keys[0]:
        return False
    asked = Request(url, "POST", "", headers)
    asked.params = [(n, v) for n, v in said.items() if n != "oauth_signature" and n != "realm"]
    asked.signature = said.get("oauth_signature", "")
    valid: bool = signature.verify_hmac_sha1(asked, keys[1], resource)
    return valid
