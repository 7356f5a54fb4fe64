"""A value as an operator wrote it, in a file or in a variable → one of the kind of its default."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from typing import Any

from syndicate import paths
from syndicate.lib.errors import ConfigError

_KINDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number",
          list: "a list", dict: "a table"}  # fmt: skip


def fit(value: Any, default: Any, name: str, origin: str) -> Any:
    """*value* if it is of the default's kind; a text may also be given as ``{ file = "…" }``."""
    if isinstance(default, str) and _names_file(value):
        return read_secret(str(value["file"]), f"{name} in {origin}")
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        hint = f"It must be {_KINDS[type(default)]}, like {default!r}."
        raise ConfigError("C003", f"{name} in {origin} is {value!r}.", hint)
    if isinstance(value, list):
        kind = type(default[0]) if default else str
        if any(type(item) is not kind for item in value):
            raise ConfigError("C003", f"{name} in {origin} is {value!r}.", f"Like {default!r}.")
    if isinstance(value, dict):
        return {key: _entry(one, f"{name}.{key}", origin) for key, one in value.items()}
    return value


def known(word: str, table: Mapping[str, Any], what: str, origin: str) -> Any:
    """What stands in *table* under *word*; the nearest word is suggested where nothing does."""
    if word in table:
        return table[word]
    near = difflib.get_close_matches(word, table, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(table)}."
    raise ConfigError("C002", f"Unknown {what} in {origin}.", hint)


def of_variable(rest: str, text: str, table: Mapping[str, Any], variable: str) -> tuple[str, Any]:
    """Which option of *table* a variable sets, by the *rest* of its name, and to what.

    ``port``; ``password_file``, whose text is a file's path; ``settings__api_key``, one entry of an
    option that is a table.
    """
    key, _, entry = rest.partition("__")
    if entry and isinstance(table.get(key), dict):
        if entry.endswith("_file"):
            entry, text = entry.removesuffix("_file"), read_secret(text, variable)
        return key, {**table[key], entry: text}
    if rest not in table and rest.removesuffix("_file") in table:
        rest, text = rest.removesuffix("_file"), read_secret(text, variable)
    return rest, _parse(text, table.get(rest), variable)


def read_secret(path: str, where: str) -> str:
    """What stands in a file, without the line's end; a relative path is below the site's folder."""
    file = paths.home() / path
    try:
        return file.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        hint = "Write the secret into that file, readable by the program's own user."
        raise ConfigError("C004", f"{where} names {file}: {reason}.", hint) from error


def _names_file(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["file"]


def _entry(value: Any, name: str, origin: str) -> Any:
    """One entry of a table: what it may be is for whoever reads it to say."""
    return read_secret(str(value["file"]), f"{name} in {origin}") if _names_file(value) else value


def _parse(text: str, default: Any, variable: str) -> Any:
    if default is None or isinstance(default, str):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        hint = f"Write it as in TOML, like {default!r}."
        raise ConfigError("C003", f"{variable} is {text!r}.", hint) from error
