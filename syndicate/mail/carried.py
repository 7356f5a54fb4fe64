"""The meters of lanes, as all workers on all machines share them: locked, changed, stored.

    opened(lanes) ─→ one statement makes, locks and reads their rows ─→ meters ─ store: one more

Each locks the gate first, whatever lanes it needs: nobody waits for somebody who waits for them.
All of it is in the caller's transaction, whose end unlocks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from syndicate.lib.rates import SPANS
from syndicate.mail.lane import Carried, Pause, domain_lane
from syndicate.mail.meter import Meter, load

GATE = ""  # sorts before every lane
# Longer than any window. A way out's row stays: it knows when a warm-up began.
STALE = timedelta(days=8)

_TOLD = {"sqlite": "json_each(%s)", "postgresql": "json_each_text(%s::json) AS told (key, value)"}
# An INSERT that meets a row locks it and returns what it holds now, also when another transaction
# has just changed it: https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
_OPEN = (
    "INSERT INTO mail_carried (lane, meter, used_at)"
    " SELECT key, value, %s FROM {} WHERE true ORDER BY key"
    " ON CONFLICT (lane) DO UPDATE SET used_at = excluded.used_at RETURNING lane, meter"
)
_STORE = (
    "INSERT INTO mail_carried (lane, meter, used_at)"
    " SELECT key, value, %s FROM {} WHERE true ORDER BY key"
    " ON CONFLICT (lane) DO UPDATE SET meter = excluded.meter"
)


def opened(lanes: Iterable[str], now: datetime) -> dict[str, Meter]:
    """The meters of *lanes*, ours until the transaction ends."""
    rows = dict.fromkeys((GATE, *lanes), "")
    with connection.cursor() as cursor:
        cursor.execute(_worded(_OPEN), _given(rows, now))
        found = cursor.fetchall()
    return {lane: load(meter, now.timestamp()) for lane, meter in found if lane != GATE}


def store(meters: Mapping[str, Meter], now: datetime) -> None:
    """Write back meters that were opened in this transaction."""
    if meters:
        rows = {lane: meter.dump() for lane, meter in meters.items()}
        with connection.cursor() as cursor:
            cursor.execute(_worded(_STORE), _given(rows, now))


def lately(now: datetime, lane: str) -> dict[int, int]:
    """How many *lane* carried in the last minute, hour, day, by seconds; where somebody counts."""
    row = Carried.objects.filter(lane=lane).exclude(meter="").first()
    if row is None:
        return {}
    meter, at = load(row.meter, now.timestamp()), now.timestamp()
    return {span: meter.carried(span, at) for span in SPANS.values() if span in meter.windows}


def forget(now: datetime) -> None:
    """Destinations that no mail went to for long; also their pauses, long over."""
    mine = {"lane__startswith": domain_lane("")}
    Carried.objects.filter(used_at__lt=now - STALE, **mine).delete()
    Pause.objects.filter(until__lt=now - STALE, **mine).delete()


def _worded(statement: str) -> str:
    return statement.format(_TOLD[connection.vendor])


def _given(rows: Mapping[str, str], now: datetime) -> list[Any]:
    return [connection.ops.adapt_datetimefield_value(now), json.dumps(rows)]
