"""Another process at the same PostgreSQL, played by a connection of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

_INSERT = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock)"
    " VALUES (split_part(%s, ':', 1), split_part(%s, ':', 1), %s)"
)


class Other:
    """Open within its block."""

    def __enter__(self) -> Other:
        told = connection.get_connection_params()
        address = {key: told[key] for key in ("dbname", "user", "host", "port") if key in told}
        self._raw = psycopg.connect(**address, autocommit=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    def execute(self, statement: str) -> None:
        """Do it, and commit."""
        self._raw.execute(statement)  # type: ignore[arg-type]

    @contextmanager
    def holding(self, key: int) -> Iterator[None]:
        """It is the one that puts and sweeps."""
        with self._raw.transaction():
            self._raw.execute("SELECT pg_advisory_xact_lock(%s)", [key])
            yield

    @contextmanager
    def hiding(self, table: str) -> Iterator[None]:
        """Whoever asks *table* waits for an answer."""
        with self._raw.transaction():
            self.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield

    @contextmanager
    def putting_at_the_last_moment(self, lock: str) -> Iterator[None]:
        """A job with this lock is put once we have asked what there is, before we put ours."""

        def after(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
            result = execute(sql, params, many, context)
            if "FROM procrastinate_jobs AS job" in sql:
                self._raw.execute(_INSERT, [lock, lock, lock])
            return result

        with connection.execute_wrapper(after):
            yield
