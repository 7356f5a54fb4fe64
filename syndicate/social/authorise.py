"""Connecting an account by authorising us on the platform, from the desk or the command line.

::

    begin(channel, app, back) ─→ Waiting(url, mark, sealed) ─→ the person says yes at *url*
    back?code=…  (or copied by hand: pasted) ─→ mark(answer) finds what waited ─→ end ─→ Came
    Came ─→ connect, or reconnect an account that is there ─→ the platform is asked who we are

What waits is sealed and lies with whoever began: in an editor's session, or in the command's own
memory. It is good for ten minutes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from syndicate.lib import secrets
from syndicate.lib.errors import BadInput
from syndicate.social import account as accounts
from syndicate.social.channels import kind
from syndicate.social.channels.base import Channel
from syndicate.social.channels.fields import fill
from syndicate.social.channels.grant import Granted
from syndicate.social.models import Account

PATIENCE = timedelta(minutes=10)
# What an answer is known by: OAuth 2.0's state, OAuth 1.0a's token, which has its own name when
# the person said no.
_MARKS = ("state", "oauth_token", "denied")


@dataclass(frozen=True)
class Waiting:
    """A person is over there, at *url*; the answer bears *mark*. *sealed* is for :func:`end`."""

    url: str
    mark: str
    sealed: str


@dataclass(frozen=True)
class Came:
    """What authorising gave, and by which app."""

    channel: str
    app: dict[str, str]
    granted: Granted


def begin(
    channel: str, app: Mapping[str, str], back: str, now: datetime, account: Account | None = None
) -> Waiting:
    """Ask *channel*'s platform where to send a person; *account* lends the app it has.

    Raises BadInput, NotSent.
    """
    leaf, kind_of_app = able(channel)
    given = {name: value.strip() for name, value in app.items() if value.strip()}
    whole = (accounts.app_of(account) if account else {}) | given
    begun = leaf.begin(fill(kind_of_app, whole, leaf.label), back)
    told = {"channel": channel, "app": whole, "memo": dict(begun.memo), "at": now.isoformat()}
    return Waiting(begun.url, _asked(begun.url), secrets.seal({"told": json.dumps(told)}))


def able(channel: str) -> tuple[type[Channel], type]:
    """Its class and its app's, if one connects there by authorising. Raises BadInput."""
    leaf = kind(channel)
    if leaf.app is None:
        hint = "Connect the account with its credentials."
        raise BadInput(f"{leaf.label} has nothing to authorise.", hint)
    return leaf, leaf.app


def mark(answer: Mapping[str, str]) -> str:
    """What the answer is known by; empty where it bears no mark."""
    return next((answer[name] for name in _MARKS if answer.get(name)), "")


def end(sealed: str, answer: Mapping[str, str], now: datetime) -> Came:
    """Credentials for *answer*. Raises BadInput: denied, another's, too late; and NotSent."""
    told: dict[str, Any] = json.loads(secrets.unseal(sealed)["told"])
    leaf, kind_of_app = able(told["channel"])
    if now > datetime.fromisoformat(told["at"]) + PATIENCE:
        raise BadInput(f"{leaf.label} was asked more than ten minutes ago.", "Begin again.")
    app = fill(kind_of_app, told["app"], leaf.label)
    return Came(told["channel"], told["app"], leaf.finish(app, told["memo"], answer))


def pasted(text: str, waiting: Waiting) -> dict[str, str]:
    """What a person copied, as an answer: the address they were sent to, or a code by itself."""
    if "://" in text:
        return dict(parse_qsl(urlsplit(text.strip()).query))
    # A code has no mark, and needs none: the person who began has carried it here.
    marks = {name: waiting.mark for name in ("state", "oauth_token")}
    return marks | {"code": text.strip(), "oauth_verifier": text.strip()}


def connect(came: Came, now: datetime, approval: str = Account.Approval.HOLD) -> Account:
    """A new account, named as the platform calls it. Raises BadInput, NotSent."""
    return accounts.connect(
        came.channel, "", came.granted.credentials, came.granted.options, now=now,
        approval=approval, session=came.granted.session, expires=came.granted.expires,
        app=came.app,
    )  # fmt: skip


def reconnect(account: Account, came: Came) -> str:
    """Fresh credentials for *account*; its name there. Raises BadInput, NotSent."""
    return accounts.readmit(account, came.granted, came.app)


def _asked(url: str) -> str:
    return mark(dict(parse_qsl(urlsplit(url).query)))
