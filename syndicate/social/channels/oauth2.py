"""OAuth 2.0 by code and PKCE (RFC 6749, 7636), for the leaves whose platforms have it.

::

    begun(server, back) ─→ Begun ─→ the person says yes there ─→ back?code=…&state=…
    redeemed(server, memo, answer) ─→ {"access", "refresh", "expires"}
    renewed(server, refresh)       ─→ the same, later: see token.Token

oauthlib makes what is sent; the requests go out by ``lib.http``, as all of ours do. Nothing was
posted yet, whatever breaks here: no error of these is unknown, and only what surely means that our
credentials are refused asks for a person.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import requests
from oauthlib.oauth2 import WebApplicationClient

from syndicate.lib import clock, http
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels.grant import Begun
from syndicate.social.channels.refusal import RECONNECT, refusal, words
from syndicate.social.channels.session import TIMEOUT

# After trouble at the token endpoint the account rests so long; its posts spend no try.
REST = timedelta(minutes=5)
# No token lasts longer, whatever a server says.
_LONGEST = 10 * 365 * 86400  # seconds
AGAIN = "Begin again."
# What surely means that a person must act (RFC 6749, 5.2).
_DEAD = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})


@dataclass(frozen=True)
class Server:
    """Where a platform lets people in, and as whom we ask there."""

    label: str
    authorise: str  # address of the page on which a person says yes
    token: str  # address where codes and refresh tokens are taken
    client_id: str
    client_secret: str = ""
    scope: str = ""
    basic: bool = False  # the secret goes in a header instead of the form
    pkce: bool = True
    # What a dead grant is called there besides: words of error and error_description.
    dead: tuple[str, ...] = field(default=())


def begun(server: Server, back: str) -> Begun:
    """Where a person says yes, to be sent *back* with a code."""
    memo = {"state": secrets.token_urlsafe(24), "back": back}
    asked = {
        "response_type": "code",
        "client_id": server.client_id,
        "redirect_uri": back,
        "scope": server.scope,
        "state": memo["state"],
    }
    if server.pkce:
        client = WebApplicationClient(server.client_id)
        memo["verifier"] = client.create_code_verifier(64)
        asked["code_challenge"] = client.create_code_challenge(memo["verifier"], "S256")
        asked["code_challenge_method"] = "S256"
    return Begun(f"{server.authorise}?{urlencode(asked)}", memo)


def redeemed(server: Server, memo: Mapping[str, str], answer: Mapping[str, str]) -> dict[str, str]:
    """The tokens for what came back. Raises BadInput (denied, another's answer), NotSent."""
    asked = WebApplicationClient(server.client_id).prepare_request_body(
        code=code(server.label, memo, answer),
        redirect_uri=memo["back"],
        code_verifier=memo.get("verifier"),
        **_secret(server),
    )
    return _asked(server, asked)


def renewed(server: Server, refresh: str) -> dict[str, str]:
    """The tokens for a refresh token. Raises NotSent."""
    client = WebApplicationClient(server.client_id)
    named = {"client_id": server.client_id, **_secret(server)}
    return _asked(server, client.prepare_refresh_body(refresh_token=refresh, **named))


def code(label: str, memo: Mapping[str, str], answer: Mapping[str, str]) -> str:
    """The code in *answer*, if it answers what *memo* was kept for. Raises BadInput."""
    if not hmac.compare_digest(answer.get("state", "").encode(), memo["state"].encode()):
        raise BadInput(f"This answer of {label} belongs to another question.", AGAIN)
    if said := answer.get("error"):
        said = " ".join(answer.get("error_description", said).split())[:300].rstrip(".")
        if answer["error"] == "access_denied":
            raise BadInput(f"{label} was told not to let us in: {said}.", "Nothing was changed.")
        raise BadInput(f"{label} does not let us in: {said}.", "Check what you entered of the app.")
    if not answer.get("code"):
        raise BadInput(f"{label} sent no code back.", AGAIN)
    return answer["code"]


def _secret(server: Server) -> dict[str, str]:
    """What proves who we are, where it is said in the form."""
    secret = "" if server.basic else server.client_secret
    return {"client_secret": secret} if secret else {}


def _asked(server: Server, form: str) -> dict[str, str]:
    """What the token endpoint answers to *form*. Raises NotSent."""
    login = (server.client_id, server.client_secret)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        answer = http.call(
            "POST", server.token, data=form, headers=headers, timeout=TIMEOUT,
            auth=login if server.basic and server.client_secret else None,
        )  # fmt: skip
    except NotSent as error:
        raise _trouble(error.message, error.hint) from error
    if not answer.ok or answer.is_redirect:
        raise _refusal(server, answer)
    return _tokens(server, answer)


def _tokens(server: Server, answer: requests.Response) -> dict[str, str]:
    try:
        found = answer.json()
    except requests.JSONDecodeError as error:
        raise _trouble(f"{server.label} gave a token that cannot be read.") from error
    access = found.get("access_token") if isinstance(found, dict) else None
    if not isinstance(access, str) or not access:
        raise _trouble(f"{server.label} gave no token.")
    seconds = _seconds(found.get("expires_in"))
    ends = (clock.now() + timedelta(seconds=seconds)).isoformat() if seconds else ""
    return {"access": access, "refresh": str(found.get("refresh_token") or ""), "expires": ends}


def _seconds(given: object) -> int:
    """How long a token lasts; 0 where that is not said. Some write the number as text."""
    text = str(given).partition(".")[0]
    return min(int(text[:12]), _LONGEST) if text.isascii() and text.isdecimal() else 0


def _refusal(server: Server, answer: requests.Response) -> NotSent:
    """What a refusal of the token endpoint means."""
    kind, said = words(answer, "error"), words(answer, "error_description", "error")
    told = f"{kind} {said}".lower()
    if answer.status_code < 500 and (kind in _DEAD or any(mark in told for mark in server.dead)):
        return NotSent(
            f"{server.label} no longer honours the permission for this account: {said}.",
            permanent=True, auth=True, scope=Scope.LANE, hint=RECONNECT,
        )  # fmt: skip
    if answer.status_code in {408, 425, 429}:
        return refusal(server.label, answer, said, clock.now())
    reason = f": {said[:300]}" if said else ""
    return _trouble(f"{server.label} gives no token ({answer.status_code}){reason}.")


def _trouble(message: str, hint: str = "") -> NotSent:
    """Nothing was posted; the account rests, and goes on by itself."""
    return NotSent(
        message, permanent=False, scope=Scope.LANE, retry_after=REST,
        hint=hint or "It goes on by itself.",
    )  # fmt: skip
