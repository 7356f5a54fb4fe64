"""Credentials, options and habits are dataclasses; forms, flags and checks are made from them.

::

    token: str = entry("Access token", "Made under Preferences.", secret=True)
      entries(kind) ─→ a Field for each: a form's box, a command's flag
      fill(kind, {"token": "…"}) ─→ kind(token="…"), each value by its default's type
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicate.lib.errors import BadInput


@dataclass(frozen=True)
class Field:
    """One credential or option, for a form or a command's flag."""

    name: str
    label: str
    help: str
    secret: bool
    required: bool
    default: Any
    choices: tuple[str, ...] = ()
    lines: bool = False  # several lines of text
    rare: bool = False  # mostly left as it is
    least: int = 1  # of a number; where nothing may be meant, 0


def entry(
    label: str,
    help: str = "",
    *,
    default: Any = ...,
    secret: bool = False,
    choices: tuple[str, ...] = (),
    lines: bool = False,
    rare: bool = False,
    least: int | None = None,
) -> Any:
    """A field of a channel's credentials or options dataclass, with what a form says about it.

    *least* of a number is 1, or 0 where the default is.
    """
    about = {
        "label": label, "help": help, "secret": secret, "choices": choices, "lines": lines,
        "rare": rare, "least": int(default != 0) if least is None else least,
    }  # fmt: skip
    if default is ...:
        return field(metadata=about)
    return field(default=default, metadata=about)


def entries(kind: type) -> list[Field]:
    """The fields of a credentials or options dataclass, in its order."""
    return [
        Field(
            name=one.name,
            label=one.metadata.get("label", one.name),
            help=one.metadata.get("help", ""),
            secret=one.metadata.get("secret", False),
            required=one.default is dataclasses.MISSING,
            default="" if one.default is dataclasses.MISSING else one.default,
            choices=one.metadata.get("choices", ()),
            lines=one.metadata.get("lines", False),
            rare=one.metadata.get("rare", False),
            least=one.metadata.get("least", 1),
        )
        for one in dataclasses.fields(kind)
    ]


def fill(kind: type, values: Mapping[str, Any], where: str) -> Any:
    """Make *kind* from *values*, reading "500" and "on" by each default's type. Raises BadInput.

    What is left empty is its default.
    """
    known = {one.name: one for one in entries(kind)}
    strange = sorted(set(values) - set(known))
    if strange:
        raise BadInput(f"{where} has no “{strange[0]}”.", f"Known are: {', '.join(known)}.")
    filled = {name: value for name, value in values.items() if value not in (None, "")}
    given = {name: _typed(known[name], value, where) for name, value in filled.items()}
    for one in known.values():
        if one.required and not given.get(one.name):
            raise BadInput(f"{where} needs “{one.label}”.", one.help)
    return kind(**given)


def known(kind: type, values: Mapping[str, Any], where: str) -> Any:
    """As :func:`fill`, passing over what *kind* has not: a newer release may have dropped it."""
    names = {one.name for one in entries(kind)}
    return fill(kind, {name: value for name, value in values.items() if name in names}, where)


def _typed(about: Field, value: Any, where: str) -> Any:
    text = str(value).strip()
    if isinstance(about.default, bool):
        return text.lower() in {"1", "true", "on", "yes"}
    if isinstance(about.default, int):
        if not text.isdecimal() or int(text) < about.least:
            raise BadInput(f"{where}: “{about.label}” must be a whole number.", about.help)
        return int(text)
    if about.choices and text not in about.choices:
        raise BadInput(f"{where}: “{about.label}” cannot be “{text}”.", about.help)
    return text
