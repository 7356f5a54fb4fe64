"""The scene of a fleet: a judge and a PostgreSQL server, as in the fault tests."""

from tests.faults.conftest import judge, postgres

__all__ = ["judge", "postgres"]
