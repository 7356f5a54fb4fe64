"""Connecting a Facebook page: a person's consent → a token of theirs → one of the page.

::

    dialog/oauth ─→ code ─→ token for an hour ─→ for sixty days ─→ me/accounts ─→ the page's own

The page's token, made of a long-lived one, does not run out
(https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived).
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

API = "https://graph.facebook.com"
SITE = "https://www.facebook.com"
VERSION = "v26.0"
SCOPES = "pages_show_list,pages_manage_posts,pages_read_engagement,read_insights"
# Nobody has more pages than this many answers tell.
_MOST_ANSWERS = 20


@dataclass(frozen=True)
class App:
    """Your app at developers.facebook.com."""

    client_id: str = entry("App ID", "Of your app at developers.facebook.com.")
    client_secret: str = entry("App secret", secret=True)
    page: str = entry("Page ID", "Where you have several pages: which one.", default="")
    version: str = entry("API version", "Like v26.0.", default=VERSION)
    api: str = entry("API address", "Only for a proxy or a test.", default=API)


def begin(who: str, app: App, back: str) -> Begun:
    """To Facebook's own page."""
    return consent.ask(f"{SITE}/{app.version}/dialog/oauth", app.client_id, SCOPES, back)


def finish(who: str, app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
    """The page's token. Raises BadInput where there is no page, or none was chosen; NotSent."""
    code = consent.code(who, memo, answer)
    me = {"client_id": app.client_id, "client_secret": app.client_secret}
    short = _token(who, app, me | {"redirect_uri": memo["back"], "code": code})
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": short}
    page = _chosen(who, app.page, _pages(who, app, _token(who, app, me | exchange)))
    asked = {name: getattr(app, name) for name in ("version", "api")}
    options = {name: value for name, value in asked.items() if value != getattr(App, name)}
    return Granted({"page": str(page["id"]), "token": page["access_token"]}, options=options)


def _token(who: str, app: App, fields: dict[str, str]) -> str:
    found = _get(who, app, "oauth/access_token", fields)
    if not found.get("access_token"):
        raise BadInput(f"{who} sent no token.", "Begin again from here.")
    return str(found["access_token"])


def _pages(who: str, app: App, token: str) -> list[dict[str, Any]]:
    """The pages that this person may post on, with a token of each."""
    found: list[dict[str, Any]] = []
    asked = {"fields": "id,name,access_token", "limit": "100", "access_token": token}
    for _ in range(_MOST_ANSWERS):
        answer = _get(who, app, "me/accounts", asked)
        found += [page for page in answer.get("data") or [] if page.get("access_token")]
        paging = answer.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not paging.get("next") or not after:
            break
        asked["after"] = after
    return found


def _chosen(who: str, id: str, pages: list[dict[str, Any]]) -> dict[str, Any]:
    if not pages:
        raise BadInput(
            f"{who}: you have no page there that we may post on.",
            "Begin again, and choose the page when Facebook asks which ones.",
        )
    meant = [page for page in pages if str(page["id"]) == id] if id else pages
    if len(meant) != 1:
        known = ", ".join(f"{page['id']} ({page.get('name', '')})" for page in pages)
        wrong = f"page {id} is none of yours" if id else "you have several pages there"
        raise BadInput(f"{who}: {wrong}.", f"Name one as Page ID: {known}.")
    return meant[0]


def _get(who: str, app: App, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
    # Secrets stand in the address here, as Facebook documents it; no error of ours shows it.
    url = f"{app.api.rstrip('/')}/{app.version}/{path}?{urlencode(fields)}"
    answer = http.call("GET", url)
    if not 200 <= answer.status_code < 300:
        raise refused(who, answer, clock.now(), tuple(fields.values()))
    return read(who, answer)
