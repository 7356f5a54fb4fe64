"""The site's configuration: defaults < config/syndicate.toml < environment, typed and frozen.

    shipped TOML (every option) → the site's TOML → SYNDICATE_SECTION__KEY[_FILE] → bounds → Config

The shipped file is the only place where a default is written; the classes here give the types.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from syndicate import paths
from syndicate.lib import bounds, overlay, ways
from syndicate.lib.errors import ConfigError


@dataclass(frozen=True)
class Publication:
    """Who publishes."""

    name: str
    url: str
    tagline: str
    logo: str
    language: str
    timezone: str
    postal_address: str
    contact: str
    accent: str
    follow: dict[str, str]


@dataclass(frozen=True)
class Site:
    """Where our own pages are."""

    base_url: str
    secret_key: str
    allowed_hosts: list[str]
    behind_proxy: bool


@dataclass(frozen=True)
class Database:
    """Where rows are kept."""

    url: str


@dataclass(frozen=True)
class Mail:
    """How editions are sent."""

    transport: str
    weight: int
    from_name: str
    from_address: str
    bounce_address: str
    batch_size: int
    max_attempts: int
    retry_minutes: list[int]
    on_unknown: str
    send_delay_minutes: int
    max_html_kb: int


@dataclass(frozen=True)
class Pace:
    """How fast mail leaves: see lib.rates."""

    transport: str
    domain: str
    warm_up: str
    warm_up_from: str
    domains: dict[str, str]


@dataclass(frozen=True)
class Dkim:
    """How mails are signed."""

    domain: str
    selector: str
    private_key: str
    ed25519_selector: str
    ed25519_private_key: str


@dataclass(frozen=True)
class Smtp:
    """The mail server."""

    host: str
    port: int
    security: str
    username: str
    password: str
    timeout_seconds: int
    connections: int
    messages_per_connection: int


@dataclass(frozen=True)
class Directory:
    """The .eml folder."""

    path: str


@dataclass(frozen=True)
class Provider:
    """A company's sending service."""

    name: str
    settings: dict[str, Any]
    timeout_seconds: int
    connections: int


@dataclass(frozen=True)
class Way:
    """One further way out: a table of [transports], with the options of its kind's section."""

    kind: str
    weight: int
    options: Smtp | Directory | Provider
    pace: str = ""
    warm_up: str = ""
    warm_up_from: str = ""


@dataclass(frozen=True)
class Sources:
    """How sources are watched."""

    interval_minutes: float
    adapt: bool
    shortest_minutes: float
    longest_hours: float
    settle_minutes: int
    timeout_seconds: int
    deadline_seconds: int
    max_bytes: int
    unconditional_hours: int
    max_new: int
    max_age_days: int
    per_host: int
    look_width: int
    robots: bool
    proxy: str
    user_agent: str
    allow_private: list[str]


@dataclass(frozen=True)
class Social:
    """How posts are published."""

    timeout_seconds: int
    max_attempts: int
    retry_minutes: list[int]
    on_unknown: str
    font: str


@dataclass(frozen=True)
class Alerts:
    """Who is mailed when something needs a person."""

    mail_to: list[str]


@dataclass(frozen=True)
class Subscribe:
    """How people sign up."""

    double_opt_in: bool
    confirm_days: int
    confirm_hours_between: int
    confirm_lifetime: int
    per_address_hour: int
    mails_per_hour: int


@dataclass(frozen=True)
class Daemon:
    """The clock and its hands."""

    engine: str
    tick_seconds: float
    workers: int
    lease_seconds: int
    catch_up_hours: int
    drain_seconds: int


@dataclass(frozen=True)
class Web:
    """The web server inside."""

    host: str
    port: int
    threads: int


@dataclass(frozen=True)
class Log:
    """What is told while running."""

    level: str
    json: bool


@dataclass(frozen=True)
class Config:
    """Everything an operator may set. One attribute per TOML table."""

    publication: Publication
    site: Site
    database: Database
    mail: Mail
    pace: Pace
    dkim: Dkim
    smtp: Smtp
    directory: Directory
    provider: Provider
    transports: dict[str, Way]
    sources: Sources
    social: Social
    alerts: Alerts
    subscribe: Subscribe
    daemon: Daemon
    web: Web
    log: Log


@dataclass(frozen=True)
class Reading:
    """What was found where: also of use when something in it is wrong.

    *origins* says of each ``section.key`` where its value comes from: ``default``, a file's path or
    a variable's name. *config* is None where there are *mistakes*.
    """

    config: Config | None
    mistakes: list[ConfigError]
    origins: dict[str, str]


def site() -> Config:
    """The configuration in force (Django's settings hold it, so a test can exchange it)."""
    from django.conf import settings

    found: Config = settings.SYNDICATE
    return found


def load(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the configuration; *file* need not exist. Raises ConfigError, naming the option."""
    reading = read(file, environ)
    if reading.config is None:
        raise reading.mistakes[0]
    return reading.config


def read(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Reading:
    """The same, but with every mistake instead of the first."""
    file = paths.config_file() if file is None else file
    layers = overlay.layers(file, os.environ if environ is None else environ)
    mistakes = layers.mistakes or bounds.mistakes(layers.tables)
    config = None if mistakes else _build(layers.tables)
    return Reading(config, mistakes, layers.origins)


def _build(tables: Mapping[str, dict[str, Any]]) -> Config:
    # Paths are joined to it with their own slash.
    tables["site"]["base_url"] = tables["site"]["base_url"].rstrip("/")
    kinds: dict[str, Any] = get_type_hints(Config)
    kinds[ways.SECTION] = lambda **tables: {name: _way(kinds, t) for name, t in tables.items()}
    return Config(**{f.name: kinds[f.name](**tables[f.name]) for f in fields(Config)})


def _way(kinds: Mapping[str, Any], table: Mapping[str, Any]) -> Way:
    options = {key: value for key, value in table.items() if key not in ways.OWN}
    own = {key: table[key] for key in ways.OWN}
    return Way(**own, options=kinds[table["kind"]](**options))
