"""The scene of a fleet: a judge, and a PostgreSQL server to be killed, as in the fault tests."""

from tests.faults.conftest import judge, own_postgres

__all__ = ["judge", "own_postgres"]
