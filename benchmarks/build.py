"""What it costs to make one reader's message, in CPU, without sending it.

    python -m benchmarks.build [--rounds N] [--json]

Every reader has a name of their own, and one in four a name that is not ASCII. From dear to cheap:

    render, inline, EmailMessage    what a program does that renders for each reader
    fill, EmailMessage              rendered and inlined once, filled in for each: Jinja2
    splice                          ours: compiled once into bytes, with places left
    … + DKIM                        the same, signed: ours, and by dkimpy

Each is measured in turn, so many messages that it takes about a tenth of a second; medians.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from itertools import count
from statistics import median
from typing import Any

from benchmarks import peers, people
from benchmarks.site import LETTER, Site
from benchmarks.table import show, show_json

ENOUGH = 0.1  # seconds
RENDERED, FILLED, SPLICED = "render, inline, EmailMessage", "fill, EmailMessage", "splice"


def makers() -> dict[str, Callable[[int], bytes]]:
    """What makes the message of reader *i*, by name. In a site's own process."""
    from benchmarks.seed import taken_back
    from syndicate.mail.message import Recipient, compile

    with taken_back("letter", LETTER) as edition:
        compiled = compile(edition)
        return {
            RENDERED: _rendering(edition),
            FILLED: _filling(edition),
            SPLICED: lambda i: compiled.splice(Recipient(i, people.email(i), people.name(i), i, i)),
        }


def _rendering(edition: Any) -> Callable[[int], bytes]:
    """Templates, premailer and the standard library, for each reader."""
    from syndicate.lib.config import site
    from syndicate.lib.css import inline
    from syndicate.mail.contents import contents
    from syndicate.mail.sandbox import fill

    values = contents(edition, [entry.article for entry in edition.chosen()], 0, False)

    def make(i: int) -> bytes:
        own = values | {"reader": peers.reader(i)}
        html = inline(fill("letter.html", own), site().publication.url)
        return _message(edition.subject, html, fill("letter.txt", own), i)

    return make


def _filling(edition: Any) -> Callable[[int], bytes]:
    """Templates of what was rendered and inlined before."""
    from jinja2 import Environment

    html = Environment(autoescape=True).from_string(_as_template(edition.html))
    text = Environment().from_string(_as_template(edition.text))

    def make(i: int) -> bytes:
        own = peers.reader(i)
        return _message(edition.subject, html.render(own), text.render(own), i)

    return make


def _as_template(body: str) -> str:
    from syndicate.mail.placeholders import PLACEHOLDERS

    for field, placeholder in PLACEHOLDERS.items():
        body = body.replace(placeholder, "{{ %s }}" % field)  # noqa: UP031
    return body


def _message(subject: str, html: str, text: str, i: int) -> bytes:
    made: EmailMessage = peers.message(subject, html, text, i)
    return made.as_bytes()


def measure(rounds: int) -> dict[str, float]:
    """Microseconds of CPU for one message, by name: the median of *rounds*."""
    readers = count(1)
    costs: dict[str, list[float]] = {}
    made = makers()
    repeats = {name: _repeats(make, readers) for name, make in made.items()}
    for _ in range(rounds):
        for name, make in made.items():
            costs.setdefault(name, []).append(_cost(make, readers, repeats[name]))
    return {name: median(each) for name, each in costs.items()}


def _cost(make: Callable[[int], bytes], readers: count[int], repeats: int) -> float:
    chosen = [next(readers) % 1_000_000 for _ in range(repeats)]
    begun = time.process_time()
    for i in chosen:
        make(i)
    return (time.process_time() - begun) / repeats * 1e6


def _repeats(make: Callable[[int], bytes], readers: count[int]) -> int:
    """How many are enough."""
    return max(1, int(ENOUGH / max(1e-6, _cost(make, readers, 5) / 1e6)))


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--child"]:
        import django

        django.setup()
        print(json.dumps(measure(int(sys.argv[2]))))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with Site() as site:
        site.readers(2)
        costs = site.run("benchmarks.build", "--child", options.rounds)
    if options.json:
        show_json({"us": costs, "vs_fill": costs[FILLED] / costs[SPLICED]})
        return
    show(
        "one message", ["", "CPU µs", "times a splice"],
        ([name, cost, cost / costs[SPLICED]] for name, cost in costs.items()),
    )  # fmt: skip


if __name__ == "__main__":
    main()
