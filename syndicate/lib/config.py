"""The site's configuration: defaults < config/syndicate.toml < environment, typed and frozen.

    shipped TOML (every option) → the site's TOML → SYNDICATE_SECTION__KEY[_FILE] → Config

The shipped file is the only place where a default is written; the classes here give the types.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, cast, get_type_hints

from syndicate import paths
from syndicate.lib.errors import ConfigError

ENV_PREFIX = "SYNDICATE_"


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
class Sources:
    """How sources are watched."""

    interval_minutes: int
    timeout_seconds: int
    deadline_seconds: int
    max_bytes: int
    unconditional_hours: int
    max_new: int
    max_age_days: int
    user_agent: str
    allow_private: list[str]


@dataclass(frozen=True)
class Social:
    """How posts are published."""

    timeout_seconds: int
    max_attempts: int
    retry_minutes: list[int]
    on_unknown: str


@dataclass(frozen=True)
class Subscribe:
    """How people sign up."""

    double_opt_in: bool
    confirm_days: int
    confirm_hours_between: int
    confirm_lifetime: int
    per_address_hour: int


@dataclass(frozen=True)
class Daemon:
    """The clock and its hands."""

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
    smtp: Smtp
    directory: Directory
    sources: Sources
    social: Social
    subscribe: Subscribe
    daemon: Daemon
    web: Web
    log: Log


def site() -> Config:
    """The configuration in force (Django's settings hold it, so a test can exchange it)."""
    from django.conf import settings

    return cast(Config, settings.SYNDICATE)


def load(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the configuration; *file* need not exist. Raises ConfigError, naming the option."""
    file = paths.config_file() if file is None else file
    tables = _copy(defaults())
    if file.is_file():
        _lay_over(tables, _read(file), str(file))
    _lay_over(tables, _from_environment(os.environ if environ is None else environ), "environment")
    return _build(tables)


@cache
def defaults() -> dict[str, dict[str, Any]]:
    """The shipped file, as tables."""
    return _read(paths.shipped("config") / "syndicate.toml")


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            "C001", f"{file} is not valid TOML: {error}.", "Mend that line."
        ) from error


def _copy(tables: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: dict(table) for name, table in tables.items()}


def _lay_over(tables: dict[str, dict[str, Any]], over: Mapping[str, Any], origin: str) -> None:
    for section, table in over.items():
        if section not in tables:
            raise _unknown(section, tables, f"table [{section}]", origin)
        if not isinstance(table, dict):
            raise ConfigError("C003", f"[{section}] in {origin} must be a table.")
        for key, value in table.items():
            if key not in tables[section]:
                raise _unknown(key, tables[section], f"option {section}.{key}", origin)
            tables[section][key] = _fit(value, tables[section][key], f"{section}.{key}", origin)


def _unknown(word: str, known: Mapping[str, Any], what: str, origin: str) -> ConfigError:
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known)}."
    return ConfigError("C002", f"Unknown {what} in {origin}.", hint)


def _fit(value: Any, default: Any, name: str, origin: str) -> Any:
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        kind = {str: "text", bool: "true or false", int: "a whole number", float: "a number",
                list: "a list", dict: "a table"}[type(default)]  # fmt: skip
        raise ConfigError("C003", f"{name} in {origin} is {value!r}.", f"It must be {kind}.")
    if isinstance(value, list) and default and any(type(v) is not type(default[0]) for v in value):
        raise ConfigError("C003", f"{name} in {origin} is {value!r}.", f"Like {default!r}.")
    return value


def _from_environment(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """``SYNDICATE_SMTP__PORT=2525`` → ``{"smtp": {"port": 2525}}``; ``…_FILE`` reads a file."""
    over: dict[str, dict[str, Any]] = {}
    for variable, text in environ.items():
        section, _, key = variable.removeprefix(ENV_PREFIX).lower().partition("__")
        if not variable.startswith(ENV_PREFIX) or not key:
            continue
        table = defaults().get(section, {})
        if key not in table and key.endswith("_file") and key.removesuffix("_file") in table:
            key, text = key.removesuffix("_file"), _read_secret(variable, text)
        over.setdefault(section, {})[key] = _parse(text, table.get(key), variable)
    return over


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip("\r\n")
    except OSError as error:
        raise ConfigError("C004", f"{variable} names {path}: {error.strerror}.") from error


def _parse(text: str, default: Any, variable: str) -> Any:
    if default is None or isinstance(default, str):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        hint = f"Write it as in TOML, like {default!r}."
        raise ConfigError("C003", f"{variable} is {text!r}.", hint) from error


def _build(tables: Mapping[str, dict[str, Any]]) -> Config:
    kinds = get_type_hints(Config)
    return Config(**{f.name: kinds[f.name](**tables[f.name]) for f in fields(Config)})
