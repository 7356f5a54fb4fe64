"""Every file of some folders, as a feed: ``python -m tests.fuzz.folder DIR...``

Meant for the test folders of feedparser and of feedvalidator, which hold thousands of feeds that
somebody stumbled over; the variable ``SYNDICATE_FEEDS`` may name them as well, parted by colons.
Prints how many there were and the slowest; ends with 1 if an error other than our own came out of
one, or one took longer than a second.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Seconds of processor time.
LIMIT = 1.0
# Nobody's feed, and no use to try.
_OTHERS = {".py", ".pyc", ".so", ".png", ".gif", ".jpg", ".zip", ".gz", ".svg"}


@dataclass(frozen=True)
class Result:
    """What came of one file; *failure* is a traceback, or ""."""

    file: Path
    entries: int
    seconds: float
    failure: str = ""


def main(arguments: list[str]) -> int:
    """Run over all, and tell."""
    folders = arguments or [
        each for each in os.environ.get("SYNDICATE_FEEDS", "").split(":") if each
    ]
    if not folders:
        print("Name a folder, or set SYNDICATE_FEEDS.", file=sys.stderr)
        return 2
    results = [read(file) for folder in folders for file in files(Path(folder))]
    return tell(results)


def files(folder: Path) -> Iterator[Path]:
    """Those below *folder* that may be feeds."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix.lower() not in _OTHERS:
            yield file


def read(file: Path) -> Result:
    """Read one, as a feed."""
    from tests.fuzz.targets import as_feed

    body, begun = file.read_bytes(), time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            entries, failure = as_feed(body), ""
    except Exception:  # it is what we look for
        entries, failure = 0, traceback.format_exc(limit=-3)
    return Result(file, entries, time.process_time() - begun, failure)


def tell(results: list[Result]) -> int:
    """Print what came of it; 1 if something must be mended."""
    bad = [each for each in results if each.failure]
    slow = [each for each in results if each.seconds > LIMIT]
    for each in bad:
        print(f"--- {each.file}\n{each.failure}")
    for each in slow:
        print(f"--- {each.file} took {each.seconds:.1f} s")
    slowest = max(results, key=lambda each: each.seconds, default=None)
    read_well = sum(each.entries > 0 for each in results)
    print(
        f"{len(results)} files, {read_well} with entries, {len(bad)} failed, {len(slow)} too slow"
    )
    if slowest:
        print(f"slowest: {slowest.seconds:.2f} s, {slowest.file.name}")
    return 1 if bad or slow or not results else 0


if __name__ == "__main__":
    import django

    import tests.home

    assert tests.home
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "syndicate.settings")
    django.setup()
    sys.exit(main(sys.argv[1:]))
