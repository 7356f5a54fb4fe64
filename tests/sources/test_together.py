"""Two looks that store the same story at the same moment, and all of it on PostgreSQL as well."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from syndicate.sources.detect import keep
from syndicate.sources.detect import look as see
from syndicate.sources.keep import Shaped, shape
from syndicate.sources.models import Article
from syndicate.sources.readers import READERS
from tests.conftest import NOON
from tests.fakes.postgres import Postgres
from tests.sources.looking import HOUR, Stage, entry, look, show, staged

SUITES = ["look", "take", "stories", "together", "logbook"]


@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "stage", ("", f"{Stage.__module__}.Stage"))
    sources = [look(staged([entry(1)]), NOON) for _ in range(4)]
    for source in sources:
        show(source, [entry(7)])
    looks = [shape(see(source, NOON + HOUR), NOON + HOUR) for source in sources]
    together = Barrier(len(looks))

    def store(shaped: Shaped) -> None:
        try:
            connection.ensure_connection()
            together.wait(10)
            with transaction.atomic():
                keep(shaped, NOON + HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(looks)) as hands:
        list(hands.map(store, looks))
    first, *others = Article.objects.filter(title="T7").order_by("pk")
    assert [article.twin_of_id for article in others] == [first.pk] * 3


@pytest.mark.postgres
def test_detection_on_postgresql(postgres: Postgres) -> None:
    files = [f"tests/sources/test_{name}.py" for name in SUITES]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider",
         "-m", "not postgres", *files],
        env=os.environ | {"TEST_DATABASE": postgres.url()},
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
