"""What an editor does in a walk or in the demo, through the command line."""

from __future__ import annotations

from typing import Any

from tests.installation import Installation, until


def first_look(site: Installation) -> None:
    """Wait until the source has been looked at once."""
    until(lambda: site.json("source", "list")[0]["health"] == "ok", what="the first look")


def held(site: Installation, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """Wait for so many held editions or posts."""

    def enough() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = site.json(kind, "list", "--status", "held")
        return found if len(found) >= count else []

    found: list[dict[str, Any]] = until(enough, what=f"{count} held {kind}")
    return found


def approve(site: Installation, kind: str) -> None:
    """Let the one that waits go."""
    for row in held(site, kind):
        site.syndicate(kind, "approve", str(row["id"]))


def sent(site: Installation, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """Wait until so many editions or posts are sent, and return them."""

    def enough() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = site.json(kind, "list", "--status", "sent")
        return found if len(found) >= count else []

    found: list[dict[str, Any]] = until(enough, what=f"{count} sent {kind}")
    return found
