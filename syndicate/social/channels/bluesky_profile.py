"""The account's own profile: it says that programs post there. Pure.

The app shows a badge for the label ``bot`` that an account gives itself
(https://docs.bsky.app/docs/starter-templates/bots#labeling-your-bot).
"""

from __future__ import annotations

from typing import Any

PROFILE = "app.bsky.actor.profile"
BOT = "bot"
_LABELS = "com.atproto.label.defs#selfLabels"
REMARK = (
    "Its profile does not say that programs post there: turn on the automation label under "
    "Settings, Account."
)


def is_marked(profile: dict[str, Any]) -> bool:
    """Whether the label stands there."""
    return {"val": BOT} in _values(profile)


def marked(profile: dict[str, Any]) -> dict[str, Any]:
    """*profile* with the label, and all else as it was."""
    labels = {"$type": _LABELS, "values": [*_values(profile), {"val": BOT}]}
    return {"$type": PROFILE, **profile, "labels": labels}


def _values(profile: dict[str, Any]) -> list[Any]:
    labels = profile.get("labels") or {}
    return labels.get("values") or [] if labels.get("$type") == _LABELS else []
