"""What both harnesses have in common: Django, the seeds, and Atheris (group "fuzz").

Atheris changes the bytes of its seeds and keeps what reaches code that nothing reached before. What
lets an error out is written to ``.cache/fuzz``, for a test to be made of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "fuzz"
# Bytes; what is longer is slow, and shows nothing that is new.
LONGEST = 20_000


def throw(name: str, target: Callable[[bytes], object], seeds: Iterable[bytes]) -> None:
    """Call *target* with what comes of *seeds*, for as many seconds as ``argv`` says; then end."""
    import atheris

    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    seconds = sys.argv[1] if len(sys.argv) > 1 else "60"
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        "-timeout=10",
        "-rss_limit_mb=2000",
        f"-artifact_prefix={FOLDER / name}-",
    ]

    def once(body: bytes) -> None:
        target(body)

    atheris.Setup([sys.argv[0], *options, str(corpus)], once)
    atheris.Fuzz()


def set_up() -> None:
    """Django, with the site that tests run on."""
    import django

    import tests.home

    assert tests.home
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "syndicate.settings")
    django.setup()
