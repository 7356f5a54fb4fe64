"""The one door to the web: every address is checked, every wait and every size has an end.

::

    fetch(url) ─→ dial ─→ hop, hop ─→ read, capped ─→ Page          what sources read
    call(method, url) ─→ dial ─→ read, capped ─→ requests.Response  what platforms answer
    session(), Adapter                                              the same guard for a library

The guard stands where the socket is opened (``lib.dial``): the address that was checked is the one
dialled, so neither a redirect nor a second DNS answer leads elsewhere.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.dial import Adapter, Deadline
from syndicate.lib.errors import BadInput, NotSent, Scope

MAX_HOPS = 10
_CHUNK = 65536
# Nobody waits for longer, and a moment that far can be reckoned with.
_LONGEST = timedelta(days=1000)
_PERMANENT = {301, 308}
_REDIRECT = {301, 302, 303, 307, 308}
# What may go wrong while a body is read; requests wraps only what its own reading loop meets.
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_OWN = {"authorization", "cookie"}  # never shown to another host

# What call() returns, for those who need not know requests.
Reply = requests.Response


@dataclass(frozen=True)
class Page:
    """What an address answered: *status* is 2xx, or 304 with an empty *body*."""

    status: int
    url: str  # where it was found at last
    moved_to: str  # the target, if every hop said that the move is for good; else ""
    headers: Mapping[str, str]  # names in any case
    body: bytes
    etag: str  # verbatim, to be sent back
    last_modified: str  # verbatim
    content_type: str  # "text/html", lower case
    charset: str  # as the header says, else ""


class _Browser(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, always: requests follows nothing, and stumbles over no Location that is broken."""


class Refused(BadInput):
    """The server answered, but not with a page."""

    def __init__(self, url: str, status: int, retry_after: timedelta | None = None) -> None:
        message, hint = _refusal(status)
        super().__init__(f"{url} {message}.", hint)
        self.status = status
        self.retry_after = retry_after


def fetch(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    etag: str = "",
    last_modified: str = "",
    max_bytes: int | None = None,
    now: datetime | None = None,
) -> Page:
    """GET *url*, following redirects. Raises BadInput (Refused for an HTTP error), naming it.

    *etag* and *last_modified* make it conditional; *now* is for a Retry-After that names a date.
    """
    limits = site().sources
    adapter = Adapter(limits.timeout_seconds, limits.allow_private)
    asked = {"User-Agent": limits.user_agent, **(headers or {})}
    asked |= _conditions(etag, last_modified)
    with Deadline(limits.deadline_seconds, adapter), session(adapter=adapter) as browser:
        try:
            response, moved_to = _follow(browser, url, asked)
            page = _page(response, url, moved_to, max_bytes or limits.max_bytes, now)
            _in_time(adapter)
            return page
        except _BROKEN as error:
            message, hint = _failure(error, adapter, limits.deadline_seconds)
            raise BadInput(f"{url} {message}.", hint) from error


def call(
    method: str,
    url: str,
    *,
    json: object = None,
    data: Any = None,
    files: Any = None,
    headers: Mapping[str, str] | None = None,
    auth: Any = None,
    timeout: float | None = None,
    allow_private: bool = False,
    keep: Callable[[Adapter], None] | None = None,
) -> requests.Response:
    """Ask a platform; any status is returned, no redirect followed. Raises NotSent.

    *unknown* of that error says that the request may have arrived: the connection stood. *keep* is
    given what can cut the connection from another thread.
    """
    seconds = timeout or site().social.timeout_seconds
    adapter = Adapter(seconds, _allowed(url, allow_private))
    if keep is not None:
        keep(adapter)
    asked = {"User-Agent": site().sources.user_agent, **(headers or {})}
    host = urlsplit(url).hostname
    with Deadline(seconds * 4, adapter), session(adapter=adapter) as browser:
        try:
            response = browser.request(
                method, url, json=json, data=data, files=files, headers=asked, auth=auth,
                allow_redirects=False, stream=True,
            )  # fmt: skip
            # requests itself would read without a limit.
            response._content = _read(response, url, site().sources.max_bytes)
            _in_time(adapter)
            return response
        except _BROKEN as error:
            # The address may hold a secret (a webhook's path), the host does not.
            message, hint = _failure(error, adapter, seconds * 4)
            raise NotSent(
                f"{host} {message}.", permanent=False, hint=hint, unknown=adapter.reached
            ) from error
        except BadInput as error:
            raise NotSent(
                error.message.replace(url, host or ""),
                permanent=not adapter.reached,
                hint=error.hint,
                scope=Scope.ITEM if adapter.reached else Scope.LANE,
                unknown=adapter.reached,
            ) from error


def session(
    timeout: float = 30, *, allow_private: bool = False, adapter: Adapter | None = None
) -> requests.Session:
    """A requests session behind the guard, with a time limit, which follows no redirect."""
    made = _Browser()
    # Neither a proxy nor a password of the surroundings: ~/.netrc must not be sent to a feed.
    made.trust_env = False
    everywhere = ["*"] if allow_private else site().sources.allow_private
    guard = adapter or Adapter(timeout, everywhere)
    made.mount("https://", guard)
    made.mount("http://", guard)
    return made


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a server asks us to wait: seconds, or a date (RFC 9110, 10.2.3)."""
    value = CaseInsensitiveDict(headers).get("Retry-After", "").strip()
    if value.isdecimal():
        # Python itself refuses a number of more than 4300 digits.
        return min(timedelta(seconds=int(value[:9])), _LONGEST)
    at = clock.read(value)
    if at is None:
        return None
    return min(max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta(0)), _LONGEST)


def _conditions(etag: str, last_modified: str) -> dict[str, str]:
    named = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in named.items() if value}


def _follow(
    browser: requests.Session, url: str, headers: dict[str, str]
) -> tuple[requests.Response, str]:
    """The last answer of a chain of redirects, and the target of its permanent beginning."""
    at, moved_to, for_good = url, "", True
    for _ in range(MAX_HOPS):
        _check(at, url)
        asked = _fitting(headers, at, url)
        response = browser.get(at, headers=asked, allow_redirects=False, stream=True)
        target = response.headers.get("Location", "")
        if response.status_code not in _REDIRECT or not target:
            return response, moved_to
        response.close()
        at = _joined(at, target)
        for_good = for_good and response.status_code in _PERMANENT
        moved_to = at if for_good else moved_to
    raise BadInput(f"{url} leads on and on.", "It redirects in a circle; look at the site.")


def _fitting(headers: dict[str, str], at: str, asked: str) -> dict[str, str]:
    if urlsplit(at).netloc == urlsplit(asked).netloc:
        return headers
    return {name: value for name, value in headers.items() if name.lower() not in _OWN}


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return target  # which _check will not like


def _check(at: str, asked: str) -> None:
    """*at* must be a web address; *asked* is the one that led there."""
    try:
        parts = urlsplit(at)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        what = f"{at[:200]} is" if at == asked else f"{asked} leads to {at[:200]}, which is"
        raise BadInput(f"{what} no web address.", "Begin it with https://.")


def _page(
    response: requests.Response, url: str, moved_to: str, limit: int, now: datetime | None
) -> Page:
    status, headers = response.status_code, response.headers
    if status != 304 and not 200 <= status < 300:
        response.close()
        raise Refused(url, status, retry_after(headers, now or clock.now()))
    kind, charset = _content_type(headers.get("Content-Type", ""))
    return Page(
        status=status,
        url=response.url,
        moved_to=moved_to,
        headers=headers,
        body=b"" if status == 304 else _read(response, url, limit),
        etag=headers.get("ETag", ""),
        last_modified=headers.get("Last-Modified", ""),
        content_type=kind,
        charset=charset,
    )


def _read(response: requests.Response, url: str, limit: int) -> bytes:
    """The body, unpacked; never more than *limit* bytes, however small it came."""
    body = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > limit:
            response.close()
            size = f"{limit / 1_000_000:g} MB"
            raise BadInput(
                f"{url} is larger than {size}.",
                "If that is right, raise sources.max_bytes.",
            )
    return bytes(body)


def _in_time(adapter: Adapter) -> None:
    """A body without a length that was cut by the deadline looks like a whole one."""
    if adapter.expired:
        raise requests.Timeout


def _content_type(value: str) -> tuple[str, str]:
    """``text/HTML; charset="utf-8"`` → ("text/html", "utf-8")."""
    kind, _, rest = value.partition(";")
    _, _, charset = rest.lower().partition("charset=")
    return kind.strip().lower(), charset.partition(";")[0].strip(" \"'")


def _allowed(url: str, allow_private: bool) -> list[str]:
    host = urlsplit(url).hostname
    return [*site().sources.allow_private, *([host] if allow_private and host else [])]


def _refusal(status: int) -> tuple[str, str]:
    """An HTTP status in words, and what to do."""
    if status in {401, 403}:
        return (
            f"does not let us in ({status})",
            "Ask the site's owner to let the User-Agent of sources.user_agent pass.",
        )
    if status == 404:
        return "is not there (404)", "Look for the right address on the site itself."
    if status == 410:
        return "is gone for good (410)", "Look for its new address on the site, and add that."
    if status == 429:
        return "asks us to come less often (429)", "Give the source a longer interval."
    if status >= 500:
        return f"has trouble of its own ({status})", "It is tried again by itself."
    return f"answered {status}", "Open the address in a browser to see why."


def _failure(error: Exception, adapter: Adapter, seconds: float) -> tuple[str, str]:
    """A broken connection in words, and what to do; never the error's own text."""
    again = "It is tried again by itself."
    if adapter.expired:
        return f"took longer than {seconds:g} seconds", again
    if _within(error, urllib3.exceptions.NameResolutionError):
        return "has a name that leads nowhere", "Check the spelling of the address."
    if _within(error, ssl.SSLCertVerificationError):
        return "has no valid certificate", "The site's owner must mend it; nothing was read."
    if isinstance(error, requests.exceptions.SSLError):
        return "does not speak TLS with us", "Look whether it should begin with http://."
    if _within(error, urllib3.exceptions.NewConnectionError):
        return "cannot be reached", again
    if isinstance(error, requests.Timeout) or _within(error, urllib3.exceptions.TimeoutError):
        return "did not answer in time", again
    if _within(error, urllib3.exceptions.DecodeError):
        return "is packed wrongly", "Its Content-Encoding does not fit what it sends."
    return ("broke off in the middle" if adapter.reached else "cannot be reached"), again


def _within(error: BaseException | None, kind: type[Exception]) -> bool:
    """Whether *kind* is anywhere among what caused *error*; requests and urllib3 nest theirs."""
    while error is not None:
        reason = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(error, kind) or isinstance(reason, kind):
            return True
        if error.args and isinstance(error.args[0], kind):
            return True
        error = error.__cause__ or error.__context__
    return False
