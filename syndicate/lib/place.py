"""Where the database lies: the same text as long as it is the same one, another for a copy.

SQLite      the file's number on its disk, and the machine     a copied file has another number
PostgreSQL  the server's own number, and the database's        a restored dump is another database
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import connection

_ASK_SERVER = "SELECT has_function_privilege('pg_control_system()', 'execute')"
_SERVER = "SELECT system_identifier FROM pg_control_system()"
_DATABASE = "SELECT oid FROM pg_database WHERE datname = current_database()"


def place() -> str:
    """Of the database in use."""
    if connection.vendor == "sqlite":
        return _of_file(Path(connection.settings_dict["NAME"]))
    # Some hosted servers keep their number to themselves.
    server = _ask(_SERVER) if _ask(_ASK_SERVER) else "server"
    return f"{server}/{_ask(_DATABASE)}"


def _of_file(file: Path) -> str:
    try:
        number = file.stat().st_ino
    except OSError:  # in memory
        number = 0
    return f"{_machine()}/{number}"


def _machine() -> str:
    """A mark of this machine. None in a container, which is made anew with each update."""
    if any(Path(sign).exists() for sign in ("/.dockerenv", "/run/.containerenv")):
        return "container"
    try:
        number = Path("/etc/machine-id").read_bytes().strip()
    except OSError:
        return "machine"
    # Not the number itself: https://www.freedesktop.org/software/systemd/man/machine-id.html
    return hashlib.blake2b(number, digest_size=8, key=b"syndicate").hexdigest()


def _ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
