"""A real Nostr relay (nostr-relay) on 127.0.0.1, from PyPI: `make relay` installs it.

with Relay() as relay:
    relay.url               ws://127.0.0.1:…
    relay.notes()           what readers see, oldest first
    relay.ask({…})          all that fits a filter
    relay.take(event)       somebody else's event

Run with the relay's own Python, this file is the server.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PYTHON = Path(__file__).resolve().parents[2] / ".cache" / "relay" / "bin" / "python"


def missing() -> str:
    """Why there is none, or an empty text."""
    return "" if PYTHON.exists() else "no Nostr relay; make relay installs it"


class Relay:
    """Starts on entering, ends on leaving; *settings* are nostr-relay's own."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings

    def __enter__(self) -> Relay:
        self._data = tempfile.mkdtemp(prefix="relay-")
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{listening.getsockname()[1]}"
        config = Path(self._data) / "config.yaml"
        config.write_text(json.dumps(self._config()), encoding="utf-8")
        command = [str(PYTHON), __file__, str(config), str(listening.fileno())]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=self._data,
            pass_fds=[listening.fileno()],
        )  # fmt: skip
        listening.close()  # the relay has it now
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "up\n":
            raise RuntimeError("the relay did not start; its reason stands above")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)
        shutil.rmtree(self._data, ignore_errors=True)

    def notes(self) -> list[dict[str, Any]]:
        """The notes that stand there."""
        return sorted(self.ask({"kinds": [1], "limit": 500}), key=lambda event: event["created_at"])

    def ask(self, *filters: dict[str, Any]) -> list[dict[str, Any]]:
        """As any reader asks."""
        from websockets.sync.client import connect

        found = []
        with connect(self.url, proxy=None) as there:
            there.send(json.dumps(["REQ", "all", *filters]))
            while (answer := json.loads(there.recv(30)))[0] != "EOSE":
                if answer[0] == "EVENT":
                    found.append(answer[2])
        return found

    def take(self, event: dict[str, Any]) -> None:
        """As any writer writes."""
        from websockets.sync.client import connect

        with connect(self.url, proxy=None) as there:
            there.send(json.dumps(["EVENT", event]))
            answer = json.loads(there.recv(30))
        assert answer[2], answer

    def _config(self) -> dict[str, Any]:
        check = [f"nostr_relay.validators.{name}" for name in ("is_not_too_large", "is_signed")]
        storage = {"sqlalchemy.url": f"sqlite+aiosqlite:///{self._data}/db", "validators": check}
        quiet = {"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}}
        return {"storage": storage, "logging": quiet} | self._settings


def _serve(config: str, descriptor: int) -> None:
    import asyncio

    import nostr_relay
    import uvicorn
    from alembic import config as alembic
    from nostr_relay.config import Config
    from nostr_relay.web import create_app

    Config.load(config)
    tables = Path(nostr_relay.__file__).with_name("alembic.ini")
    with contextlib.redirect_stdout(sys.stderr):
        alembic.main([f"-c{tables}", "upgrade", "head"])
    server = uvicorn.Server(uvicorn.Config(create_app(config), log_level="error"))
    listening = socket.socket(fileno=descriptor)

    async def run() -> None:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.02)
        if server.started:
            print("up", flush=True)
        await serving

    asyncio.run(run())


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
