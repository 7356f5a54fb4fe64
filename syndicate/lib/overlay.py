"""Lay a site's options over the shipped ones, and remember where each came from.

    shipped TOML → the site's TOML → SYNDICATE_SECTION__KEY[_FILE] → tables, origins, mistakes
                 [transports.NAME]   SYNDICATE_TRANSPORTS__NAME__KEY[_FILE]      (lib.ways)

Mistakes are gathered, not raised: an operator wants to hear of all of them at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from syndicate import paths
from syndicate.lib import ways
from syndicate.lib.errors import ConfigError
from syndicate.lib.fit import fit, known, of_variable

ENV_PREFIX = "SYNDICATE_"
DEFAULT = "default"

Tables = dict[str, dict[str, Any]]


@dataclass
class Layers:
    """All tables with the site's values in them; *origins* by ``section.key``."""

    tables: Tables
    origins: dict[str, str]
    mistakes: list[ConfigError] = field(default_factory=list)
    ways: dict[str, list[ways.Given]] = field(default_factory=dict)  # until all of them is known

    def lay(self, section: str, key: str, value: Any, origin: str) -> None:
        """Put one value over what is there, or note why it cannot be."""
        try:
            table = known(section, self.tables, f"table [{section}]", origin)
            if section == ways.SECTION:
                self._keep(key, value, origin)
                return
            default = known(key, table, f"option {section}.{key}", origin)
            table[key] = fit(value, default, f"{section}.{key}", origin)
            self.origins[f"{section}.{key}"] = origin
        except ConfigError as mistake:
            self.mistakes.append(mistake)

    def lay_ways(self) -> None:
        """Put each way together, now that all that is given for it is known."""
        for name, given in self.ways.items():
            for laid in ways.lay(name, given, defaults()):
                if isinstance(laid, ConfigError):
                    self.mistakes.append(laid)
                    continue
                self.tables[ways.SECTION][name] = laid.table
                for option, origin in laid.origins.items():
                    self.origins[f"{ways.SECTION}.{name}.{option}"] = origin

    def _keep(self, name: str, table: Any, origin: str) -> None:
        if not isinstance(table, dict):
            hint = f"Make it a table: [{ways.SECTION}.{name}]"
            raise ConfigError("C003", f"{ways.SECTION}.{name} in {origin} is {table!r}.", hint)
        given = [ways.Given(option, value, origin) for option, value in table.items()]
        self.ways.setdefault(name, []).extend(given)


def layers(file: Path, environ: Mapping[str, str]) -> Layers:
    """Everything an operator may set, as it stands now; *file* need not exist."""
    tables = {name: dict(table) for name, table in defaults().items()}
    made = Layers(tables, {f"{s}.{k}": DEFAULT for s, table in tables.items() for k in table})
    _lay_file(made, file)
    for variable, text in sorted(environ.items()):
        _lay_variable(made, variable, text)
    made.lay_ways()
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
    section, _, rest = variable.removeprefix(ENV_PREFIX).lower().partition("__")
    if not variable.startswith(ENV_PREFIX) or not rest:
        return
    if section == ways.SECTION:
        name, _, option = rest.partition("__")
        made.ways.setdefault(name, []).append(ways.Given(option, text, variable, by_variable=True))
        return
    try:
        key, value = of_variable(rest, text, made.tables.get(section, {}), variable)
        made.lay(section, key, value, variable)
    except ConfigError as mistake:
        made.mistakes.append(mistake)
