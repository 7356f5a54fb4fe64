"""`transport`: the ways out for mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from syndicate.cli.command import Act, Command
from syndicate.cli.show import columns, show
from syndicate.lib.errors import BadInput


@click.group()
def transport() -> None:
    """Transports: the ways out for mail."""


@transport.command("list", cls=Command)
def list_() -> None:
    """Print all ways out, their shares, and which are paused."""
    told = list(describe())
    rows = [
        (d["name"], d["kind"], d["weight"], d["state"], d["paused_until"], d["error"]) for d in told
    ]
    head = ("Name", "Kind", "Weight", "State", "Paused until", "Why")
    show(told, columns(head, rows, "None."))


@transport.command(cls=Command)
@click.argument("name")
def check(name: str) -> None:
    """Find out whether mail could leave by one; none is sent."""
    from syndicate.mail.transports import open_transport

    open_transport(name).check()
    show({"name": name, "ok": True}, f"Mail could leave by {name}.")


@transport.command(cls=Act)
@click.argument("name")
def resume(name: str) -> None:
    """End a pause: the next mail tries that way, or that destination domain, at once."""
    from syndicate.lib import clock
    from syndicate.mail import pause
    from syndicate.mail.lane import domain_lane
    from syndicate.mail.routes import routes

    # No way out has a dot in its name, and every destination has one.
    lane = next((route.lane for route in routes() if route.name == name), None)
    if lane is None and "." in name:
        lane = domain_lane(name.lower())
    if lane is None:
        known = ", ".join(route.name for route in routes())
        raise BadInput(f"There is no transport {name!r}.", f"Known are: {known}.")
    ended = bool(pause.resume(clock.now(), lane))
    words = f"{name} is tried again." if ended else f"{name} was not paused."
    show({"name": name, "resumed": ended}, words)


def describe() -> Iterator[dict[str, Any]]:
    """Each way as data, the main one first."""
    from syndicate.lib import clock
    from syndicate.mail import pause
    from syndicate.mail.routes import open_routes, routes

    now = clock.now()
    able = {route.name: route for route in open_routes(now)}
    for route in routes():
        found = pause.paused(now, route.lane)
        trial = route.name in able and able[route.name].trial
        yield {
            "name": route.name,
            "kind": route.kind,
            "weight": route.weight,
            "state": "paused" if found else "on trial" if trial else "open",
            "paused_until": found.until if found else None,
            "failures": found.failures if found else 0,
            "error": found.error if found else "",
            "hint": found.hint if found else "",
        }
