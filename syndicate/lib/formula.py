"""Text that a spreadsheet would run: a name like ``=HYPERLINK(…)`` must stay a name.

An apostrophe in front makes it text in every spreadsheet
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute *text*."""
    return text.startswith(STARTS)


def guard(text: str) -> str:
    """*text* for a cell; :func:`unguard` gives it back."""
    return f"'{text}" if is_formula(text.lstrip("'")) else text


def unguard(text: str) -> str:
    """A cell's text without our apostrophe."""
    return text[1:] if text.startswith("'") and is_formula(text.lstrip("'")) else text
