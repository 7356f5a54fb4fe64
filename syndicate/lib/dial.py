"""Opening a connection: the name is looked up once, its addresses checked, one of them dialled."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError

from syndicate.lib.addresses import permitted
from syndicate.lib.errors import BadInput


class Adapter(HTTPAdapter):
    """A requests adapter that guards every connection and gives every request a time limit.

    *allowed* hosts may lie on private networks; ``*`` stands for all. Mount one on the session of
    a library that takes neither: ``client.session.mount("https://", Adapter(30))``.
    """

    def __init__(self, timeout: float, allowed: Iterable[str] = ()) -> None:
        self.timeout = timeout
        self.allowed = list(allowed)
        self.reached = False  # a connection stood: what was sent may have arrived
        self.expired = False  # a Deadline cut it
        self._open: list[socket.socket] = []
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools whose connections ask this adapter where to dial."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """As HTTPAdapter, never without a limit."""
        return super().send(request, stream, timeout or self.timeout, *args, **kwargs)

    def close(self) -> None:
        """Drop the pools and the handles kept for :meth:`cut`."""
        super().close()
        while self._open:
            self._open.pop().close()

    def addresses(self, host: str, port: int) -> list[str]:
        """Where *host* may be dialled. Raises BadInput if it lies on a private network only."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # A dict keeps the resolver's order, which is the preferred one.
        every = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        good = every if "*" in self.allowed else permitted(every, host, self.allowed)
        if not good:
            raise BadInput(
                f"{host} is on a private network ({every[0]}).",
                f'If that is meant, put "{host}" into sources.allow_private.',
            )
        return good

    def keep(self, opened: socket.socket) -> socket.socket:
        """Remember a connection, so that a deadline can cut it."""
        # TLS detaches the socket it wraps; a duplicate still shuts down the same connection.
        self._open.append(opened.dup())
        return opened

    def cut(self) -> None:
        """End every connection now; whoever reads one gets an error at once."""
        self.expired = True
        for opened in list(self._open):
            # It may be closed already, which is what we want.
            if opened.fileno() >= 0:
                _shut(opened)


class Deadline:
    """Cuts an adapter's connections after *seconds*: a server may send one byte a second for ever.

    A limit on each read does not help there, as every byte starts it anew.
    """

    def __init__(self, seconds: float, adapter: Adapter) -> None:
        self._timer = threading.Timer(seconds, adapter.cut)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._timer.cancel()


def _shut(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was quicker


def _pools(adapter: Adapter) -> dict[str, Any]:
    """Pool classes for this adapter; urllib3 passes them no arguments of ours."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _dial(self, super()._new_conn, adapter)

        def connect(self) -> None:
            super().connect()
            adapter.reached = True

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _dial(self, super()._new_conn, adapter)

        def connect(self) -> None:
            super().connect()
            adapter.reached = True

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _dial(connection: HTTPConnection, connect: Any, adapter: Adapter) -> socket.socket:
    """Try the permitted addresses in turn.

    ``_dns_host`` is what urllib3 connects to; ``host``, which the certificate must bear, is taken
    from it again as soon as the socket stands, so the name is put back.
    """
    name = connection._dns_host
    try:
        addresses = adapter.addresses(connection.host, connection.port)
    except (socket.gaierror, UnicodeError) as error:
        raise NameResolutionError(name, connection, socket.gaierror(str(error))) from error
    try:
        return adapter.keep(_first(connection, connect, addresses))
    finally:
        connection._dns_host = name


def _first(connection: HTTPConnection, connect: Any, addresses: list[str]) -> socket.socket:
    *others, last = addresses
    for address in others:
        connection._dns_host = address
        try:
            opened: socket.socket = connect()
            return opened
        except HTTPError:
            continue  # unreachable; the next one may answer (IPv6 without a route, then IPv4)
    connection._dns_host = last
    opened = connect()
    return opened
