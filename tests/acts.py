"""What an editor does in a walk or in the demo, through the command line.

Each waits for the daemon's own words first: asking the command line again and again would take the
processor from the daemon.
"""

from __future__ import annotations

from typing import Any

from tests.installation import Installation, until

_MADE = {"edition": "composed", "post": "wrote"}
_DONE = {"edition": "delivered", "post": "posted"}


def first_look(site: Installation) -> None:
    """Wait until the source has been looked at once."""
    site.hear("noted")


def held(site: Installation, kind: str) -> list[dict[str, Any]]:
    """Wait for one more edition or post, and return those that are held."""
    site.hear(_MADE[kind])
    found: list[dict[str, Any]] = site.json(kind, "list", "--status", "held")
    return found


def approve(site: Installation, kind: str) -> None:
    """Let the next one go."""
    for row in held(site, kind):
        site.syndicate(kind, "approve", str(row["id"]))


def sent(site: Installation, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """Wait until one more, *count* in all, is sent, and return them."""
    site.hear(_DONE[kind])

    def enough() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = site.json(kind, "list", "--status", "sent")
        return found if len(found) >= count else []

    found: list[dict[str, Any]] = until(enough, what=f"{count} sent {kind}")
    return found
