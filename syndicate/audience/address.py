"""One spelling for each email address, so that a person is a person once.

Folding of ``+tags`` and of Gmail's dots is left out on purpose: people sort their mail by them,
and two spellings may be two people elsewhere.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from syndicate.lib.errors import BadInput

# Boxes of machines and duties (RFC 2142), not of readers.
NOT_PEOPLE = frozenset({"abuse", "mailer-daemon", "no-reply", "noreply", "postmaster"})


class Address(NamedTuple):
    """*email*: where mail goes, its first part as written; *key*: the canonical spelling."""

    email: str
    key: str


def canonical(email: str) -> str:
    """The key of *email*: lower case, the domain in ASCII. Idempotent; asks no name server.

    Raises BadInput, saying what is wrong.
    """
    return parse(email).key


def parse(email: str) -> Address:
    """Check *email* and spell it. Raises BadInput, saying what is wrong."""
    email = email.strip()
    try:
        written = _quickly(email) or _wholly(email)
    except EmailNotValidError as error:
        raise _bad(email, str(error)) from error
    return Address(written, written.lower())


def of_a_person(email: str) -> Address:
    """:func:`parse`, but a duty's box (``postmaster@``) is BadInput too."""
    address = parse(email)
    if address.key.partition("@")[0] in NOT_PEOPLE:
        raise BadInput(f"{address.email} is not a person's address.", "Use one of your own.")
    return address


def _wholly(email: str) -> str:
    # strict: a first part above 64 letters is refused by mail servers. Letters beyond ASCII
    # there need SMTPUTF8 all the way to the reader, and invite look-alikes (RFC 6531).
    parts = validate_email(email, check_deliverability=False, allow_smtputf8=False, strict=True)
    return f"{parts.local_part}@{parts.ascii_domain}"


def _quickly(email: str) -> str:
    """The same for an everyday address, empty for others: readers share few domains."""
    match = _EVERYDAY.fullmatch(email)
    return f"{match[1]}{_domain(match[2])}" if match else ""


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    return _wholly(f"a@{domain}").removeprefix("a")


_EVERYDAY = re.compile(
    r"([A-Za-z0-9_+-]{1,32}(?:\.[A-Za-z0-9_+-]{1,15}){0,2})@([A-Za-z0-9.-]{1,99})"
)


def _bad(email: str, reason: str) -> BadInput:
    if not email:
        return BadInput("An email address is missing.", _HINT)
    shown = email if len(email) <= 80 else email[:79] + "…"
    return BadInput(f"“{shown}” is not an email address.", f"{reason} {_HINT}")


_HINT = "Write it like anna@example.org."
