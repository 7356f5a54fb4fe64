"""A real Matrix server (Synapse) on 127.0.0.1, from PyPI: `make synapse` installs it.

with Synapse() as synapse:
    synapse.url, synapse.token, synapse.room    what an account needs
    synapse.said()                              what readers of the room see, oldest first
    synapse.get("/v3/…"), synapse.ask("POST", "/v3/…", {…})     as the account itself
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

PYTHON = Path(__file__).resolve().parents[2] / ".cache" / "synapse" / "bin" / "python"
# A loaded machine takes its time to make the database.
_PATIENCE = 90
_PLENTY = {"per_second": 10_000, "burst_count": 10_000}


def missing() -> str:
    """Why there is none, or an empty text."""
    return "" if PYTHON.exists() else "no Matrix server; make synapse installs it"


class Synapse:
    """Starts on entering, with one account and one room; ends on leaving."""

    name = "matrix.example"
    user = "@review:matrix.example"
    alias = "#review:matrix.example"

    def __enter__(self) -> Synapse:
        self._data = Path(tempfile.mkdtemp(prefix="synapse-"))
        self._secret = secrets.token_hex(16)
        self._log = (self._data / "out.log").open("wb")
        self._start()
        self.token = self.register("review", admin=True)["access_token"]
        made = {"room_alias_name": "review", "preset": "public_chat", "name": "The review"}
        self.room: str = self.ask("POST", "/v3/createRoom", made)["room_id"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()
        shutil.rmtree(self._data, ignore_errors=True)

    def register(self, name: str, admin: bool = False) -> dict[str, str]:
        """A new account: user_id, access_token, device_id."""
        nonce = self.ask("GET", "/_synapse/admin/v1/register")["nonce"]
        level = "admin" if admin else "notadmin"
        signed = "\0".join([nonce, name, "a-password", level]).encode()
        mac = hmac.new(self._secret.encode(), signed, hashlib.sha1).hexdigest()
        wanted = {"nonce": nonce, "username": name, "password": "a-password"}
        found: dict[str, str] = self.ask(
            "POST", "/_synapse/admin/v1/register", wanted | {"admin": admin, "mac": mac}
        )
        return found

    def said(self) -> list[dict[str, Any]]:
        """The contents of the room's messages, oldest first, without what was taken down."""
        page = f"/v3/rooms/{quote(self.room)}/messages?dir=b&limit=500"
        found = [event["content"] for event in reversed(self.get(page)["chunk"])]
        return [content for content in found if "body" in content]

    def standing(self) -> list[dict[str, Any]]:
        """The room's messages, oldest first, each with the content that readers see now.

        A change of what stands is part of that; one of what was taken down would be a post.
        """
        page = f"/v3/rooms/{quote(self.room)}/messages?dir=b&limit=500"
        found = [one for one in reversed(self.get(page)["chunk"]) if "body" in one["content"]]
        ids = {one["event_id"] for one in found}
        return [one | {"content": _now(one)} for one in found if _changes(one) not in ids]

    def event(self, remote_id: str) -> dict[str, Any]:
        """One event, by what the channel calls it."""
        room, _, id = remote_id.partition("/")
        found: dict[str, Any] = self.get(f"/v3/rooms/{quote(room)}/event/{quote(id)}")
        return found

    def edits(self, remote_id: str) -> list[str]:
        """The texts of all changes of an event, oldest first."""
        room, _, id = remote_id.partition("/")
        page = f"/v1/rooms/{quote(room)}/relations/{quote(id)}/m.replace?dir=f"
        return [one["content"]["m.new_content"]["body"] for one in self.get(page)["chunk"]]

    def download(self, uri: str) -> bytes:
        """An upload (mxc://…), as readers get it."""
        return self.raw(f"/_matrix/client/v1/media/download/{uri.removeprefix('mxc://')}")

    def get(self, path: str) -> Any:
        """What the account gets."""
        return self.ask("GET", path)

    def raw(self, path: str) -> bytes:
        """An upload, as readers download it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        asked = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            found: bytes = answer.read()
            return found

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """One call; a path that begins with /v is one of the client API."""
        path = path if path.startswith("/_") else f"/_matrix/client{path}"
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if token or hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {token or self.token}"
        asked = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)

    def _start(self) -> None:
        """On a port that is free; Synapse cannot be handed one that listens already."""
        for _ in range(5):
            with socket.create_server(("127.0.0.1", 0)) as found:
                port = found.getsockname()[1]
            self.url = f"http://127.0.0.1:{port}"
            config = self._data / "homeserver.yaml"
            # JSON is YAML.
            config.write_text(json.dumps(self._settings(port)), encoding="utf-8")
            self._process = subprocess.Popen(
                [str(PYTHON), "-m", "synapse.app.homeserver", "--config-path", str(config)],
                stdout=self._log, stderr=self._log, cwd=self._data,
            )  # fmt: skip
            if self._up():
                return
            self._process.kill()
            self._process.wait()
        raise RuntimeError(
            f"Synapse does not start: {(self._data / 'out.log').read_text()[-2000:]}"
        )

    def _up(self) -> bool:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.ask("GET", "/versions")
                return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        return False

    def _settings(self, port: int) -> dict[str, Any]:
        key = self._data / "signing.key"
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        key.write_text(f"ed25519 a_test {seed}\n", encoding="utf-8")
        quiet = {"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}}
        log = self._data / "log.yaml"
        log.write_text(json.dumps(quiet), encoding="utf-8")
        listener = {
            "port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": False,
            "resources": [{"names": ["client", "media"], "compress": False}],
        }  # fmt: skip
        return {
            "server_name": self.name,
            "report_stats": False,
            "pid_file": str(self._data / "pid"),
            "log_config": str(log),
            "signing_key_path": str(key),
            "macaroon_secret_key": self._secret,
            "registration_shared_secret": self._secret,
            "media_store_path": str(self._data / "media"),
            "max_upload_size": "1M",
            "database": {"name": "sqlite3", "args": {"database": str(self._data / "db")}},
            "listeners": [listener],
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "rc_message": _PLENTY,
            "rc_registration": _PLENTY,
            "rc_joins": {"local": _PLENTY, "remote": _PLENTY},
        }


def _now(event: dict[str, Any]) -> dict[str, Any]:
    """Its content after the last change; relations are the event's own."""
    last = event.get("unsigned", {}).get("m.relations", {}).get("m.replace", {})
    before: dict[str, Any] = event["content"]
    kept = {name: before[name] for name in ("m.relates_to",) if name in before}
    return last.get("content", {}).get("m.new_content", before) | kept


def _changes(event: dict[str, Any]) -> str:
    """The event that it replaces, or an empty text."""
    relation = event["content"].get("m.relates_to", {})
    return str(relation["event_id"]) if relation.get("rel_type") == "m.replace" else ""
