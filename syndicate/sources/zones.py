"""Time zones as people write them after a time: ``BST``, ``+0100``, ``Z``."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo

# Offsets in hours of zones by name. Where a name is used twice (BST, CST) it is taken for the one
# of most feeds; one that means winter and summer alike (ET) for its winter.
_HOURS = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "ET": -5, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "PT": -8, "AKST": -9, "AKDT": -8, "HST": -10,
    "BST": 1, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "SAST": 2, "JST": 9, "KST": 9, "AWST": 8, "ACST": 9.5, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13,
}  # fmt: skip
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})$")


def zone(name: str) -> tzinfo | None:
    """The zone *name* stands for; None where it is none we know, or beyond a day."""
    if (hours := _HOURS.get(name.upper())) is not None:
        return timezone(timedelta(hours=hours)) if hours else UTC
    found = _OFFSET.match(name)
    if found is None or int(found[2]) > 14 or int(found[3]) > 59:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
