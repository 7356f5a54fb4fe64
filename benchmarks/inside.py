"""The half of a benchmark that runs inside a site, in a process of its own: see Site.run."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django


def run_inside(work: Callable[[int], dict[str, Any]]) -> bool:
    """``… inside KEY``: set Django up, do *work* with KEY, print what it tells. Else False."""
    if sys.argv[1:2] != ["inside"]:
        return False
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "syndicate.settings")
    django.setup()
    print(json.dumps(work(int(sys.argv[2]))))
    return True
