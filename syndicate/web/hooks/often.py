"""How often one source may speak: an eager plugin must not keep us busy with looking."""

from __future__ import annotations

import threading
from collections import defaultdict, deque

from syndicate.lib import clock

PER_MINUTE = 60
_MINUTE = 60.0
spoken: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=PER_MINUTE))
_lock = threading.Lock()


def too_often(source_id: int) -> int:
    """Seconds to wait until this source may speak again; 0, and counted, if it may now.

    Counted in this process alone: the limit is there against slips, not against an attacker.
    """
    now = clock.monotonic()
    with _lock:
        heard = spoken[source_id]
        if len(heard) == PER_MINUTE and now - heard[0] < _MINUTE:
            return int(_MINUTE - (now - heard[0])) + 1
        heard.append(now)
    return 0
