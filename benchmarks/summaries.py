"""Summaries of pages whose description is kept from us, against that description.

    python -m benchmarks.summaries [--corpus DIR] [--part A|B] [--show] [--json]

DIR holds ground-truth.json (articleBody of each page) and html/ID.html.gz. Truth is the page's own
og:description or description of fifty characters or more. *ours* sees the headline, the true text,
and what an editor set below the headline, where the page shows something there; no metadata but
the title. *text alone* sees the headline and the text. ROUGE F, in percent of one: *all*; *copied*,
where sixty per cent of the truth's runs of four words stand in the first four sentences;
*editorial*, where less than twenty do. *long* counts those over 280 characters, *unended* those
that end no sentence. Part A is two thirds, to build on; part B the rest.

--json: ``rouge2_all``, ``rouge2_editorial`` and so on are ours; the same for each other way below
``baselines``.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.extract_facts import part_of
from benchmarks.rouge import grams, rouge, words
from benchmarks.table import show, show_json

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "articles"
HEADS = {
    "rouge1_all": "all R1", "rouge2_all": "R2", "rougel_all": "RL", "rouge2_copied": "copied R2",
    "rouge1_editorial": "editorial R1", "rouge2_editorial": "R2", "rougel_editorial": "RL",
    "median_characters": "median chars", "over_280": "long", "unended": "unended",
}  # fmt: skip
_LONGEST = 280


@dataclass(frozen=True)
class Case:
    """A page: what it is called, what its text is, and what its editors say of it."""

    title: str
    paragraphs: list[str]
    truth: str
    copied: float  # the share of the truth's runs of four words in the first four sentences
    below: str = ""  # what stands below the headline, where an editor set something there

    @property
    def body(self) -> str:
        """Its text as sanitised HTML."""
        return "".join(f"<p>{escape(each, quote=False)}</p>" for each in self.paragraphs)


def cases(corpus: Path, part: str = "") -> list[Case]:
    """Those pages of the corpus that have a description."""
    found = _cases(corpus, part)
    return [each for each in found if len(each.truth) >= 50]


def _cases(corpus: Path, part: str) -> Iterator[Case]:
    from syndicate.lib.html import parse
    from syndicate.sources.claims import claims
    from syndicate.sources.headline import headline
    from syndicate.sources.readers.text import plain
    from syndicate.sources.standfirst import standfirst

    gold = json.loads((corpus / "ground-truth.json").read_text(encoding="utf-8"))
    for name, page in sorted(gold.items()):
        html = gzip.decompress((corpus / "html" / f"{name}.html.gz").read_bytes())
        root = parse(html.decode("utf-8", "replace"))
        if root is None or (part and part_of(name) != part):
            continue
        said = claims(root, page["url"])
        truth = plain(said.first("og:description", "description"))
        lines = [" ".join(line.split()) for line in page["articleBody"].splitlines()]
        paragraphs = [line for line in lines if line]
        title = headline(said)
        below = standfirst(said, title)
        yield Case(title, paragraphs, truth, _copied(truth, paragraphs), below)


def _copied(truth: str, paragraphs: list[str]) -> float:
    from syndicate.lib.sentences import split

    first = " ".join(split(" ".join(paragraphs[:12]))[:4])
    own, there = grams(words(truth), 4), grams(words(first), 4)
    return sum((own & there).values()) / max(sum(own.values()), 1)


def ours(case: Case) -> str:
    """As we make it where an article has no description."""
    from syndicate.sources.summary import summary

    return summary(case.below, case.body, case.title)


def text_alone(case: Case) -> str:
    """The same where nothing stands below the headline either."""
    from syndicate.sources.summary import summary

    return summary("", case.body, case.title)


def lead(sentences: int) -> Callable[[Case], str]:
    """The first so many sentences."""

    def first(case: Case) -> str:
        from syndicate.lib.sentences import split

        return " ".join(split(" ".join(case.paragraphs[:12]))[:sentences])

    return first


def short_lead(case: Case) -> str:
    """Whole sentences up to 240 characters."""
    from syndicate.lib.sentences import cut

    return cut(" ".join(case.paragraphs[:12]), 240)


METHODS: dict[str, Callable[[Case], str]] = {
    "ours": ours, "text alone": text_alone, "lead up to 240": short_lead,
    "one sentence": lead(1), "two": lead(2), "three": lead(3), "title": lambda case: case.title,
}  # fmt: skip


def measure(found: list[Case], method: Callable[[Case], str]) -> list[float]:
    """A row of the table, in the order of HEADS."""
    made = [(case, method(case)) for case in found]
    scores = [(case, rouge(case.truth, text)) for case, text in made]
    editorial = [score for case, score in scores if case.copied < 0.2]
    copied = [score for case, score in scores if case.copied >= 0.6]
    return [
        *_means([score for _, score in scores]),
        _means(copied)[1],
        *_means(editorial),
        median(len(text) for _, text in made),
        sum(len(text) > _LONGEST for _, text in made),
        sum(not _ended(text) for _, text in made),
    ]


def _means(scores: list[tuple[float, float, float]]) -> list[float]:
    return [mean(each) for each in zip(*scores, strict=True)] if scores else [0.0] * 3


def _ended(text: str) -> bool:
    from syndicate.lib.sentences import complete

    return complete(text)


def main() -> None:
    """Print a row for each method."""
    reading = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reading.add_argument("--corpus", type=Path, default=CORPUS)
    reading.add_argument("--part", choices=["A", "B"], default="")
    reading.add_argument("--show", action="store_true", help="show each of ours and its truth")
    reading.add_argument("--json", action="store_true")
    options = reading.parse_args()
    found = cases(options.corpus, options.part)
    rows: dict[str, Any] = {name: measure(found, method) for name, method in METHODS.items()}
    if options.show:
        for case in found:
            print(f"{case.copied:.1f} {case.title}\n    {case.truth}\n  → {ours(case)}")
    if options.json:
        told = {name: dict(zip(HEADS, row, strict=True)) for name, row in rows.items()}
        about = {"pages": len(found), "editorial": sum(case.copied < 0.2 for case in found)}
        show_json({**about, **told.pop("ours"), "baselines": told})
        return
    title = f"Summaries of {len(found)} pages {options.part}"
    show(title, ["", *HEADS.values()], [[name, *map(_exact, row)] for name, row in rows.items()])


def _exact(value: float) -> str:
    return f"{value:.3f}" if isinstance(value, float) and value < 1 else f"{value:.0f}"


if __name__ == "__main__":
    main()
