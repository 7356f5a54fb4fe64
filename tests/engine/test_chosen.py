"""Which engine is chosen: mistakes are told before anything starts, and SQLite stays by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from django.apps import apps

from syndicate.daemon import Daemon
from syndicate.engine.local import LocalEngine
from syndicate.lib import config

DISTRIBUTED = {"SYNDICATE_DAEMON__ENGINE": "distributed"}
POSTGRESQL = {"SYNDICATE_DATABASE__URL": "postgresql://127.0.0.1/review"}


def mistakes(environ: dict[str, str]) -> list[str]:
    """Ids, without a file."""
    return [mistake.id for mistake in config.read(Path("absent.toml"), environ).mistakes]


def test_many_machines_need_postgresql() -> None:
    assert mistakes(DISTRIBUTED) == ["C027"]
    assert mistakes(DISTRIBUTED | POSTGRESQL) == []


def test_and_what_brings_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    assert mistakes(DISTRIBUTED | POSTGRESQL) == ["C028"]
    assert mistakes(POSTGRESQL) == []


def test_a_tick_is_also_the_sweep_and_never_further_away_than_half_a_minute() -> None:
    assert mistakes({"SYNDICATE_DAEMON__TICK_SECONDS": "31"}) == ["C009"]


def test_one_machine_has_none_of_it() -> None:
    assert not apps.is_installed("procrastinate.contrib.django")
    assert isinstance(Daemon()._engine, LocalEngine)
