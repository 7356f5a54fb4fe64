"""A Mastodon server on 127.0.0.1: mastodon_mock, which keeps what it is sent, in its own process.

with Mastodon() as server:
    server.url, server.token        what an account needs
    server.statuses()               what followers see, newest first
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from typing import Any


class Mastodon:
    """Starts on entering, ends on leaving. *domain* stands in the permalinks, else its own."""

    token = "a-token-for-the-review"
    reader_token = "a-token-for-a-reader"

    def __init__(
        self, username: str = "review", name: str = "The Harbour Review", domain: str = ""
    ):
        self._arguments = [username, name, domain, self.token, self.reader_token]
        self.username = username
        self.url = ""

    def __enter__(self) -> Mastodon:
        self._process = subprocess.Popen(
            [sys.executable, __file__, *self._arguments], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError("mastodon_mock did not start; its reason stands above")
        self._wait_until_up()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)

    def statuses(self) -> list[dict[str, Any]]:
        """The public timeline, newest first, as the API gives it."""
        found: list[dict[str, Any]] = self.get("/api/v1/timelines/public?local=true&limit=40")
        return found

    def get(self, path: str) -> Any:
        """What a reader with an account gets at *path*."""
        asked = urllib.request.Request(
            self.url + path, headers={"Authorization": f"Bearer {self.reader_token}"}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    def _wait_until_up(self) -> None:
        # It listens from the start; the first answer comes when it is ready.
        self.get("/api/v2/instance")


def _serve(username: str, name: str, domain: str, token: str, reader_token: str) -> None:
    import uvicorn
    from mastodon_mock.app import create_app
    from mastodon_mock.config import MastodonMockConfig, SeedAccount, SeedConfig

    # Listening before the port is told: nobody else can take it, and no test has to guess one.
    listening = socket.create_server(("127.0.0.1", 0))
    here = f"127.0.0.1:{listening.getsockname()[1]}"
    review = SeedAccount(username=username, display_name=name, access_token=token)
    reader = SeedAccount(username="reader", display_name="A reader", access_token=reader_token)
    config = MastodonMockConfig(
        domain=domain or here,
        url_scheme="http",
        title="A timeline",
        seed=SeedConfig(accounts=[review, reader]),
    )
    server = uvicorn.Server(uvicorn.Config(create_app(config), log_level="error"))
    print(f"http://{here}", flush=True)
    server.run(sockets=[listening])


if __name__ == "__main__":
    _serve(*sys.argv[1:])
