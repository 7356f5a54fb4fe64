"""A whole installation between real servers on loopback, on SQLite and on PostgreSQL."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.inbox import Inbox
from tests.fakes.postgres import Postgres
from tests.fakes.website import Website
from tests.installation import Installation

READERS = ("ada@example.org", "bjorn@example.org", "chiara@example.org")


@pytest.fixture
def website() -> Iterator[Website]:
    """A publication with one old article."""
    with Website("The Harbour Review") as site:
        site.publish("An old story")
        yield site


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A mail server that keeps what it gets."""
    with Inbox() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database; an empty text is the default, SQLite."""
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("postgres")
    return server.url()


@pytest.fixture
def installed(tmp_path: Path, website: Website, inbox: Inbox) -> Callable[..., Installation]:
    """``installed(database)``: set up, with three readers; an edition for each article, held."""

    def install(database: str = "", **options: str) -> Installation:
        port = free_port()
        given = {
            "WEB__PORT": str(port),
            "SITE__BASE_URL": f"http://127.0.0.1:{port}",
            "SMTP__SECURITY": "none",
            "SMTP__PORT": str(inbox.port),
            "SOURCES__ALLOW_PRIVATE": '["127.0.0.1", "localhost"]',
            "SOURCES__INTERVAL_MINUTES": "0.02",
            "DAEMON__TICK_SECONDS": "0.2",
        }
        if database:
            given["DATABASE__URL"] = database
        site = Installation(tmp_path / "site", given | options)
        site.home.mkdir()
        site.syndicate(
            "init", "--no-input", "--name", "The Harbour Review", "--url", website.url,
            "--from", "The Harbour Review <news@harbour.example.org>",
            "--smtp-host", "127.0.0.1", "--postal-address", "1 Quay Street",
            "--password-file", "-", stdin="a long enough password",
        )  # fmt: skip
        people = "\n".join(READERS)
        site.syndicate("subscriber", "import", "-", stdin=f"email\n{people}\n")
        return site

    return install


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
