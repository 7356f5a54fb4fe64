"""docs/errors.md lists every id that the program can say, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from syndicate import paths

DOCUMENT = paths.REPOSITORY / "docs" / "errors.md"
AN_ID = re.compile(r"[A-Z]\d{2,3}")
NO_ID = {"S256"}  # what RFC 7636 calls a way of hashing


def said(file: Path) -> Iterator[str]:
    """Every id that stands in a module as a text of its own."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and AN_ID.fullmatch(text) and text not in NO_ID:
            yield text


def rows() -> list[tuple[str, str, str]]:
    """id, meaning, what to do: the rows of the document's tables."""
    found = re.findall(r"^\| ([A-Z]\d{2,3}) \| (.+?) \| (.+?) \|$", DOCUMENT.read_text(), re.M)
    return [(id, meaning.strip(), remedy.strip()) for id, meaning, remedy in found]


def test_every_id_is_documented_and_every_documented_one_exists() -> None:
    ids = {id for file in paths.PACKAGE.rglob("*.py") for id in said(file)}
    assert {id for id, _, _ in rows()} == ids


def test_each_stands_once_with_a_meaning_and_a_remedy() -> None:
    ids = [id for id, _, _ in rows()]
    assert ids == sorted(set(ids))
    assert all(len(meaning) > 10 and len(remedy) > 3 for _, meaning, remedy in rows())
