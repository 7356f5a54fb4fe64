"""The ways out for mail, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from syndicate.cli.exits import Exit
from syndicate.lib import clock
from syndicate.lib.config import Config
from syndicate.mail.models import Pause
from tests.cli.conftest import Command
from tests.fakes.inbox import Inbox
from tests.ways import way

pytestmark = pytest.mark.django_db
Asked = Callable[..., Any]


@pytest.fixture(autouse=True)
def site(configure: Callable[..., Config]) -> None:
    backup = way("smtp", weight=0, host="127.0.0.1", port=9, security="none")
    configure(mail={"transport": "directory"}, transports={"backup": backup})


def shut(lane: str) -> None:
    now = clock.now()
    Pause.objects.create(lane=lane, until=now + timedelta(hours=1), since=now, error="535 no")


def test_all_ways_are_listed_with_their_state(asked: Asked, syndicate: Command) -> None:
    shut("transport backup")
    main, backup = asked("transport", "list")
    assert (main["name"], main["weight"], main["state"]) == ("directory", 1, "open")
    assert (backup["name"], backup["weight"], backup["state"]) == ("backup", 0, "paused")
    assert backup["error"] == "535 no"
    assert "535 no" in syndicate("transport", "list").stdout


def test_a_way_is_checked_without_sending(syndicate: Command, configure: Any) -> None:
    with Inbox() as inbox:
        near = way("smtp", host="127.0.0.1", port=inbox.port, security="none")
        configure(transports={"backup": near})
        assert "could leave by backup" in syndicate("transport", "check", "backup").stdout
        assert inbox.messages == []
    syndicate("transport", "check", "backup", code=Exit.REMOTE)
    syndicate("transport", "check", "pigeon", code=Exit.CONFIG)


def test_a_pause_is_ended_for_one_alone(asked: Asked, syndicate: Command) -> None:
    shut("transport backup")
    shut("transport directory")
    assert asked("transport", "resume", "backup") == {"name": "backup", "resumed": True}
    assert [row["state"] for row in asked("transport", "list")] == ["paused", "on trial"]
    assert "was not paused" in syndicate("transport", "resume", "backup").stdout
    syndicate("transport", "resume", "pigeon", code=Exit.FAILED)


def test_a_destination_is_tried_again_at_once(asked: Asked) -> None:
    shut("domain example.org")
    shut("domain a.example")
    assert asked("transport", "resume", "Example.org") == {"name": "Example.org", "resumed": True}
    assert [pause.name for pause in Pause.objects.in_force(clock.now())] == ["a.example"]


def test_config_shows_each_way_s_options_and_no_secret(
    syndicate: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option, value in (
        ("TRANSPORTS__BACKUP__KIND", "smtp"),
        ("TRANSPORTS__BACKUP__PASSWORD", "hush"),
        ("PROVIDER__SETTINGS__SERVER_TOKEN", "hush"),
        ("PROVIDER__SETTINGS__API_URL", "https://eu.example.org/"),
    ):
        monkeypatch.setenv(f"SYNDICATE_{option}", value)
    said = syndicate("config", "show", "--origin").stdout
    assert "transports.backup.kind" in said and "SYNDICATE_TRANSPORTS__BACKUP__KIND" in said
    assert "hush" not in said and "https://eu.example.org/" in said
