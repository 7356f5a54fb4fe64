"""A real PostgreSQL cluster of our own on loopback, in a temporary folder.

with Postgres() as server:
    server.url()  # postgresql://syndicate@127.0.0.1:PORT/fresh-database
with Postgres(quick=True): ...  # for tests in which no machine loses its power
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import psycopg

_PLACES = "/usr/lib/postgresql"
# Nothing waits for the disk (https://www.postgresql.org/docs/current/non-durability.html).
_QUICK = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs() -> Path | None:
    """The folder with initdb and postgres, newest version first; None where none is installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path(_PLACES).glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return versions[-1].parent if versions else None


class Postgres:
    """Starts on entering, is gone on leaving. *quick*: it survives no power cut."""

    def __init__(self, quick: bool = False) -> None:
        self._settings = _QUICK if quick else ""
        self._names = (f"test{n}" for n in itertools.count(1))
        # PostgreSQL refuses to run as root; Debian's package brings a user for it.
        self._user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name

    def __enter__(self) -> Postgres:
        found = programs()
        if found is None:
            raise RuntimeError("no PostgreSQL server program is installed")
        self._bin = found
        self._folder = Path(tempfile.mkdtemp(prefix="syndicate-pg-"))
        shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", str(self._data), "-U", "syndicate", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-sync")  # fmt: skip
        self.port = _free_port()
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "-D", str(self._data), "-o", options + self._settings, "-w", "-l",
                  str(self._folder / "log"), "start")  # fmt: skip

    def stop(self, how: str = "fast") -> None:
        """Stop it: ``fast`` politely, ``immediate`` as a crash would."""
        self._run("pg_ctl", "-D", str(self._data), "-m", how, "stop")

    def url(self) -> str:
        """The address of a database that nobody has used."""
        name = next(self._names)
        server = f"postgresql://syndicate@127.0.0.1:{self.port}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        return f"{server}/{name}"

    @property
    def pid(self) -> int:
        """The server's first process, parent of all others."""
        return int((self._data / "postmaster.pid").read_text(encoding="ascii").split()[0])

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            user=self._user if os.getuid() == 0 else None,
            cwd="/",
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
