"""A person's name, as it may stand in a header, a page and a table."""

from __future__ import annotations

MAX_LETTERS = 200


def name(text: str) -> str:
    """*text* on one line, without what cannot be seen, and not endless."""
    spaced = " ".join(text[: 10 * MAX_LETTERS].split())
    return "".join(letter for letter in spaced if letter.isprintable())[:MAX_LETTERS].strip()
