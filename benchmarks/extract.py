"""How well and how fast pages are read, against libraries that do it too.

    python -m benchmarks.extract [--corpus DIR] [--only ours] [--json]

DIR is laid out like article-extraction-benchmark (ground-truth.json, html/ID.html.gz) or like
Mozilla's test pages (folders with source.html, expected.html, expected-metadata.json). Of the
first: f1, precision and recall of the text, captions left out as the truth has none. Of the second:
f1 of the text with captions, the share of captions that stand under their own picture, the share of
pictures, and the facts as ``benchmarks.extract_facts`` counts them. Pages per second are of CPU
time, for ours with all facts. With --json ours stand at the top, the others under "peers"; null is
what these pages have no truth for. A page of which a file is missing is passed over.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import extract_facts
from benchmarks.extract_readers import PEERS, Read, ours
from benchmarks.extract_score import f1, pictures
from benchmarks.table import show, show_json
from syndicate.lib.html import to_text

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
# What Mozilla's expected pages take their relative addresses to be relative to.
PAGE = "http://fakehost/test/page.html"
FACTS = ("title", "author", "date", "false_author", "false_date")


@dataclass(frozen=True)
class Sample:
    """A page and what is true of it: *text*, or *html* with captions and pictures."""

    body: bytes
    url: str
    text: str
    html: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def main() -> None:
    """Print the table, or the object."""
    options = _options()
    samples = load(options.corpus)
    if not samples:
        sys.exit(f"{options.corpus} holds no pages with what is true of them.")
    ours_are = measure(ours, samples)
    peers = {} if options.only else {name: measure(read, samples) for name, read in PEERS.items()}
    if options.json:
        show_json({**ours_are, "pages": len(samples), "peers": peers})
        return
    heads = list(ours_are)
    lines = [[name, *(row.get(head) for head in heads)] for name, row in peers.items()]
    title = f"{len(samples)} pages of {options.corpus}"
    show(title, ["", *heads], [["ours", *ours_are.values()], *lines])


def load(corpus: Path) -> list[Sample]:
    """All pages of *corpus*, whichever of the two ways it is laid out."""
    truth = corpus / "ground-truth.json"
    return _articles(corpus, truth) if truth.is_file() else _pages(corpus)


def measure(read: Callable[[bytes, str], Read], samples: Sequence[Sample]) -> dict[str, Any]:
    """What *read* makes of them all: shares, and pages in a second of CPU."""
    read(samples[0].body, samples[0].url)  # what is imported at first is not counted
    begun = time.process_time()
    made = [_safely(read, sample) for sample in samples]
    rate = len(samples) / (time.process_time() - begun)
    if not any(one.html for one in samples):
        texts = [(one.text, said.text) for one, said in zip(samples, made, strict=True)]
        return {**f1(texts), "pages_per_s": rate}
    whole = [(one.text, _whole(said)) for one, said in zip(samples, made, strict=True)]
    framed = [(one.html, said.html) for one, said in zip(samples, made, strict=True)]
    facts = [(one.facts, said.extract) for one, said in zip(samples, made, strict=True)]
    shares = extract_facts.score((gold, said) for gold, said in facts if gold and said is not None)
    return {
        **f1(whole),
        **(pictures(framed) if any(said.html for said in made) else {}),
        **({name: shares[name] for name in FACTS} if any(said for _, said in facts) else {}),
        "pages_per_s": rate,
    }


def _safely(read: Callable[[bytes, str], Read], sample: Sample) -> Read:
    """What *read* makes of a page; a library that gives up has read nothing."""
    try:
        return read(sample.body, sample.url)
    except Exception:
        if read is ours:
            raise
        return Read()


def _whole(said: Read) -> str:
    return to_text(said.html) if said.html else said.text


def _articles(corpus: Path, truth: Path) -> list[Sample]:
    known = json.loads(truth.read_text(encoding="utf-8"))
    return [
        Sample(
            gzip.decompress(page.read_bytes()),
            gold.get("url") or PAGE,
            gold["articleBody"],
        )
        for name, gold in sorted(known.items())
        if (page := corpus / "html" / f"{name}.html.gz").is_file()
    ]


def _pages(corpus: Path) -> list[Sample]:
    return [
        Sample(
            page.read_bytes(),
            PAGE,
            to_text(html := truth.read_text(encoding="utf-8")),
            html,
            _known(truth.with_name("expected-metadata.json")),
        )
        for truth in sorted(corpus.glob("*/expected.html"))
        if (page := truth.with_name("source.html")).is_file()
    ]


def _known(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _options() -> argparse.Namespace:
    reading = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reading.add_argument("--corpus", type=Path, default=CORPORA / "articles")
    reading.add_argument("--only", choices=["ours"], help="leave the others out")
    reading.add_argument("--json", action="store_true")
    logging.disable(logging.CRITICAL)  # the libraries complain of pages in which they find nothing
    return reading.parse_args()


if __name__ == "__main__":
    main()
