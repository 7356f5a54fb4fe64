"""What doctor says about the configuration: pure, one mistake at a time."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from syndicate.checks import settings
from syndicate.lib.config import Config, site

GOOD = {
    "mail": {"transport": "smtp", "from_address": "news@example.org"},
    "smtp": {"host": "mail.example.org", "security": "starttls"},
}


@pytest.fixture
def config(configure: Callable[..., Config]) -> Config:
    """A site in good order that sends real mail."""
    return configure(**GOOD)


def ids(config: Config, **tables: dict[str, Any]) -> list[str]:
    """What is found once *tables* are changed."""
    for name, values in tables.items():
        table = dataclasses.replace(getattr(config, name), **values)
        config = dataclasses.replace(config, **{name: table})
    rules = (settings.publication, settings.follow, settings.pages, settings.sender)
    return [finding.id for rule in rules for finding in rule(config)]


def test_a_site_in_good_order_has_no_findings(config: Config) -> None:
    assert ids(config) == []


@pytest.mark.parametrize(
    ("table", "values", "id"),
    [
        ("publication", {"name": ""}, "C013"),
        ("publication", {"url": "harbour.example.org"}, "C014"),
        ("publication", {"postal_address": ""}, "C015"),
        ("publication", {"logo": "logo.png"}, "C016"),
        ("publication", {"contact": "hello"}, "C018"),
        ("publication", {"follow": {"RSS": "feed.xml"}}, "C019"),
        ("site", {"base_url": "http://127.0.0.1:8000"}, "C021"),
        ("site", {"base_url": "http://localhost"}, "C021"),
        ("site", {"base_url": "http://news.example.org"}, "C022"),
        ("mail", {"from_address": ""}, "M001"),
        ("mail", {"from_address": "news@"}, "M001"),
        ("mail", {"bounce_address": "nobody"}, "M002"),
        ("mail", {"transport": "directory"}, "M003"),
        ("smtp", {"security": "none", "password": "secret"}, "M004"),
    ],
)
def test_a_mistake_has_its_id(config: Config, table: str, values: dict[str, Any], id: str) -> None:
    assert ids(config, **{table: values}) == [id]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_trying_out_on_one_machine_needs_no_public_address(config: Config, host: str) -> None:
    loopback = {"base_url": "http://127.0.0.1:8000"}
    assert ids(config, site=loopback, smtp={"host": host, "security": "none"}) == []


def test_every_finding_says_what_to_do(config: Config) -> None:
    bare = dataclasses.replace(
        site().publication, name="", url="", postal_address="", logo="x", contact="x"
    )
    found = list(settings.publication(dataclasses.replace(config, publication=bare)))
    assert len(found) == 5
    assert all(finding.hint for finding in found)
