"""What `syndicate doctor` looks at: each mistake by a stable id, with what to do about it.

    CHECKS (title, what it needs) → examine → Finding(id, level, message, hint)

Mistakes that keep the program from starting are lib.overlay's and lib.bounds'; what goes wrong
while it runs is syndicate.health's. Here is what is missing or unwise. docs/errors.md lists all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from syndicate.checks import elsewhere, machine, rows, settings, signing, transports
from syndicate.checks.finding import Finding, Level
from syndicate.lib.config import Config, site


class Needs(IntEnum):
    """What must be in order before a check makes sense."""

    NOTHING = 0
    ROWS = 1  # a database that is up to date
    NETWORK = 2  # and leave to ask others


@dataclass(frozen=True)
class Check:
    """One thing to look at."""

    title: str
    find: Callable[[datetime], Iterable[Finding]]
    needs: Needs = Needs.NOTHING


def examine(now: datetime, *, network: bool = True) -> Iterator[tuple[Check, list[Finding]]]:
    """Each check that can be made, with what it found."""
    able = Needs.NETWORK if network else Needs.ROWS
    for check in CHECKS:
        if check.needs > able:
            continue
        found = list(check.find(now))
        yield check, found
        if check.find is rows.database and any(one.level is Level.ERROR for one in found):
            able = Needs.NOTHING


def _of(find: Callable[[Config], Iterable[Finding]]) -> Callable[[datetime], Iterable[Finding]]:
    """A check of the configuration in force."""
    return lambda now: find(site())


CHECKS = (
    Check("Python", machine.python),
    Check("Disk", machine.disk),
    Check("Secrets", machine.secrets),
    Check("Publication", _of(settings.publication)),
    Check("“Follow us” links", _of(settings.follow)),
    Check("Public address", _of(settings.pages)),
    Check("Sender", _of(settings.sender)),
    Check("Ways out for mail", _of(transports.able)),
    Check("Signatures", _of(signing.signing)),
    Check("Database", rows.database),
    Check("Clock", rows.clock, Needs.ROWS),
    Check("Editors", rows.editors, Needs.ROWS),
    Check("Sources", rows.sources, Needs.ROWS),
    Check("Newsletters", rows.newsletters, Needs.ROWS),
    Check("The publication's site", elsewhere.publication, Needs.NETWORK),
    Check("Sources answer", elsewhere.sources, Needs.NETWORK),
    Check("Ways out for mail answer", transports.answer, Needs.NETWORK),
    Check("Accounts", elsewhere.accounts, Needs.NETWORK),
)
