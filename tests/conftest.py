"""What every test may use: the time, the site, and rows with a vocabulary."""

from __future__ import annotations

import dataclasses
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from syndicate.lib.config import Config
from tests.fakes.postgres import Postgres, programs
from tests.home import HOME

# The same examples each time, however slow the machine; `make soak` may look for new ones.
hypothesis.settings.register_profile("ours", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ours")

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests wait for servers, processes and clocks."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first, so that nobody waits for them in the end."""
    items.sort(key=lambda item: not item.name.endswith("on_postgresql"))


@pytest.fixture
def now() -> datetime:
    """A Monday, noon UTC."""
    return NOON


@pytest.fixture
def configure(settings: Any) -> Callable[..., Config]:
    """``configure(mail={"batch_size": 10})`` changes the site's configuration for one test."""

    def change(**tables: dict[str, Any]) -> Config:
        config: Config = settings.SYNDICATE
        for name, values in tables.items():
            now = getattr(config, name)
            # [transports] is a table of tables: what is given stands instead of all of them.
            table = values if isinstance(now, dict) else dataclasses.replace(now, **values)
            config = dataclasses.replace(config, **{name: table})
        settings.SYNDICATE = config
        return config

    return change


@pytest.fixture
def corpora() -> Path:
    """The folder of corpora beside the project; a test that needs it is skipped without it."""
    folder = SHARED / "corpora"
    if not folder.is_dir():
        pytest.skip("no ../shared/corpora beside the project")
    return folder


@pytest.fixture(scope="session", autouse=True)
def plain_django() -> None:
    """What is tested is ours: Django's hashing may be weak, and what it notes down after each time
    that tables were emptied, its permissions and kinds of content, is asked for by nobody."""
    from django.conf import settings
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    assert post_migrate.disconnect(
        dispatch_uid=f"{create_permissions.__module__}.create_permissions"
    )
    assert post_migrate.disconnect(create_contenttypes)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of this process, each with a database of its own."""
    if programs() is None:
        pytest.skip("no PostgreSQL server program is installed")
    with Postgres(quick=True) as server:
        yield server


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """SQLite in a file, as in earnest: one in memory refuses a second thread instead of waiting."""
    from django.conf import settings

    for database in settings.DATABASES.values():
        if "sqlite" in database["ENGINE"]:
            database.setdefault("TEST", {})["NAME"] = str(HOME / "test.sqlite3")


@contextmanager
def small_files(most: int = 10_000) -> Iterator[None]:
    """No file may grow beyond *most* bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
