"""A benchmark's result: a table for a person, one object for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence


def show(title: str, heads: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Print a table, its first column to the left."""
    rows = [list(heads), *([written(cell) for cell in line] for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print(f"\n{title}")
    for row in rows:
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(["", first, *others]).rstrip())


def show_json(result: Mapping[str, object]) -> None:
    """Print one object, its numbers short."""
    print(json.dumps({key: _short(value) for key, value in result.items()}))


def written(cell: object) -> str:
    """1234567.8 → 1,234,568; 12.34 → 12.3; 1.234 → 1.23; None → –."""
    if cell is None:
        return "–"
    if not isinstance(cell, int | float):
        return str(cell)
    digits = 0 if isinstance(cell, int) or abs(cell) >= 100 else 1 if abs(cell) >= 10 else 2
    return f"{cell:,.{digits}f}"


def _short(value: object) -> object:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, Mapping):
        return {key: _short(inner) for key, inner in value.items()}
    return [_short(inner) for inner in value] if isinstance(value, list) else value
