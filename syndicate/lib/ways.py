"""Further ways out for mail: tables with names of the site's own, ``[transports.backup]``.

    kind = "smtp" ─→ the shipped defaults of [smtp] ─ what its table and variables give ─→ a table

What [smtp] itself is set to does not count here: the password of one server must not travel to
another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from syndicate.lib.errors import ConfigError
from syndicate.lib.fit import fit, known, of_variable

SECTION = "transports"
# The name of each kind is that of its section, and of the main way out when it is of that kind.
KINDS = ("smtp", "directory", "provider")
# What every way has beside its kind's own options.
OWN: Mapping[str, Any] = {
    "kind": "", "weight": 1, "pace": "", "warm_up": "", "warm_up_from": "",
}  # fmt: skip
# Variables are written in capitals, with two underscores between their parts.
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Given(NamedTuple):
    """One option as it was found; a variable's value is text, to be read by its default's kind."""

    option: str
    value: Any
    origin: str
    by_variable: bool = False


class Laid(NamedTuple):
    """One way's table, whole, and where each of its options comes from."""

    table: dict[str, Any]
    origins: dict[str, str]


def lay(
    name: str, given: Sequence[Given], defaults: Mapping[str, Mapping[str, Any]]
) -> Iterator[Laid | ConfigError]:
    """The table of one way, or each mistake in it."""
    try:
        kind = _kind(name, given)
    except ConfigError as mistake:
        yield mistake
        return
    table, wrong = {**defaults[kind], **OWN}, False
    origins = dict.fromkeys(table, "default")
    for one in given:
        try:
            option = _put(table, f"{SECTION}.{name}", one)
            origins[option] = one.origin
        except ConfigError as mistake:
            wrong = True
            yield mistake
    if not wrong:
        yield Laid(table, origins)


def _kind(name: str, given: Sequence[Given]) -> str:
    """Which section it is like; raises for a name or a kind that cannot be."""
    table = f"[{SECTION}.{name}]"
    if name in KINDS:
        hint = f"The main way out is called so. Rename it, like [{SECTION}.{name}_2]."
        raise ConfigError("C025", f"The table {table} has a name that is taken.", hint)
    if not _NAME.fullmatch(name):
        hint = "Small letters, digits and single underscores, a letter first: backup, relay_2."
        raise ConfigError("C025", f"The table {table} has a name that cannot be used.", hint)
    kind = next((one.value for one in reversed(given) if one.option == "kind"), None)
    if kind not in KINDS:
        what = "does not say its kind" if kind is None else f"is of kind {kind!r}"
        hint = f'Write kind = "smtp" into it; known are: {", ".join(KINDS)}.'
        raise ConfigError("C008", f"The table {table} {what}.", hint)
    return str(kind)


def _put(table: dict[str, Any], section: str, given: Given) -> str:
    """Lay one option into *table*; returns its name."""
    option, value, origin, by_variable = given
    if by_variable:
        option, value = of_variable(option, value, table, origin)
    default = known(option, table, f"option {section}.{option}", origin)
    table[option] = fit(value, default, f"{section}.{option}", origin)
    return option
