"""Opening a connection: the name is looked up once, its addresses checked, one of them dialled.

::

    Line ─ dial ─→ look-up ─→ lib.addresses ─→ a socket, remembered ─→ cut by a Deadline
    Plain, Secure       urllib3's connections that dial over a line: lib.hop
    Adapter             the same below a session of requests: lib.http.call, libraries
"""

from __future__ import annotations

import functools
import socket
import ssl
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import certifi
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from syndicate.lib import clock, stop
from syndicate.lib.addresses import permitted
from syndicate.lib.errors import BadInput

# How often lines are looked at whether their time is over. Seconds.
_GLANCE = 0.05


class Line:
    """What one conversation dials over: guarded, and cut when its time is over.

    *allowed* hosts may lie on private networks; ``*`` stands for all. *timeout*: seconds for
    connecting and for each wait.
    """

    def __init__(self, timeout: float, allowed: Iterable[str] = ()) -> None:
        self.timeout = timeout
        self.allowed = list(allowed)
        self.reached = False  # a connection stood: what was sent may have arrived
        self.expired = False  # a Deadline cut it
        self._open: list[socket.socket] = []

    def dial(self, host: str, port: int, anywhere: bool = False) -> socket.socket:
        """A connection to the first of the permitted addresses that answers. Raises OSError, and
        BadInput if all lie on a private network and *anywhere* is not said."""
        failure: OSError = TimeoutError()
        for family, kind, protocol, _, address in self.places(host, port, anywhere):
            if self.expired:
                break
            try:
                return self._keep(_connected(family, kind, protocol, address, self.timeout))
            except OSError as error:
                failure = error  # the next may answer: IPv6 without a route, then IPv4
        raise failure

    def places(self, host: str, port: int, anywhere: bool = False) -> list[Any]:
        """Where *host* may be dialled, as getaddrinfo tells. Raises BadInput, socket.gaierror."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:  # a part that is empty, or longer than a name may be
            raise socket.gaierror(str(error)) from error
        every = [str(entry[4][0]) for entry in found]
        good = set(every if anywhere else permitted(every, host, self.allowed))
        if not good:
            raise BadInput(
                f"{host} is on a private network ({every[0]}).",
                f'If that is meant, put "{host}" into sources.allow_private.',
            )
        return [entry for entry in found if entry[4][0] in good]

    def cut(self) -> None:
        """End every connection now; whoever reads one gets an error at once."""
        self.expired = True
        for opened in list(self._open):
            # It may be closed already, which is what we want.
            if opened.fileno() >= 0:
                _shut(opened)

    def hang_up(self) -> None:
        """Drop the handles kept for :meth:`cut`."""
        while self._open:
            self._open.pop().close()

    def _keep(self, opened: socket.socket) -> socket.socket:
        # TLS detaches the socket it wraps; a duplicate still shuts down the same connection.
        self._open.append(opened.dup())
        if self.expired:  # meanwhile
            self.cut()
        return opened


class Deadline:
    """Cuts a line after *seconds*: a server may send one byte a second for ever.

    A limit on each read does not help there, as every byte starts it anew. One thread looks after
    all lines: starting one for each fetch would cost as much as the fetch. *yields*: a process that
    is to end cuts it earlier, since it does no harm to ask once more.
    """

    _running: dict[Deadline, None] = {}
    _changed = threading.Condition()
    _watcher: threading.Thread | None = None

    def __init__(self, seconds: float, line: Line, yields: bool = False) -> None:
        self._seconds, self._line, self._yields = seconds, line, yields
        self._end = 0.0

    def __enter__(self) -> None:
        self._end = clock.monotonic() + self._seconds
        with self._changed:
            self._running[self] = None
            # A process that was forked has no threads but one.
            if Deadline._watcher is None or not Deadline._watcher.is_alive():
                Deadline._watcher = threading.Thread(target=_watch, name="deadline", daemon=True)
                Deadline._watcher.start()
            elif len(self._running) == 1:
                self._changed.notify()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with self._changed:
            del self._running[self]
        self._line.hang_up()

    @classmethod
    def glance(cls) -> None:
        """Wait until there is a line, then cut those whose time is over."""
        with cls._changed:
            cls._changed.wait_for(lambda: bool(cls._running))
            now, presses = clock.monotonic(), stop.presses()
            for each in cls._running:
                if each._end < now or (each._yields and presses):
                    each._line.cut()


class Guarded:
    """Makes a urllib3 connection dial over *line*."""

    line: Line
    anywhere = False  # the operator's own proxy
    host: str
    port: int
    _dns_host: str  # as it was given: with the dot at its end, which the certificate has not

    def _new_conn(self) -> socket.socket:
        return self.line.dial(self._dns_host, self.port, self.anywhere)

    def connect(self) -> None:
        """Dial, and shake hands if it is TLS."""
        super().connect()  # type: ignore[misc]
        self.line.reached = True


class Plain(Guarded, HTTPConnection):
    """http://"""


class Secure(Guarded, HTTPSConnection):
    """https://"""


class Adapter(HTTPAdapter):
    """A requests adapter that guards every connection and gives every request a time limit.

    Mount one on the session of a library that does neither:
    ``client.session.mount("https://", Adapter(30))``.
    """

    def __init__(self, timeout: float, allowed: Iterable[str] = ()) -> None:
        self.line = Line(timeout, allowed)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools whose connections dial over this adapter's line."""
        super().init_poolmanager(*args, ssl_context=trust(), **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self.line)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Certificates are checked, always, against what :func:`trust` has read once."""

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """As HTTPAdapter, never without a limit."""
        return super().send(request, stream, timeout or self.line.timeout, *args, **kwargs)

    def cut(self) -> None:
        """End every connection now."""
        self.line.cut()

    def close(self) -> None:
        """Drop the pools."""
        super().close()
        self.line.hang_up()


@functools.cache
def trust() -> ssl.SSLContext:
    """Whose certificates we believe: Mozilla's list (certifi) and this system's own.

    Read once: that takes a hundred times as long as a request.
    """
    context = create_urllib3_context()
    context.load_default_certs()
    context.load_verify_locations(certifi.where())
    return context


def _watch() -> None:
    pause = threading.Event()
    while True:
        Deadline.glance()
        pause.wait(_GLANCE)


def _connected(
    family: int, kind: int, protocol: int, address: Any, timeout: float
) -> socket.socket:
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.settimeout(timeout)
        opened.connect(address)
    except OSError:
        opened.close()
        raise
    return opened


def _shut(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was quicker


def _pools(line: Line) -> dict[str, Any]:
    """Pool classes for this line; urllib3 passes their connections no arguments of ours."""
    plain = type("Plain", (Plain,), {"line": line})
    secure = type("Secure", (Secure,), {"line": line})
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }
