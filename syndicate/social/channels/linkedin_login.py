"""Connecting a LinkedIn account: a person's consent → a token for sixty days.

LinkedIn renews tokens of approved partners only, so a person is asked again in time
(https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput
from syndicate.social.channels import consent
from syndicate.social.channels.fields import entry
from syndicate.social.channels.grant import Begun, Granted
from syndicate.social.channels.refusal import read, refusal, words

LABEL = "LinkedIn"
API = "https://api.linkedin.com"
SITE = "https://www.linkedin.com"
# “Share on LinkedIn” with “Sign In with OpenID Connect” gives the first to every app; the others
# come with the Community Management API, which an app has alone or not at all.
PERSON = "openid profile w_member_social"
ORGANIZATION = "r_organization_social w_organization_social rw_organization_admin"


@dataclass(frozen=True)
class App:
    """Your app at linkedin.com/developers."""

    client_id: str = entry("Client ID", "Of your app at linkedin.com/developers.")
    client_secret: str = entry("Client secret", secret=True)
    organization: str = entry(
        "Organization", "Its number, to post as it; empty: you post as yourself.", default=""
    )
    site: str = entry("Site address", "Only for a proxy or a test.", default=SITE)
    api: str = entry("API address", "Only for a proxy or a test.", default=API)


def begin(app: App, back: str) -> Begun:
    """To LinkedIn's own page."""
    if app.organization and not app.organization.isdecimal():
        raise BadInput(
            f"{LABEL}: “{app.organization}” is no organization.",
            "It is a number; the page's address shows it to those who manage it.",
        )
    scope = ORGANIZATION if app.organization else PERSON
    address = f"{app.site.rstrip('/')}/oauth/v2/authorization"
    return consent.ask(address, app.client_id, scope, back)


def finish(app: App, memo: Mapping[str, str], answer: Mapping[str, str]) -> Granted:
    """A token, and as whom it posts. Raises BadInput, NotSent."""
    fields = {
        "grant_type": "authorization_code",
        "code": consent.code(LABEL, memo, answer),
        "redirect_uri": memo.get("back", ""),
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    now = clock.now()
    told = _read(http.call("POST", f"{app.site.rstrip('/')}/oauth/v2/accessToken", data=fields))
    if not told.get("access_token"):
        raise BadInput(f"{LABEL} sent no token.", "Begin again from here.")
    token = str(told["access_token"])
    author = f"urn:li:organization:{app.organization}" if app.organization else _person(app, token)
    options = {"author": author} | ({} if app.api == API else {"api": app.api})
    return Granted({"token": token}, options=options, expires=consent.ends(told, now))


def _person(app: App, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    me = _read(http.call("GET", f"{app.api.rstrip('/')}/v2/userinfo", headers=headers))
    return f"urn:li:person:{me['sub']}"


def _read(answer: http.Reply) -> dict[str, Any]:
    if not 200 <= answer.status_code < 300:
        said = words(answer, "error_description", "message", "error")
        raise refusal(LABEL, answer, said, clock.now())
    return read(LABEL, answer)
