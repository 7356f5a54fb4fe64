"""The one door to the web: every address is checked, every wait and every size has an end.

::

    fetch(url) ─→ hop, hop (lib.hop) ─→ lib.dial ─→ read, unpacked, capped ─→ Page   for sources
    call(method, url) ─→ lib.dial ─→ read, capped ─→ requests.Response               for platforms
    session()                                          the same guard for somebody else's library

The guard stands where the socket is opened (``lib.dial``): the address that was checked is the one
dialled, so neither a redirect nor a second DNS answer leads elsewhere. Nothing is taken from the
surroundings: no proxy of the environment, no password of ~/.netrc.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict
from urllib3.util import Url, make_headers

from syndicate.lib import clock, stop
from syndicate.lib.config import site
from syndicate.lib.dial import Adapter, Deadline, Line
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.lib.hop import Answer, Unsayable, hop, shown, target
from syndicate.lib.mishaps import failure, refusal
from syndicate.lib.unpack import TooLarge, Unpackable

MAX_HOPS = 10
_CHUNK = 65536
# Nobody waits for longer, and a moment that far can be reckoned with.
_LONGEST = timedelta(days=1000)
_PERMANENT = {301, 308}
_REDIRECT = {301, 302, 303, 307, 308}
# What may go wrong underneath: requests wraps only what its own reading loop meets.
_BROKEN = (
    requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError
)  # fmt: skip
# What another host may see of what we say to the one that was asked: no Authorization, no Cookie,
# and none of the names that sites invent for a key.
_FOR_ALL = {"accept", "accept-language", "user-agent", "if-none-match", "if-modified-since"}

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
        message, hint = refusal(status)
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
    """GET *url*, following redirects. Raises BadInput (Refused for an HTTP error), naming it; and
    Interrupted, when this process is to end before the answer has come.

    *headers* may hold what lets us in: no other host is shown it, nor the same one in the clear.
    *etag* and *last_modified* make it conditional; *now* is for a Retry-After that names a date.
    """
    limits = site().sources
    line = Line(limits.timeout_seconds, limits.allow_private)
    asked = {"User-Agent": limits.user_agent, "Accept": "*/*", **(headers or {})}
    asked |= _conditions(etag, last_modified)
    begin = _target(url, url)
    name = shown(begin)
    with Deadline(limits.deadline_seconds, line, yields=True):
        try:
            found = _follow(begin, asked | _login(begin), line, max_bytes or limits.max_bytes)
            _in_time(line)
            return _page(*found, name, now)
        except (TooLarge, Unpackable, Unsayable) as error:
            raise _unusable(name, error, max_bytes or limits.max_bytes) from error
        except _BROKEN as error:
            if line.expired and stop.presses():
                raise stop.Interrupted(name) from error
            message, hint = failure(error, line, limits.deadline_seconds)
            raise BadInput(f"{name} {message}.", hint) from error


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
    line = adapter.line
    if keep is not None:
        keep(adapter)
    asked = {"User-Agent": site().sources.user_agent, **(headers or {})}
    host = urlsplit(url).hostname
    with Deadline(seconds * 4, line), session(adapter=adapter) as browser:
        try:
            response = browser.request(
                method, url, json=json, data=data, files=files, headers=asked, auth=auth,
                allow_redirects=False, stream=True,
            )  # fmt: skip
            # requests itself would read without a limit.
            response._content = _read(response, url, site().sources.max_bytes)
            _in_time(line)
            return response
        except _BROKEN as error:
            # The address may hold a secret (a webhook's path), the host does not.
            message, hint = failure(error, line, seconds * 4)
            raise NotSent(
                f"{host} {message}.", permanent=False, hint=hint, unknown=line.reached
            ) from error
        except BadInput as error:
            raise NotSent(
                error.message.replace(url, host or ""),
                permanent=not line.reached,
                hint=error.hint,
                scope=Scope.ITEM if line.reached else Scope.LANE,
                unknown=line.reached,
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


def may_hear(url: str, asked: str) -> bool:
    """Whether what lets us in at *asked* may be said at *url*: the same host, no less encrypted."""
    try:
        return _same_door(target(asked), target(url))
    except ValueError:
        return False


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


def _follow(begin: Url, headers: dict[str, str], line: Line, limit: int) -> tuple[Answer, Url, str]:
    """The last answer of a chain of redirects, where it was found, and the target of the chain's
    permanent beginning."""
    at, moved_to, for_good = begin, "", True
    for _ in range(MAX_HOPS + 1):
        answer = hop(at, headers, line, limit, site().sources.proxy)
        where = _where(answer)
        if not where:
            return answer, at, moved_to
        asked, at = at, _target(_joined(shown(at), where), shown(begin))
        headers = headers if _same_door(asked, at) else _for_all(headers)
        for_good = for_good and answer.status in _PERMANENT
        moved_to = shown(at) if for_good else moved_to
    raise BadInput(
        f"{shown(begin)} leads on and on.", "It redirects in a circle; look at the site."
    )


def _where(answer: Answer) -> str:
    """Where it sends us, if it does. Some write the address in UTF-8, which is not read as such."""
    place = answer.headers.get("Location", "") if answer.status in _REDIRECT else ""
    try:
        return place.encode("latin-1").decode()
    except UnicodeError:
        return place


def _same_door(one: Url, other: Url) -> bool:
    """Whether *other* may hear what *one* did: it is the same, or the same but encrypted."""
    was, becomes = (one.scheme, one.port), (other.scheme, other.port)
    upgraded = was == ("http", 80) and becomes == ("https", 443)
    return one.host == other.host and (was == becomes or upgraded)


def _for_all(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in _FOR_ALL}


def _login(at: Url) -> dict[str, str]:
    """``https://name:password@…``, as a header."""
    if not at.auth:
        return {}
    return {"Authorization": make_headers(basic_auth=unquote(at.auth))["authorization"]}


def _joined(base: str, place: str) -> str:
    try:
        return urljoin(base, place)
    except ValueError:
        return place  # which _target will not like


def _target(at: str, asked: str) -> Url:
    """*at* must be a web address; *asked* is the one that led there."""
    try:
        return target(at)
    except ValueError as error:
        what = f"{at[:200]} is" if at == asked else f"{asked} leads to {at[:200]}, which is"
        raise BadInput(f"{what} no web address.", "Begin it with https://.") from error


def _page(answer: Answer, at: Url, moved_to: str, name: str, now: datetime | None) -> Page:
    status, headers = answer.status, answer.headers
    if status != 304 and not 200 <= status < 300:
        raise Refused(name, status, retry_after(headers, now or clock.now()))
    kind, charset = _content_type(headers.get("Content-Type", ""))
    return Page(
        status=status,
        url=shown(at),
        moved_to=moved_to,
        headers=headers,
        body=answer.body,
        etag=headers.get("ETag", ""),
        last_modified=headers.get("Last-Modified", ""),
        content_type=kind,
        charset=charset,
    )


def _unusable(name: str, error: BadInput, limit: int) -> BadInput:
    """The same, naming the address."""
    if isinstance(error, TooLarge):
        hint = "If that is right, raise sources.max_bytes."
        return BadInput(f"{name} is larger than {limit / 1_000_000:g} MB.", hint)
    return BadInput(f"{name} {error.message}.", error.hint)


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


def _in_time(line: Line) -> None:
    """A body without a length that was cut by the deadline looks like a whole one."""
    if line.expired:
        raise TimeoutError


def _content_type(value: str) -> tuple[str, str]:
    """``text/HTML; charset="utf-8"`` → ("text/html", "utf-8")."""
    kind, _, rest = value.partition(";")
    _, _, charset = rest.lower().partition("charset=")
    return kind.strip().lower(), charset.partition(";")[0].strip(" \"'")


def _allowed(url: str, allow_private: bool) -> list[str]:
    host = urlsplit(url).hostname
    return [*site().sources.allow_private, *([host] if allow_private and host else [])]
