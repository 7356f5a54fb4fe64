"""WebSub's rules, as far as they need neither network nor database (https://www.w3.org/TR/websub/).

::

    we ask a hub ─→ 202 ─→ it asks back (GET, hub.challenge) ─→ we echo ─→ it pushes (POST, signed)
                                                             └─ until the lease ends: asked anew
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from syndicate.lib.addresses import is_allowed, is_public

# What we ask for; hubs give what they like.
WANTED = timedelta(days=10)
# A lease beyond this is not believed: a hub that forgot us would go unnoticed until its end.
LONGEST = timedelta(days=14)
SHORTEST = timedelta(minutes=1)
# The methods of section 8.1; hashlib knows more, some of them broken.
_METHODS = {"sha1", "sha256", "sha384", "sha512"}
# Names that mean something on one machine or in one house only.
_AT_HOME = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def lease(seconds: str) -> timedelta:
    """What ``hub.lease_seconds`` grants; what cannot be read counts as what we asked for."""
    if not (seconds.isascii() and seconds.isdecimal()):
        return WANTED
    return min(max(timedelta(seconds=int(seconds[:9])), SHORTEST), LONGEST)


def renewal(granted: timedelta) -> timedelta:
    """How long after it began a lease is renewed: a third of it is left for trying again."""
    return granted * 2 / 3


def is_signed(header: str, secret: str, body: bytes) -> bool:
    """Whether ``X-Hub-Signature: sha256=hex`` is that of *body*; compared in constant time."""
    method, _, given = header.strip().partition("=")
    if method.lower() not in _METHODS:
        return False
    made = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(made.encode(), given.strip().lower().encode("utf-8", "replace"))


def is_reachable(address: str, allowed: Sequence[str]) -> bool:
    """Whether others can call us at *address*; those on *allowed* hosts are meant to be near."""
    host = (urlsplit(address).hostname or "").lower()
    if is_allowed(host, allowed):
        return True
    try:
        return is_public(host)
    except ValueError:  # a name, not a number
        return "." in host and not host.endswith(_AT_HOME)


def asked(mode: str, topic: str, callback: str, secret: str) -> dict[str, str]:
    """The form in which a hub is asked."""
    form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    if mode == "subscribe":
        seconds = str(int(WANTED.total_seconds()))
        form |= {"hub.secret": secret, "hub.lease_seconds": seconds}
    return form
