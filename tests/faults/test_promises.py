"""docs/promises.md names for each promise tests that exist, bear its number and run in its lane."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| P(\d+) \| (.+) \| (.+) \| ([FS, ]+) \|$", re.MULTILINE)
ROWS = [(int(number), files, lanes) for number, _, files, lanes in ROW.findall(PAGE)]


def lanes_of(file: Path, number: int) -> set[str]:
    """Where the tests of that promise in *file* run."""
    tests = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
             if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]  # fmt: skip
    mine = [test for test in tests if f"p{number}" in test.name.split("_")]
    marks = [" ".join(map(ast.unparse, test.decorator_list)) for test in mine]
    return {"S" if "mark.soak" in mark else "F" for mark in marks}


def test_every_promise_is_there() -> None:
    assert [number for number, _, _ in ROWS] == list(range(1, 21))


@pytest.mark.parametrize(("number", "files", "lanes"), ROWS, ids=[f"P{row[0]}" for row in ROWS])
def test_a_promise_is_proved(number: int, files: str, lanes: str) -> None:
    found = [lanes_of(ROOT / file, number) for file in re.findall(r"`([^`]+)`", files)]
    assert found and all(found), "a file has no test of that number"
    assert set.union(*found) == set(lanes.split(", "))


@pytest.mark.parametrize("file", re.findall(r"`(tests/[^`]+)`", PAGE))
def test_every_file_named_is_there(file: str) -> None:
    assert (ROOT / file).is_file()
