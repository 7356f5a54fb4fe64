"""What goes wrong, over all wings: one list for the desk, the command line and a watchdog.

    rows → CHECKS (each yields what it finds) → Problem(id, level, subject, message, hint, where)

Nothing here is remembered: a problem is there as long as the rows say so. Each names the thing and
what to do; *where* points at its row without knowing any page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from syndicate.health import mail, social, watched, work
from syndicate.health.problem import Level, Problem, Where

__all__ = ["Level", "Problem", "Where", "problems", "standstill"]


def problems(now: datetime) -> list[Problem]:
    """All there is to say, worst first."""
    found = [problem for check in CHECKS for problem in check(now)]
    if any(problem.id == "H04" for problem in found):
        found = [problem for problem in found if problem.id not in UNMOVED]
    return sorted(found, key=lambda problem: problem.level != Level.ERROR)


def standstill(now: datetime) -> list[Problem]:
    """Only what keeps all work, or all mail, from moving: for a watchdog that asks often."""
    found = [problem for check in WATCHED for problem in check(now)]
    return [problem for problem in found if problem.level is Level.ERROR]


CHECKS: tuple[Callable[[datetime], Iterable[Problem]], ...] = (
    work.copied,
    work.daemon,
    work.idle,
    work.disk,
    work.size,
    mail.transport,
    mail.destinations,
    work.set_aside,
    watched.sources,
    mail.newsletters,
    mail.editions,
    mail.ledgers,
    mail.unmoved,
    mail.confirmations,
    social.accounts,
    social.permissions,
    social.posts,
    social.corrections,
)
WATCHED: tuple[Callable[[datetime], Iterable[Problem]], ...] = (
    work.copied,
    work.daemon,
    work.idle,
    work.disk,
    mail.transport,
    mail.unmoved,
)
# What one need not be told of where nothing may move.
UNMOVED = {"H06", "H11", "H22", "H27", "H34", "H36"}
