"""One mail that stands in no ledger, sent now: a confirmation, an editor's test.

each way that is open, in turn ─ accepted → done
                               ├ it fails for all mail → paused, the next way
                               └ this mail is refused, or nobody knows → said at once
"""

from __future__ import annotations

from datetime import datetime

from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.mime import ascii_address
from syndicate.mail import pause
from syndicate.mail.routes import Route, in_turn, open_routes, routes
from syndicate.mail.transports.base import Accepted


def send(
    sender: str, recipient: str, message: bytes, now: datetime, *, despite_pause: bool = False
) -> Accepted:
    """Hand it over by the first way that can be used. Raises NotSent when none can.

    *despite_pause*: if all are paused, try all the same. A mail whose fate is unknown is not tried
    again by another way: it may have gone.
    """
    ways = in_turn(open_routes(now)) or (in_turn(routes()) if despite_pause else [])
    if not ways:
        raise _closed(now)
    for route in ways[:-1]:
        try:
            return _by(route, sender, recipient, message, now)
        except NotSent as error:
            if error.scope is not Scope.LANE or error.unknown:
                raise
    return _by(ways[-1], sender, recipient, message, now)


def _by(route: Route, sender: str, recipient: str, message: bytes, now: datetime) -> Accepted:
    """One way; what holds for all mail closes it."""
    try:
        answer = route.open().send(sender, ascii_address(recipient), message)
    except NotSent as error:
        if error.scope is Scope.LANE:
            pause.pause(error, now, route.lane)
        raise
    pause.worked(now, route.lane)
    return answer


def _closed(now: datetime) -> NotSent:
    """All ways are paused: until when, and why the first of them is."""
    pauses = [found for route in routes() if (found := pause.paused(now, route.lane))]
    until = min((found.until for found in pauses), default=now)
    error, hint = (pauses[0].error, pauses[0].hint) if pauses else ("", "")
    return NotSent(
        f"No mail leaves for now. {error}".strip(),
        hint=hint,
        permanent=False,
        scope=Scope.LANE,
        retry_after=until - now,
    )
