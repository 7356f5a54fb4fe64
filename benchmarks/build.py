"""What it costs to make one reader's message, in CPU, without sending it.

    python -m benchmarks.build [--rounds N] [--json]

Every reader has a name of their own, and one in four a name that is not ASCII. From dear to cheap:

    render, inline, EmailMessage    what a program does that renders for each reader
    fill, EmailMessage              rendered and inlined once, filled in for each: Jinja2
    splice                          ours: compiled once into bytes, with places left
    splice, DKIM …                  the same, signed by us: RSA of 2048 bits, and Ed25519 with it
    splice, dkimpy                  the same, signed by the library that most programs use

Each is measured in turn, so many messages that it takes about a tenth of a second; medians.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from itertools import count
from statistics import median
from typing import Any

from benchmarks import keys, peers, people
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

        def splice(i: int) -> bytes:
            return compiled.splice(Recipient(i, people.email(i), people.name(i), i, i))

        return {
            RENDERED: _rendering(edition),
            FILLED: _filling(edition),
            SPLICED: splice,
            "splice, DKIM RSA-2048": _signed(splice),
            "splice, DKIM RSA-2048 and Ed25519": _signed(splice, ed25519=True),
            "splice, dkimpy RSA-2048": _signed_by_dkimpy(splice),
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


def _signed(splice: Callable[[int], bytes], *, ed25519: bool = False) -> Callable[[int], bytes]:
    """By our own signer."""
    from syndicate.lib.config import site
    from syndicate.mail.dkim import signer

    table = dataclasses.replace(site().dkim, **keys.table(ed25519=ed25519))
    sign: Any = signer(dataclasses.replace(site(), dkim=table))

    def make(i: int) -> bytes:
        message = splice(i)
        return bytes(sign(message)) + message

    return make


def _signed_by_dkimpy(splice: Callable[[int], bytes]) -> Callable[[int], bytes]:
    import dkim

    from syndicate.mail.dkim import SIGNED

    names = [name.encode() for name in SIGNED]
    selector, domain, key = keys.RSA_SELECTOR.encode(), keys.DOMAIN.encode(), keys.rsa_pem()

    def make(i: int) -> bytes:
        message = splice(i)
        signature = dkim.sign(
            message, selector, domain, key.encode(), include_headers=names,
            canonicalize=(b"relaxed", b"simple"),
        )  # fmt: skip
        return bytes(signature) + message

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
