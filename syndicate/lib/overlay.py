"""Lay a site's options over the shipped ones, and remember where each came from.

    shipped TOML → the site's TOML → SYNDICATE_SECTION__KEY[_FILE] → tables, origins, mistakes

Mistakes are gathered, not raised: an operator wants to hear of all of them at once.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from syndicate import paths
from syndicate.lib.errors import ConfigError

ENV_PREFIX = "SYNDICATE_"
DEFAULT = "default"
_KINDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number",
          list: "a list", dict: "a table"}  # fmt: skip

Tables = dict[str, dict[str, Any]]


@dataclass
class Layers:
    """All tables with the site's values in them; *origins* by ``section.key``."""

    tables: Tables
    origins: dict[str, str]
    mistakes: list[ConfigError] = field(default_factory=list)

    def lay(self, section: str, key: str, value: Any, origin: str) -> None:
        """Put one value over what is there, or note why it cannot be."""
        try:
            table = _known(section, self.tables, f"table [{section}]", origin)
            default = _known(key, table, f"option {section}.{key}", origin)
            table[key] = _fit(value, default, f"{section}.{key}", origin)
            self.origins[f"{section}.{key}"] = origin
        except ConfigError as mistake:
            self.mistakes.append(mistake)


def layers(file: Path, environ: Mapping[str, str]) -> Layers:
    """Everything an operator may set, as it stands now; *file* need not exist."""
    tables = {name: dict(table) for name, table in defaults().items()}
    made = Layers(tables, {f"{s}.{k}": DEFAULT for s, table in tables.items() for k in table})
    _lay_file(made, file)
    for variable, text in sorted(environ.items()):
        _lay_variable(made, variable, text)
    return made


@cache
def defaults() -> Tables:
    """The shipped file, as tables."""
    return _read_toml(paths.shipped("config") / "syndicate.toml")


def _read_toml(file: Path) -> Tables:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            "C001", f"{file} is not valid TOML: {error}.", "Mend that line."
        ) from error
    except OSError as error:
        raise ConfigError("C004", f"{file} cannot be read: {error.strerror}.") from error


def _lay_file(made: Layers, file: Path) -> None:
    try:
        tables = _read_toml(file) if file.is_file() else {}
    except ConfigError as mistake:
        made.mistakes.append(mistake)
        return
    for section, table in tables.items():
        if not isinstance(table, dict):
            hint = "Every option stands below a table, like [mail]."
            made.mistakes.append(
                ConfigError("C003", f"{section} in {file} is not in a table.", hint)
            )
            continue
        for key, value in table.items():
            made.lay(section, key, value, str(file))


def _lay_variable(made: Layers, variable: str, text: str) -> None:
    """``SYNDICATE_SMTP__PORT=2525``; with ``_FILE`` behind it, the text is a file's path."""
    section, _, key = variable.removeprefix(ENV_PREFIX).lower().partition("__")
    if not variable.startswith(ENV_PREFIX) or not key:
        return
    table = defaults().get(section, {})
    try:
        if key not in table and key.removesuffix("_file") in table:
            key, text = key.removesuffix("_file"), _read_secret(text, variable)
        made.lay(section, key, _parse(text, table.get(key), variable), variable)
    except ConfigError as mistake:
        made.mistakes.append(mistake)


def _known(word: str, table: Mapping[str, Any], what: str, origin: str) -> Any:
    if word in table:
        return table[word]
    near = difflib.get_close_matches(word, table, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(table)}."
    raise ConfigError("C002", f"Unknown {what} in {origin}.", hint)


def _fit(value: Any, default: Any, name: str, origin: str) -> Any:
    """*value* if it is of the default's kind; a text may also be given as ``{ file = "…" }``."""
    if isinstance(default, str) and isinstance(value, dict) and list(value) == ["file"]:
        return _read_secret(str(value["file"]), f"{name} in {origin}")
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        hint = f"It must be {_KINDS[type(default)]}, like {default!r}."
        raise ConfigError("C003", f"{name} in {origin} is {value!r}.", hint)
    if isinstance(value, list):
        kind = type(default[0]) if default else str
        if any(type(item) is not kind for item in value):
            raise ConfigError("C003", f"{name} in {origin} is {value!r}.", f"Like {default!r}.")
    return value


def _read_secret(path: str, where: str) -> str:
    file = paths.home() / path
    try:
        return file.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        hint = "Write the secret into that file, readable by the program's own user."
        raise ConfigError("C004", f"{where} names {file}: {reason}.", hint) from error


def _parse(text: str, default: Any, variable: str) -> Any:
    if default is None or isinstance(default, str):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        hint = f"Write it as in TOML, like {default!r}."
        raise ConfigError("C003", f"{variable} is {text!r}.", hint) from error
