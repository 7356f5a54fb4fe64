"""``python -m demo``: the main job, watched. ``--once``: one full turn, checked, and the end.

publish → detected → composed → approved → delivered n/n → posted, permalink
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import time
from typing import Any

from demo import stories
from demo.check import Check
from demo.stage import PASSWORD, Stage, stage
from tests import acts

# The words by which the daemon's log tells of a step; the rest is for its log file.
STEPS = re.compile(r"detected|composed|approved|delivered|posted|started|WARNING|ERROR")


def main() -> int:
    """Run the demo; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one turn, checked, then end")
    once = parser.parse_args().once
    # A closed terminal or a kill ends all parts too; a shell's background job ignores SIGINT.
    for way in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(way, signal.default_int_handler)
    tell("Setting up a publication, an inbox, a timeline and syndicate between them …")
    try:
        with stage() as on:
            on.site.tell = _tell_steps
            with on.site.running():
                return _once(on) if once else _watch(on)
    except KeyboardInterrupt:
        tell("\nStopped.")
        return 130 if once else 0


def _once(on: Stage) -> int:
    check = Check(on)
    try:
        turn(on, stories.FIRST)
    except TimeoutError as late:
        tell(f"✗ {late}")
    return 0 if check.all(stories.FIRST["title"]) else 1


def _watch(on: Stage) -> int:
    tell(f"""
  The desk      {on.desk}   (editor / {PASSWORD})
  The inbox     {on.inbox.web_url}
  The timeline  {on.timeline.url}
  The publication itself: {on.website.url}/   Ctrl-C ends all of it.
""")
    turn(on, stories.FIRST)
    tell("\nThe next article is yours to approve, on the desk. It is published in 15 seconds …")
    time.sleep(15)
    on.website.publish(**stories.SECOND)
    acts.held(on.site, "edition")
    acts.held(on.site, "post")
    tell(f"\nAn edition and a post wait for you: {on.desk}")
    while True:
        time.sleep(1)


def turn(on: Stage, story: dict[str, Any]) -> None:
    """Publish one article and let it through, as an editor would."""
    acts.first_look(on.site)
    on.website.publish(**story)
    tell(f"published “{story['title']}” on {on.website.url}/")
    for kind in ("edition", "post"):
        for row in acts.held(on.site, kind):
            # Told first: the daemon is quicker than the end of the command.
            tell(f"approved the {kind}, as an editor would")
            on.site.syndicate(kind, "approve", str(row["id"]))
    acts.sent(on.site, "edition")
    acts.sent(on.site, "post")


def _tell_steps(line: str) -> None:
    if STEPS.search(line):
        # "21:08:13 INFO    detected …" → "detected …"
        tell(re.sub(r"^\S+ INFO +", "", line))


def tell(text: str) -> None:
    """One line of the story."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
