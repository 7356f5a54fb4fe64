"""Letting us in on a Mastodon server: an app is registered there, then OAuth 2.0 by code.

Registering is free and done anew each time, so nobody has to keep an app's secret. The tokens stay
until they are taken back (https://docs.joinmastodon.org/methods/oauth/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from syndicate.lib import clock, http
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, NotSent
from syndicate.social.channels import oauth2
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.oauth2 import Server
from syndicate.social.channels.refusal import refusal, words

LABEL = "Mastodon"
SCOPE = "read:accounts read:statuses write:statuses write:media"
# Given as *back*, it makes the server show the code instead of sending it.
BY_HAND = "urn:ietf:wg:oauth:2.0:oob"


@dataclass(frozen=True)
class App:
    """The server is enough: the app is registered there by ourselves."""

    server: str = entry("Server", "Its address, like https://social.example.")


def address(server: str) -> str:
    """*server* as the beginning of addresses: people write it without https://."""
    bare = server.strip().rstrip("/")
    return bare if "://" in bare else f"https://{bare}"


def begin(app: App, back: str) -> Begun:
    """Register with the server; where a person says yes there. Raises NotSent."""
    asked = {"client_name": site().publication.name, "redirect_uris": back, "scopes": SCOPE}
    if site().site.base_url.startswith("https://"):
        asked["website"] = site().site.base_url
    made = _object(_call("POST", f"{address(app.server)}/api/v1/apps", asked))
    if not made.get("client_id") or not made.get("client_secret"):
        raise NotSent(f"{LABEL} registered no app.", permanent=False, hint="Try it again.")
    client = {"client_id": str(made["client_id"]), "client_secret": str(made["client_secret"])}
    begun = oauth2.begun(_server(app, client, pkce=_has_pkce(app)), back)
    return Begun(begun.url, {**begun.memo, **client})


def finish(app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
    """What came back → a token. Raises BadInput, NotSent."""
    tokens = oauth2.redeemed(_server(app, memo, pkce="verifier" in memo), memo, answer)
    return Granted({"server": address(app.server), "token": tokens["access"]})


def _server(app: App, client: Mapping[str, str], *, pkce: bool) -> Server:
    return Server(
        label=LABEL,
        authorise=f"{address(app.server)}/oauth/authorize",
        token=f"{address(app.server)}/oauth/token",
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        scope=SCOPE,
        pkce=pkce,
    )


def _has_pkce(app: App) -> bool:
    """Whether the server says so, as it does from 4.3 on; who says nothing is not asked for it."""
    answer = http.call("GET", f"{address(app.server)}/.well-known/oauth-authorization-server")
    if not answer.ok or answer.is_redirect:
        return False
    try:
        methods = _object(answer).get("code_challenge_methods_supported")
    except NotSent:
        return False  # a page of the site, most likely
    return isinstance(methods, list) and "S256" in methods


def _call(method: str, url: str, asked: dict[str, str]) -> requests.Response:
    answer = http.call(method, url, json=asked)
    if answer.ok and not answer.is_redirect:
        return answer
    said = words(answer, "error_description", "error")
    error = refusal(LABEL, answer, said, clock.now())
    error.unknown = False
    if 300 <= answer.status_code < 500 and answer.status_code != 429:
        told = f"Is it the address of a Mastodon server? ({answer.status_code}) {said}"
        raise BadInput(f"{LABEL} cannot register an app at {url}.", told.strip())
    raise error


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        found = json.loads(answer.content)
    except ValueError as error:
        hint = "Is it the address of a Mastodon server?"
        raise NotSent(
            f"{LABEL} answered what cannot be read.", permanent=True, hint=hint
        ) from error
    return found if isinstance(found, dict) else {}
