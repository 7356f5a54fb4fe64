"""Atheris on pages: ``python -m tests.fuzz.atheris_pages [SECONDS]``, or ``make fuzz``."""

from __future__ import annotations

import atheris

from tests.fuzz.thrower import set_up, throw

if __name__ == "__main__":
    set_up()
    # What is imported here is watched: Atheris sees which of its branches were taken.
    with atheris.instrument_imports(include=["syndicate.sources", "syndicate.lib", "trafilatura"]):
        from tests.fuzz.targets import as_page
    from tests.fuzz.test_feeds import SAMPLES

    throw("pages", as_page, [each.read_bytes() for each in sorted(SAMPLES.rglob("*.html"))])
