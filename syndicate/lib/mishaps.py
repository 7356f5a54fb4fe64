"""What can go wrong with an address, in words, and what to do. Pure."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

import urllib3

from syndicate.lib.dial import Line

_AGAIN = "Try again in a while; what is watched is tried again by itself."
_TIMEOUTS = (TimeoutError, urllib3.exceptions.TimeoutError)


def refusal(status: int) -> tuple[str, str]:
    """An HTTP status in words, and what to do."""
    if status == 401:
        return "does not let us in (401)", "Give what lets us in: a username and password, a token."
    if status == 403:
        return (
            "does not let us in (403)",
            "Ask the site's owner to let the User-Agent of sources.user_agent pass.",
        )
    if status == 404:
        return "is not there (404)", "Look for the right address on the site itself."
    if status == 410:
        return "is gone for good (410)", "Look for its new address on the site, and add that."
    if status == 429:
        return "asks us to come less often (429)", "Give the source a longer interval."
    if status >= 500:
        return f"has trouble of its own ({status})", _AGAIN
    return f"answered {status}", "Open the address in a browser to see why."


def failure(error: Exception, line: Line, seconds: float) -> tuple[str, str]:
    """A broken connection in words, and what to do; never the error's own text."""
    if line.expired:
        return f"took longer than {seconds:g} seconds", _AGAIN
    causes = list(_causes(error))
    for kinds, message, hint in _WORDS:
        if any(isinstance(cause, kinds) for cause in causes):
            return message, hint
    return ("broke off in the middle" if line.reached else "cannot be reached"), _AGAIN


# The first that fits: what comes later is more general.
_WORDS: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    ((socket.gaierror,), "has a name that leads nowhere", "Check the spelling of the address."),
    (
        (ssl.SSLCertVerificationError,),
        "has no valid certificate",
        "The site's owner must mend it; nothing was read.",
    ),
    (
        (ssl.SSLError, urllib3.exceptions.SSLError),
        "does not speak TLS with us",
        "Look whether it should begin with http://.",
    ),
    (_TIMEOUTS, "did not answer in time", _AGAIN),
    ((http.client.RemoteDisconnected,), "broke off in the middle", _AGAIN),
    (
        (http.client.BadStatusLine,),
        "does not speak HTTP",
        "Open the address in a browser to see what is there.",
    ),
    ((http.client.IncompleteRead,), "broke off in the middle", _AGAIN),
    (  # of http.client's own kinds, that of more than a hundred headers has no name
        (http.client.HTTPException, urllib3.exceptions.InvalidHeader),
        "sends headers that cannot be read",
        "Its owner must mend that; nothing was read.",
    ),
    (
        (urllib3.exceptions.DecodeError,),
        "is packed wrongly",
        "Its Content-Encoding does not fit what it sends.",
    ),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """*error* and all that led to it; requests and urllib3 nest theirs in arguments."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or each in seen:
            continue
        seen.append(each)
        yield each
        inner = [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
        waiting += [one for one in inner if isinstance(one, BaseException)]
