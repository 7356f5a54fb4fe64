"""Letting us in on X: OAuth 1.0a in three legs, or OAuth 2.0 with PKCE, as the app at X is set up.

::

    an app's API key   ─→ request_token ─→ the person says yes ─→ access_token   tokens that stay
    an app's client id ─→ the person says yes ─→ code ─→ tokens for two hours, renewed (token)

tweepy's own OAuth1UserHandler opens sessions of its own, without a time limit, and tells a network
that is down from a refusal by no more than text; so the requests are signed with what signs its
requests, requests-oauthlib, and go out by ``lib.http``.
https://docs.x.com/fundamentals/authentication/oauth-1-0a/obtaining-user-access-tokens
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from requests_oauthlib import OAuth1

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels import oauth2
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.oauth2 import AGAIN, Server
from syndicate.social.channels.refusal import refusal

LABEL = "X"
HOST = "https://api.x.com"
# The page on which a person says yes to OAuth 2.0 is not the API's.
PAGES = "https://x.com"
SCOPE = "tweet.read tweet.write users.read media.write offline.access"
# A refresh token that was used is an invalid_request there.
DEAD = ("value passed for the token was invalid",)


@dataclass(frozen=True)
class App:
    """An app at X: one pair of its keys."""

    consumer_key: str = entry(
        "API key", "Of your app at developer.x.com. What comes of it does not run out.",
        default="", secret=True,
    )  # fmt: skip
    consumer_secret: str = entry("API key secret", "Beside it.", default="", secret=True)
    client_id: str = entry(
        "Client ID", "Instead of the API key, where your app has OAuth 2.0.", default=""
    )
    client_secret: str = entry(
        "Client secret", "Beside it, unless the app is a public client.", default="", secret=True
    )
    api: str = entry("API address", "Only for a proxy or a test.", default="", rare=True)

    def __post_init__(self) -> None:
        """Raises BadInput unless one pair is there."""
        if bool(self.consumer_key) == bool(self.client_id):
            raise BadInput(
                "X needs an API key with its secret, or a Client ID.",
                "Fill in one of them: both stand at developer.x.com, Keys and tokens.",
            )
        if self.consumer_key and not self.consumer_secret:
            raise BadInput("X needs “API key secret”.", "It stands beside the API key.")


@dataclass(frozen=True)
class Client:
    """What an account that was connected by OAuth 2.0 is kept with; its tokens lie in the session.

    Nobody types it in: see App.
    """

    client_id: str = entry("Client ID")
    client_secret: str = entry("Client secret", default="", secret=True)


def begin(app: App, back: str) -> Begun:
    """Where a person says yes; *back* must stand among the app's callback addresses at X."""
    if app.client_id:
        return oauth2.begun(server(app.client_id, app.client_secret, app.api), back)
    key = OAuth1(app.consumer_key, client_secret=app.consumer_secret, callback_uri=back)
    asked = _leg(app, "request_token", key)
    memo = {"token": asked["oauth_token"], "secret": asked["oauth_token_secret"]}
    yes = urlencode({"oauth_token": memo["token"]})
    return Begun(f"{app.api or HOST}/oauth/authorize?{yes}", memo)


def finish(app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
    """What came back → credentials. Raises BadInput, NotSent."""
    options = {"api": app.api} if app.api else {}
    if app.client_id:
        place = server(app.client_id, app.client_secret, app.api)
        tokens = oauth2.redeemed(place, memo, answer)
        client = {"client_id": app.client_id, "client_secret": app.client_secret}
        return Granted(client, session=tokens, options=options)
    return Granted(_tokens(app, memo, answer), options=options)


def server(client_id: str, client_secret: str, api: str) -> Server:
    """Where OAuth 2.0 lives; *api* stands for all of X, as a test has it."""
    return Server(
        label=LABEL,
        authorise=f"{api or PAGES}/i/oauth2/authorize",
        token=f"{api or HOST}/2/oauth2/token",
        client_id=client_id,
        client_secret=client_secret,
        scope=SCOPE,
        basic=True,
        dead=DEAD,
    )


def _tokens(app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> dict[str, str]:
    """The account's two tokens, beside the app's two keys."""
    if answer.get("denied") == memo["token"]:
        raise BadInput(f"{LABEL} was told not to let us in.", "Nothing was changed.")
    if answer.get("oauth_token") != memo["token"]:
        raise BadInput(f"This answer of {LABEL} belongs to another question.", AGAIN)
    key = OAuth1(
        app.consumer_key,
        client_secret=app.consumer_secret,
        resource_owner_key=memo["token"],
        resource_owner_secret=memo["secret"],
        verifier=answer.get("oauth_verifier", ""),
    )
    given = _leg(app, "access_token", key)
    return {
        "consumer_key": app.consumer_key,
        "consumer_secret": app.consumer_secret,
        "access_token": given["oauth_token"],
        "access_token_secret": given["oauth_token_secret"],
    }


def _leg(app: App, name: str, key: Any) -> dict[str, str]:
    """The answer of one of the two calls of OAuth 1.0a, a form. Raises NotSent."""
    answer = http.call("POST", f"{app.api or HOST}/oauth/{name}", auth=key)
    if not answer.ok or answer.is_redirect:
        raise _refusal(name, answer)
    found = dict(parse_qsl(answer.text))
    if not found.get("oauth_token") or not found.get("oauth_token_secret"):
        raise NotSent(f"{LABEL} answered without a token.", permanent=False, hint=AGAIN)
    return found


def _refusal(name: str, answer: http.Reply) -> NotSent:
    if answer.status_code not in {400, 401, 403}:
        return refusal(LABEL, answer, "", clock.now())
    hint = "Check the API key and its secret, and that the callback address stands in the app at X."
    return NotSent(
        f"{LABEL} refuses the app ({answer.status_code}).",
        permanent=True,
        auth=True,
        scope=Scope.LANE,
        hint=hint if name == "request_token" else AGAIN,
    )
