"""What authorising has in common wherever it is OAuth 2: the way there, and what comes back.

Each leaf adds its addresses, its scopes and what it makes of the code
(https://datatracker.ietf.org/doc/html/rfc6749#section-4.1).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from syndicate.lib.errors import BadInput
from syndicate.social.channels.grant import Begun

_AGAIN = "Begin again from here."
_SHOWN = 200


def ask(address: str, client_id: str, scope: str, back: str) -> Begun:
    """The page at *address* where a person lets us post; a state of our own goes along."""
    state = secrets.token_urlsafe(24)
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back,
        "state": state,
        "scope": scope,
    }
    return Begun(f"{address}?{urlencode(query)}", {"state": state, "back": back})


def code(who: str, memo: Mapping[str, str], answer: Mapping[str, str]) -> str:
    """The code that came back. Raises BadInput where it is none, or not for what we began."""
    expected = memo.get("state", "")
    given = answer.get("state", "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise BadInput(f"{who} sent an answer that does not belong to what was begun here.", _AGAIN)
    if refused := answer.get("error_description") or answer.get("error"):
        raise BadInput(f"{who} did not let us in: {refused[:_SHOWN]}.", _AGAIN)
    if not answer.get("code"):
        raise BadInput(f"{who} sent no code.", _AGAIN)
    # Threads and Facebook end the address with a fragment that some programs take for a part.
    return answer["code"].removesuffix("#_").removesuffix("#_=_")


def ends(token: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the access token of an answer is over, where it says so."""
    seconds = token.get("expires_in")
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds)
    return now + timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None
