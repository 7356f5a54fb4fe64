"""One request of a fetch: an address, perhaps a proxy, a head, and a body that has an end.

No connection is kept: sources are read minutes apart, and one that is kept open is one more thing
that can hang, leak, or be answered with what was meant for somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from urllib3 import HTTPResponse
from urllib3._base_connection import ProxyConfig
from urllib3.connection import HTTPConnection
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, make_headers, parse_url

from syndicate.lib import visits
from syndicate.lib.dial import Line, Plain, Secure, trust
from syndicate.lib.errors import BadInput
from syndicate.lib.unpack import ACCEPTED, TooLarge, unpack

_CHUNK = 65536
_PORTS = {"http": 80, "https": 443}


class Unsayable(BadInput):
    """What we were to say is nothing that HTTP can say."""


@dataclass(frozen=True)
class Answer:
    """What one request got; *body* is read and unpacked for a 2xx only."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes


def target(url: str) -> Url:
    """*url* in its parts, with a port and a path. Raises ValueError for what is no web address.

    One reading of an address for all that is decided by it: two parsers that disagree are a hole
    (https://owasp.org/www-community/attacks/Server_Side_Request_Forgery).
    """
    try:
        parts = parse_url(url)
    except LocationParseError as error:
        raise ValueError(url) from error
    if parts.scheme not in _PORTS or not parts.host or parts.port == 0:
        raise ValueError(url)
    port = parts.port or _PORTS[parts.scheme]
    return parts._replace(port=port, path=parts.path or "/", fragment=None)


def shown(at: Url) -> str:
    """The address as it may be told: without a password, or a port that goes without saying."""
    port = None if at.port == _PORTS[at.scheme or ""] else at.port
    return at._replace(auth=None, port=port).url


def hop(at: Url, headers: Mapping[str, str], line: Line, limit: int, proxy: str = "") -> Answer:
    """GET *at*; follows nothing. Raises OSError, HTTPException, HTTPError, BadInput.

    *limit*: bytes of the body, as it comes and as it unpacks.
    """
    with visits.visit(f"{at.host}:{at.port}"):
        made = _by_proxy(target(proxy), at, line) if proxy else _straight(at, line)
        connection, address, login = made
        try:
            _ask(connection, address, {"Accept-Encoding": ACCEPTED, **headers, **login})
            return _answer(connection.getresponse(), limit)
        finally:
            connection.close()


def _straight(at: Url, line: Line) -> _Made:
    return _connection(at, line), at.request_uri, {}


def _by_proxy(door: Url, at: Url, line: Line) -> _Made:
    """By way of the operator's own proxy, which may be anywhere.

    The guard looks at the target's addresses first; which of them is dialled then, the proxy says.
    """
    host = _name(at)
    line.places(host, at.port or 0)
    login = make_headers(proxy_basic_auth=unquote(door.auth)) if door.auth else {}
    if at.scheme == "http":
        return _connection(door, line, anywhere=True), at._replace(auth=None).url, login
    made = _secure(door, line, proxy=door, proxy_config=ProxyConfig(trust(), False, None, None))
    made.anywhere = True
    made.set_tunnel(host, at.port, headers=login, scheme=door.scheme or "")
    return made, at.request_uri, {}


def _connection(at: Url, line: Line, anywhere: bool = False) -> Plain | Secure:
    made = _secure(at, line) if at.scheme == "https" else _plain(at, line)
    made.anywhere = anywhere
    return made


def _plain(at: Url, line: Line) -> Plain:
    made = Plain(_name(at), at.port, timeout=line.timeout)
    made.line = line
    return made


def _secure(at: Url, line: Line, **options: Any) -> Secure:
    made = Secure(_name(at), at.port, timeout=line.timeout, ssl_context=trust(), **options)
    made.line = line
    return made


def _name(at: Url) -> str:
    return (at.host or "").strip("[]")


def _ask(connection: HTTPConnection, address: str, headers: Mapping[str, str]) -> None:
    """Send the request. What HTTP cannot say is refused before a byte has left."""
    try:
        sent: Any = {name: _sendable(value) for name, value in headers.items()}
        connection.request("GET", address, headers=sent, preload_content=False)
    except ValueError as error:
        if isinstance(error, OSError):  # a certificate that is none of theirs is both
            raise
        raise Unsayable(
            "cannot be asked like that",
            "Its credentials, or sources.user_agent, hold a character that no header may have.",
        ) from error


def _sendable(value: str) -> bytes:
    """A header came in Latin-1 and goes back in it; what else there is goes in UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


def _answer(response: HTTPResponse, limit: int) -> Answer:
    try:
        there = 200 <= response.status < 300
        return Answer(response.status, response.headers, _body(response, limit) if there else b"")
    finally:
        response.close()


def _body(response: HTTPResponse, limit: int) -> bytes:
    packed = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=False):
        packed += chunk
        if len(packed) > limit:
            raise TooLarge("is more than we take")
    return unpack(bytes(packed), response.headers.get("Content-Encoding", ""), limit)


# A connection, what to ask for on it, and what to say to the proxy.
_Made = tuple[Plain | Secure, str, dict[str, str]]
