"""What the values of the configuration may be, beyond their kind. Pure.

What is wrong here would break the program, so it refuses to start. What is merely missing or
unwise is `syndicate doctor`'s to say: syndicate.checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syndicate.lib import rates, ways
from syndicate.lib.errors import BadInput, ConfigError

CHOICES = {
    "mail.transport": ways.KINDS,
    "mail.on_unknown": ("hold", "resend"),
    "smtp.security": ("starttls", "tls", "none"),
    "social.on_unknown": ("hold", "resend"),
    "daemon.engine": ("local", "distributed"),
    "log.level": ("debug", "info", "warning", "error"),
}
# Numbers are at least 1, but for these.
LOWEST = {
    "mail.weight": 0,
    "mail.send_delay_minutes": 0,
    "sources.interval_minutes": 0.01,
    "sources.shortest_minutes": 0.01,
    "sources.longest_hours": 0.01,
    "sources.settle_minutes": 0,
    "sources.max_new": 0,
    "daemon.tick_seconds": 0.05,
    "daemon.catch_up_hours": 0,
    "daemon.drain_seconds": 0,
    "web.port": 0,
}
HIGHEST = {"daemon.tick_seconds": 30, "web.port": 65535, "smtp.port": 65535}
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*")
# What stands for the * of mail.bounce_address has 48 letters of the 64 before an @ (RFC 5321).
_BESIDE_STAR = 64 - 48
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def mistakes(tables: Mapping[str, Mapping[str, Any]]) -> list[ConfigError]:
    """Every value that is out of bounds."""
    plain = {section: t for section, t in tables.items() if section != ways.SECTION}
    options = {f"{section}.{key}": v for section, t in plain.items() for key, v in t.items()}
    found = [error for name, value in options.items() for error in _bounded(name, value)]
    found += _of_ways(tables.get(ways.SECTION, {}))
    return found + [error for rule in _RULES for error in rule(options)]


def _of_ways(tables: Mapping[str, Mapping[str, Any]]) -> list[ConfigError]:
    """Each way's options have the bounds of its kind's section; its weight, those of mail's."""
    return [
        error
        for name, table in tables.items()
        for key, value in table.items()
        for error in _of_way(table["kind"], key, value, f"{ways.SECTION}.{name}.{key}")
    ]


def _of_way(kind: str, key: str, value: Any, name: str) -> Iterator[ConfigError]:
    if key in _PACES:
        yield from _paced(key, value, name)
    else:
        yield from _bounded(f"mail.{key}" if key in ways.OWN else f"{kind}.{key}", value, name)


def _bounded(rule: str, value: Any, name: str = "") -> Iterator[ConfigError]:
    """Whether *value* keeps to the bounds of *rule*, an option; *name*: what it is called here."""
    name = name or rule
    if rule in CHOICES and value not in CHOICES[rule]:
        hint = f"Choose one of: {', '.join(CHOICES[rule])}."
        yield ConfigError("C008", f"{name} is {value!r}.", hint)
    numbers = value if isinstance(value, list) else [value]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int | float):
            continue
        low, high = LOWEST.get(rule, 1), HIGHEST.get(rule)
        if number < low or (high is not None and number > high):
            hint = f"At least {low}." if high is None else f"From {low} to {high}."
            yield ConfigError("C009", f"{name} is {value!r}.", hint)
    if isinstance(value, list) and rule.endswith("retry_minutes") and not value:
        yield ConfigError("C009", f"{name} is empty.", "Give one wait at least, like [5].")


def _timezone(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    name = options["publication.timezone"]
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "Use a name like Europe/Berlin or America/New_York, or UTC."
        yield ConfigError("C011", f"publication.timezone {name!r} is no time zone.", hint)


def _language(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    language = options["publication.language"]
    if not _LANGUAGE.fullmatch(language):
        hint = "Write it as in HTML: en, de, pt-BR."
        yield ConfigError("C010", f"publication.language {language!r} is no language.", hint)


def _accent(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    colour = options["publication.accent"]
    if not _COLOUR.fullmatch(colour):
        yield ConfigError("C012", f"publication.accent is {colour!r}.", "Write it as #rrggbb.")


def _follow(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    for label, address in options["publication.follow"].items():
        if not isinstance(address, str):
            hint = 'Write it as Mastodon = "https://social.example/@you".'
            yield ConfigError("C003", f"publication.follow.{label} is {address!r}.", hint)


def _base_url(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    url = options["site.base_url"]
    if not is_web_address(url):
        hint = "Give the full address, like https://news.example.org."
        yield ConfigError("C017", f"site.base_url {url!r} is not a web address.", hint)


def _proxy(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    if options["sources.proxy"] and not is_web_address(options["sources.proxy"]):
        hint = "Write it as http://user:password@proxy.example.org:3128."
        # Not the whole of it: it may hold a password.
        yield ConfigError("C029", "sources.proxy is no web address.", hint)


def _bounce_address(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    address = options["mail.bounce_address"]
    local, _, domain = address.rpartition("@")
    if "*" in domain or local.count("*") > 1 or ("*" in local and len(local) - 1 > _BESIDE_STAR):
        hint = f"One * before the @, and at most {_BESIDE_STAR} letters beside it: b+*@example.org."
        yield ConfigError("M002", f"mail.bounce_address is {address!r}.", hint)


def _engine(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    if options["daemon.engine"] != "distributed":
        return
    if options["database.url"].startswith("sqlite"):
        hint = "Set database.url to a PostgreSQL database, or engine to local."
        yield ConfigError("C027", "daemon.engine is distributed, but the database SQLite.", hint)
    if not (find_spec("procrastinate") and find_spec("psycopg")):
        hint = 'pip install "syndicate[distributed]"'
        yield ConfigError("C028", "daemon.engine is distributed; Procrastinate is missing.", hint)


def _pace(options: Mapping[str, Any]) -> Iterator[ConfigError]:
    for name in ("transport", "domain", "warm_up", "warm_up_from"):
        yield from _paced(name, options[f"pace.{name}"], f"pace.{name}")
    seen: set[str] = set()
    for names, limits in options["pace.domains"].items():
        domains = names.lower().split()
        wrong = not domains or any("." not in domain or "@" in domain for domain in domains)
        if wrong or seen.intersection(domains):
            hint = "Give domains, each once, like gmail.com; several with spaces between them."
            yield ConfigError("C026", f"pace.domains has {names!r}.", hint)
        seen.update(domains)
        yield from _paced("domain", limits, f'pace.domains."{names}"')


def _paced(key: str, value: Any, name: str) -> Iterator[ConfigError]:
    """Whether *value* can be read as what the option *key* of [pace] says."""
    try:
        _PACES[key](value)
    except (BadInput, AttributeError) as error:
        hint = getattr(error, "hint", "") or 'Write it as text, like "20/s".'
        yield ConfigError("C026", f"{name} is {value!r}.", hint)
    except ValueError:
        yield ConfigError("C026", f"{name} is {value!r}.", "Write the day like 2026-11-24.")


def is_web_address(url: str) -> bool:
    """Whether *url* is absolute, http or https, and names a host and a sensible port."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket left open, a port that is no number
        return False


_PACES: Mapping[str, Callable[[str], object]] = {
    "transport": rates.parse,
    "domain": rates.parse,
    "pace": rates.parse,
    "warm_up": rates.days,
    "warm_up_from": lambda day: day and date.fromisoformat(day),
}
_RULES = (
    _timezone,
    _language,
    _accent,
    _follow,
    _base_url,
    _proxy,
    _bounce_address,
    _pace,
    _engine,
)
