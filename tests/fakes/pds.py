"""A real Bluesky server (PDS) on 127.0.0.1, from npm: `make pds` installs it.

with Pds() as pds:
    pds.url, pds.handle, pds.password
    pds.records()           what stands there, oldest first
    pds.appview             the app's server, which counts reactions: tests.fakes.appview
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from tests.fakes.appview import AppView

HERE = Path(__file__).resolve().parent
MODULES = HERE.parents[1] / ".cache" / "pds"


def missing() -> str:
    """Why there is none, or an empty text."""
    if shutil.which("node") is None:
        return "no node"
    if not (MODULES / "node_modules" / "@atproto" / "pds").is_dir():
        return "no Bluesky server; make pds installs it"
    return ""


class Pds:
    """Starts on entering, with one account; ends on leaving."""

    handle = "harbour.test"
    password = "a-password-for-the-review"

    def __enter__(self) -> Pds:
        self._data = tempfile.mkdtemp(prefix="pds-")
        self.appview = AppView(self.stands).__enter__()
        settings = {
            "PDS_MODULES": str(MODULES),
            "PDS_DATA": self._data,
            "PDS_APPVIEW": self.appview.url,
            "LOG_ENABLED": "false",
        }
        self._process = subprocess.Popen(
            ["node", str(HERE / "pds.cjs")],
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url: str = json.loads(self._process.stdout.readline())["pds"]
        account = {"handle": self.handle, "password": self.password, "email": "r@example.org"}
        self.did: str = self.call("com.atproto.server.createAccount", account)["did"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)
        self.appview.__exit__()
        shutil.rmtree(self._data, ignore_errors=True)

    def records(self) -> list[dict[str, Any]]:
        """The posts, oldest first, as anybody may read them: uri, cid, value."""
        page = f"com.atproto.repo.listRecords?repo={self.did}&collection=app.bsky.feed.post"
        found: list[dict[str, Any]] = self.call(f"{page}&reverse=true&limit=100")["records"]
        return found

    def stands(self, uri: str) -> bool:
        """Whether a post is there."""
        return any(record["uri"] == uri for record in self.records())

    def profile(self) -> dict[str, Any]:
        """What the account says of itself."""
        page = f"com.atproto.repo.getRecord?repo={self.did}&collection=app.bsky.actor.profile"
        found: dict[str, Any] = self.call(f"{page}&rkey=self")["value"]
        return found

    def blob(self, found: dict[str, Any]) -> bytes:
        """A picture that a record names."""
        page = f"/xrpc/com.atproto.sync.getBlob?did={self.did}&cid={found['ref']['$link']}"
        with urllib.request.urlopen(self.url + page, timeout=20) as answer:
            data: bytes = answer.read()
            return data

    def call(self, name: str, body: Any = None) -> Any:
        """One XRPC call without a login."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self.url}/xrpc/{name}", data, headers)
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.load(answer)
