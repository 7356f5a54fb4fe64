"""What both real systems have in common: posts, and a server of ours on 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import requests

PATIENCE = 60  # seconds until a server must answer


@dataclass(frozen=True)
class Post:
    """One post as its system names it."""

    id: str
    url: str
    title: str


class Site(Protocol):
    """What an author does, in the same words for every system."""

    url: str
    feed_url: str
    own_kind: str  # of a source that asks its own interface
    published: str  # the word for that state
    unprotected: Mapping[str, str]  # the fields of a post that everybody may read

    def publish(self, title: str, html: str = ..., **fields: Any) -> Post: ...
    def edit(self, post: Post, **fields: Any) -> Post: ...
    def rename(self, post: Post, slug: str) -> Post: ...
    def unpublish(self, post: Post) -> None: ...
    def delete(self, post: Post) -> None: ...
    def clear(self, keep: Collection[str] = ()) -> None: ...
    def schedule(self, title: str, at: datetime) -> Post: ...
    def backdate(self, title: str, to: datetime) -> Post: ...
    def protect(self, title: str, html: str) -> Post: ...
    def dress(self, theme: str) -> None: ...
    def featured(self, file: Path, alt: str) -> dict[str, Any]: ...
    def figure(self, file: Path, alt: str, caption: str) -> str:
        """Upload a picture; the HTML that shows it in a post."""

    def tick(self) -> None:
        """Let the system do what has become due."""

    def source(self, kind: str) -> dict[str, Any]:
        """What a Source row of that kind needs: ``url``, perhaps ``credentials``."""


class Server:
    """Programs and a temporary folder that end together."""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str | Path, env: Mapping[str, str], inside: Path) -> None:
        """Start a program; what it says is in ``log`` of the folder."""
        with (self.folder / "log").open("ab") as log:
            self._running.append(
                subprocess.Popen(
                    [str(part) for part in command],
                    env=os.environ | env,
                    cwd=inside,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def wait_for(self, path: str) -> None:
        """Until the server answers 200 at *path*."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.check()
            try:
                if requests.get(self.url + path, timeout=PATIENCE).status_code == 200:
                    return
            except requests.ConnectionError:
                pass  # not yet
            time.sleep(0.1)
        raise AssertionError(f"{self.url}{path} does not answer.\n{self.said()}")

    def check(self) -> None:
        """All that was started still runs."""
        assert all(each.poll() is None for each in self._running), self.said()

    def said(self) -> str:
        """The end of what the programs said."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def close(self) -> None:
        """End what was started, last first, and leave nothing behind."""
        for process in reversed(self._running):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
