"""docs/sources.md has every option, kind and complaint, and names no test that is not there."""

from __future__ import annotations

import dataclasses
import re

from syndicate import paths
from syndicate.lib.config import Sources
from syndicate.sources.readers import READERS

DOCUMENT = (paths.REPOSITORY / "docs" / "sources.md").read_text(encoding="utf-8")
TRAPS = paths.REPOSITORY / "tests" / "traps"


def told(pattern: str) -> set[str]:
    """What stands so at the beginning of a row."""
    return set(re.findall(rf"^\| {pattern}", DOCUMENT, re.MULTILINE))


def test_every_option_and_every_kind_has_its_row() -> None:
    rows = told(r"`([a-z_]+)` \|")
    assert {field.name for field in dataclasses.fields(Sources)} | {*READERS} == rows


def test_every_complaint_has_its_row_and_its_test() -> None:
    numbers = {n for row in told(r"(c\d\d(?:, c\d\d)?) \|") for n in row.split(", ")}
    assert numbers == {f"c{n:02}" for n in range(1, 25)}
    source = (TRAPS / "test_complaints.py").read_text(encoding="utf-8")
    for name in re.findall(r"`(test_c\d\d\w+)`", DOCUMENT):
        assert f"def {name}(" in source, name


def test_every_file_of_traps_is_there() -> None:
    for name in re.findall(r"`(test_[a-z]+\.py)`", DOCUMENT):
        assert (TRAPS / name).is_file(), name
