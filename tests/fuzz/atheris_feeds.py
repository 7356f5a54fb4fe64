"""Atheris on feeds: ``python -m tests.fuzz.atheris_feeds [SECONDS]``, or ``make fuzz``."""

from __future__ import annotations

import atheris

from tests.fuzz.thrower import set_up, throw

if __name__ == "__main__":
    set_up()
    # What is imported here is watched: Atheris sees which of its branches were taken.
    with atheris.instrument_imports(include=["syndicate.sources", "syndicate.lib", "feedparser"]):
        from tests.fuzz.targets import as_feed
    from tests.fuzz.test_feeds import wholes

    throw("feeds", as_feed, wholes())
