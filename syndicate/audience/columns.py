"""Which column of a table holds what, guessed from its head and its first rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.lib.errors import BadInput

Row = Sequence[str]

DELIMITERS = ",;\t|"
# Heads as people and programs write them, letters only.
EMAIL = {
    "email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "adresseemail",
    "courriel", "correo", "correoelectronico", "correoelectrónico", "subscriberemail",
}  # fmt: skip
NAME = {"name", "fullname", "displayname", "nom", "nombre", "subscribername"}
FIRST = {"firstname", "givenname", "vorname", "prénom", "prenom"}
LAST = {"lastname", "surname", "familyname", "nachname"}
STATUS = {"status", "state", "subscriptionstatus", "subscriberstatus", "memberstatus"}
ZONE = {"timezone", "zone", "tz", "usertimezone", "zeitzone", "fuseauhoraire", "zonahoraria"}


@dataclass(frozen=True)
class Columns:
    """Where in a row to look; *names* are joined. *head*: the first row is no person."""

    email: int
    names: tuple[int, ...] = ()
    status: int | None = None
    zone: int | None = None
    head: bool = True


def delimiter(line: str) -> str:
    """What separates the cells of the first *line*; a lone column has commas, as good as any."""
    return max(DELIMITERS, key=line.count)


def guess(rows: Sequence[Row]) -> Columns:
    """The columns of a table that begins with *rows*. Raises BadInput, naming what it found."""
    heads = [_letters(cell) for cell in rows[0]]
    email = _first(heads, EMAIL)
    if email is None:
        email = _full_of_addresses(rows)
    if email is None:
        found = ", ".join(f"“{cell.strip()[:30]}”" for cell in rows[0][:8])
        found = f"reads {found}" if found else "is no row of a table"
        raise BadInput(
            f"No column holds email addresses; the first line {found}.",
            "Call that column “email”, or put one address on each line.",
        )
    names = _named(heads, NAME) or _named(heads, FIRST) + _named(heads, LAST)
    head = not _looks_like_one(rows[0], email)
    return Columns(email, names, _first(heads, STATUS), _first(heads, ZONE), head)


def _letters(cell: str) -> str:
    return "".join(letter for letter in cell.lower() if letter.isalpha())


def _named(heads: list[str], words: set[str]) -> tuple[int, ...]:
    return tuple(place for place, head in enumerate(heads) if head in words)[:1]


def _first(heads: list[str], words: set[str]) -> int | None:
    return next(iter(_named(heads, words)), None)


def _full_of_addresses(rows: Sequence[Row]) -> int | None:
    """The column in which most rows have an address, when no head tells."""
    width = max(len(row) for row in rows)
    hits = [sum(_looks_like_one(row, place) for row in rows) for place in range(width)]
    best = max(range(width), key=hits.__getitem__, default=None)
    return None if best is None or 2 * hits[best] < len(rows) else best


def _looks_like_one(row: Row, place: int) -> bool:
    return len(row) > place and "@" in row[place].strip()[1:-1]
