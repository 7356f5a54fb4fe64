"""Connecting by authorising: what is kept while a person is over there, and what comes of it.

::

    begin(app, back) ─→ Begun(url, memo) ─→ the person says yes at *url* ─→ back?code=…&state=…
    finish(app, memo, answer) ─→ Granted(credentials, session, options)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Begun:
    """Where the person goes, and what must be remembered till they are back (secret)."""

    url: str
    memo: Mapping[str, str]


@dataclass(frozen=True)
class Granted:
    """What authorising gave us."""

    credentials: Mapping[str, str]  # of the channel's credentials dataclass
    session: Mapping[str, str] = field(default_factory=dict)  # what Session.read gives from now on
    options: Mapping[str, Any] = field(default_factory=dict)
    expires: datetime | None = None
