"""Connecting a Threads account: a person's consent → a token for an hour → one for sixty days.

(https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput
from syndicate.social.channels import consent
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.graph import refused
from syndicate.social.channels.refusal import read
from syndicate.social.channels.threads_session import LABEL, fresh

API = "https://graph.threads.net"
SITE = "https://threads.net"
SCOPES = (
    "threads_basic,threads_content_publish,threads_manage_replies,"
    "threads_manage_insights,threads_delete"
)


@dataclass(frozen=True)
class App:
    """Your app at developers.facebook.com, with Threads among its use cases."""

    client_id: str = entry("Threads app ID", "Of your app at developers.facebook.com.")
    client_secret: str = entry("Threads app secret", secret=True)
    api: str = entry("API address", "Only for a proxy or a test.", default=API)


def begin(app: App, back: str) -> Begun:
    """To Threads' own page."""
    return consent.ask(f"{SITE}/oauth/authorize", app.client_id, SCOPES, back)


def finish(app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
    """The token for sixty days. Raises BadInput, NotSent."""
    fields = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": memo.get("back", ""),
        "code": consent.code(LABEL, memo, answer),
    }
    short = _token(app, "POST", "oauth/access_token", fields)
    exchange = {
        "grant_type": "th_exchange_token",
        "client_secret": app.client_secret,
        "access_token": str(short["access_token"]),
    }
    now = clock.now()
    long = _token(app, "GET", "access_token", exchange)
    token = str(long["access_token"])
    options = {} if app.api == API else {"api": app.api}
    return Granted({"token": token}, fresh(token, long, now), options, consent.ends(long, now))


def _token(app: App, method: str, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
    # Secrets stand in the address of a GET, as Threads documents it; no error of ours shows it.
    url = f"{app.api.rstrip('/')}/{path}"
    if method == "POST":
        answer = http.call(method, url, data=dict(fields))
    else:
        answer = http.call(method, f"{url}?{urlencode(fields)}")
    if not 200 <= answer.status_code < 300:
        raise refused(LABEL, answer, clock.now(), tuple(fields.values()))
    found = read(LABEL, answer)
    if not found.get("access_token"):
        raise BadInput(f"{LABEL} sent no token.", "Begin again from here.")
    return found
