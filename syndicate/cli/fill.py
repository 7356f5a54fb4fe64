"""The shipped configuration with a site's own values in it, comments and all. Pure.

text of config/syndicate.toml + {"publication.name": "The Review"} → text
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_TABLE = re.compile(r"\[([\w.]+)\]")
_OPTION = re.compile(r"(?P<key>\w+) = .*?(?P<comment>  # .*)?")
# Where comments begin when the value leaves room.
_COMMENT_COLUMN = 31

Value = str | int | float | bool | list[str] | dict[str, str]


def fill(text: str, values: Mapping[str, Value]) -> str:
    """*text* with each ``section.key`` of *values* in place. An unknown one is a ValueError."""
    todo, section, lines = dict(values), "", []
    for line in text.splitlines():
        if table := _TABLE.match(line):
            section = table[1]
            lines += [line, *_table_lines(todo.pop(section, {}))]
        elif (option := _OPTION.fullmatch(line)) and (name := f"{section}.{option['key']}") in todo:
            lines.append(_line(option["key"], todo.pop(name), option["comment"] or ""))
        else:
            lines.append(line)
    if todo:
        raise ValueError(f"no such option: {', '.join(todo)}")
    return "\n".join(lines) + "\n"


def toml(value: Value) -> str:
    """*value* as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, str):
        # A JSON string is a TOML one, but for DEL and characters beyond the first plane.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def _line(key: str, value: Value, comment: str) -> str:
    option = f"{key} = {toml(value)}"
    return f"{option:<{_COMMENT_COLUMN - 2}}{comment}" if comment else option


def _table_lines(value: Value) -> list[str]:
    """The options of a table whose keys are the site's own, like [publication.follow]."""
    options = value if isinstance(value, dict) else {}
    return [f"{_key(key)} = {toml(address)}" for key, address in options.items()]


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml(key)
