"""The web server inside: waitress, in a thread of its own.

Any other WSGI server may take its place: `syndicate.web.wsgi:application`.
"""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from syndicate.lib import clock
from syndicate.lib.config import Config
from syndicate.lib.errors import ConfigError

# Requests in hand get this long to end; then the connections are closed.
DRAIN_SECONDS = 5


class Server:
    """Listens at *url* as soon as it is made, answers from :meth:`start` to :meth:`stop`."""

    def __init__(self, application: Any, config: Config) -> None:
        self._sockets: dict[int, Any] = {}
        listening = _listen(config.web.host, config.web.port)
        self.url = _url(*listening.getsockname()[:2])
        self._server = create_server(
            application,
            map=self._sockets,
            sockets=[listening],
            threads=config.web.threads,
            ident=None,
            **(_TRUST_THE_PROXY if config.site.behind_proxy else {}),
        )
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Let requests in hand end, then close."""
        self._server.task_dispatcher.shutdown(timeout=DRAIN_SECONDS)
        self._flush()
        # Sockets belong to the server's own loop, which ends when none is left.
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._sockets))
        self._thread.join(DRAIN_SECONDS)

    def _flush(self) -> None:
        """Wait a moment for answers that are written, but not yet out."""
        until = clock.monotonic() + 1
        while clock.monotonic() < until and any(map(_unsent, list(self._sockets.values()))):
            time.sleep(0.01)


# An address that means "all of this machine's" is no address to visit.
_REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_TRUST_THE_PROXY: dict[str, Any] = {
    "trusted_proxy": "*",
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
}


def _url(host: str, port: int) -> str:
    host = _REACHED_AT.get(host, host)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _unsent(channel: Any) -> int:
    return getattr(channel, "total_outbufs_len", 0)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            "C020",
            f"Cannot listen on {host}, port {port}: {error.strerror or error}.",
            "Stop the program that has it, or choose another: SYNDICATE_WEB__PORT=8001.",
        ) from error
