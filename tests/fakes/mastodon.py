"""A Mastodon server on 127.0.0.1: mastodon_mock, which keeps what it is sent, in its own process.

with Mastodon() as server:
    server.url, server.token        what an account needs
    server.statuses()               what followers see, newest first
    server.react(id)                a reader likes, boosts and answers it

Two things that mastodon_mock leaves out are added: a status changed without naming its pictures
loses them, and a picture whose description says "slow" is worked on for a while (202, 206, 422).
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
        return json.loads(self.read(self.url + path))

    def read(self, url: str) -> bytes:
        """What lies at *url*."""
        with urllib.request.urlopen(self._asked(url), timeout=10) as answer:
            found: bytes = answer.read()
            return found

    def react(self, id: str) -> None:
        """A reader likes the status, boosts it and answers."""
        for act in ("favourite", "reblog"):
            self._post(f"/api/v1/statuses/{id}/{act}", {})
        self._post("/api/v1/statuses", {"status": "How nice!", "in_reply_to_id": id})

    def _post(self, path: str, body: dict[str, str]) -> None:
        asked = self._asked(self.url + path)
        asked.data, asked.method = json.dumps(body).encode(), "POST"
        asked.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(asked, timeout=10):
            """It is done."""

    def _asked(self, url: str) -> urllib.request.Request:
        return urllib.request.Request(url, headers={"Authorization": f"Bearer {self.reader_token}"})

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
    app = create_app(config)
    _complete(app)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    print(f"http://{here}", flush=True)
    server.run(sockets=[listening])


def _complete(app: Any) -> None:
    """Add what mastodon_mock leaves out."""
    from fastapi import Request
    from fastapi.responses import JSONResponse

    waiting: dict[str, int] = {}  # looks until a picture is ready

    @app.middleware("http")
    async def complete(request: Request, go_on: Any) -> Any:
        method, path = request.method, request.url.path
        sent = await request.body()
        id = path.rpartition("/")[2]
        if (method, path) == ("POST", "/api/v2/media") and b"slow" in sent:
            answer = await go_on(request)
            told = json.loads(b"".join([part async for part in answer.body_iterator]))
            waiting[told["id"]] = 2
            return JSONResponse(told | {"url": None}, 202)
        if method == "GET" and path == f"/api/v1/media/{id}" and waiting.get(id):
            waiting[id] -= 1
            return JSONResponse({"id": id, "url": None}, 206)
        if method == "POST" and path == "/api/v1/statuses" and _named(sent) & set(_busy(waiting)):
            no = "Cannot attach files that have not finished processing. Try again in a moment!"
            return JSONResponse({"error": no}, 422)
        answer = await go_on(request)
        if method == "PUT" and path == f"/api/v1/statuses/{id}" and answer.status_code == 200:
            _keep(app, int(id), _named(sent))
        return answer


def _named(sent: bytes) -> set[str]:
    return set(json.loads(sent or b"{}").get("media_ids", []))


def _busy(waiting: dict[str, int]) -> list[str]:
    return [id for id, looks in waiting.items() if looks]


def _keep(app: Any, status: int, named: set[str]) -> None:
    from mastodon_mock.db.models import MediaAttachment

    with app.state.session_factory() as session:
        for media in session.query(MediaAttachment).filter_by(status_id=status):
            if str(media.id) not in named:
                media.status_id = None
        session.commit()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
