"""Further ways out for mail, in words: ``way("smtp", weight=0, host="b.example.org")``."""

from __future__ import annotations

from typing import Any

from syndicate.lib import config, overlay


def way(kind: str, *, weight: int = 1, pace: str = "", **values: Any) -> config.Way:
    """One of *kind*, on the shipped defaults."""
    kinds = {"smtp": config.Smtp, "directory": config.Directory, "provider": config.Provider}
    return config.Way(kind, weight, kinds[kind](**overlay.defaults()[kind] | values), pace)
