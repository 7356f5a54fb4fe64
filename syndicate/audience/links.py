"""The personal addresses in a mail: each signed, for one purpose, and short.

They are built from ``site.base_url`` alone, never from a request, and no two purposes share a
token: a scanner that opens every link in a body never learns the one-click address, which
stands in the header only.
"""

from __future__ import annotations

from syndicate.audience.models import Subscriber, Subscription
from syndicate.lib import tokens
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput

ONE_CLICK = "one-click"
UNSUBSCRIBE = "unsubscribe"
CONFIRM = "confirm"
PREFERENCES = "preferences"

_PATHS = {
    ONE_CLICK: "/o/",
    UNSUBSCRIBE: "/u/",
    CONFIRM: "/confirm/",
    PREFERENCES: "/preferences/",
}


def absolute(path: str) -> str:
    """*path* (``/archive``) where readers reach it."""
    return site().site.base_url.rstrip("/") + path


def start(purpose: str) -> str:
    """How all links for *purpose* begin; a token of its row's key is the rest of each."""
    return absolute(_PATHS[purpose])


def one_click_url(subscription_id: int) -> str:
    """For the List-Unsubscribe header: a POST there unsubscribes (RFC 8058)."""
    return _url(ONE_CLICK, subscription_id)


def unsubscribe_url(subscription_id: int) -> str:
    """For the mail's text: a page with a button."""
    return _url(UNSUBSCRIBE, subscription_id)


def confirm_url(subscription_id: int) -> str:
    """For the confirmation mail: a page with a button."""
    return _url(CONFIRM, subscription_id)


def preferences_url(subscriber_id: int) -> str:
    """For the mail's text: which lists a person reads."""
    return _url(PREFERENCES, subscriber_id)


def subscription(purpose: str, token: str) -> Subscription:
    """The subscription that *token* names. Raises BadInput when it is forged or gone."""
    found = Subscription.objects.select_related("subscriber", "list").filter(pk=_id(purpose, token))
    if (row := found.first()) is None:
        raise _gone()
    return row


def subscriber(token: str) -> Subscriber:
    """The person whose preferences *token* opens. Raises BadInput when it is forged or gone."""
    if (row := Subscriber.objects.filter(pk=_id(PREFERENCES, token)).first()) is None:
        raise _gone()
    return row


def _url(purpose: str, pk: int) -> str:
    return start(purpose) + tokens.sign(purpose, pk)


def _id(purpose: str, token: str) -> int:
    return tokens.read(purpose, token)[0]


def _gone() -> BadInput:
    return BadInput(
        "This link leads nowhere any more.", "We hold no subscription for it, and send no mail."
    )
