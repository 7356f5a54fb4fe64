"""What a page says of its article, against what is known of it.

    python -m benchmarks.extract_facts [--corpus DIR] [--part A|B] [--misses] [--json]

DIR is laid out like Mozilla's test pages: folders with source.html and expected-metadata.json
(title, byline, publishedTime, lang, excerpt). Beside ours: trafilatura, and a bare reader of
JSON-LD, OpenGraph, meta and ``<time>``.

How it is counted. *title*: the same after folding case, quotes, dashes and spaces, among pages with
a true one. *author*: the same set of names, of the truth as of the answer parted at commas and
"and", without "by"; of the truth only the first line, and nothing from a figure on, since it keeps
the date and the employer that stand beside a name. *date*: the same day, in the zone each is
written in. *false_author* and *false_date*: of the pages whose truth names none, the share for
which one is given; the truth here is another reader's reviewed output, so a "false" date may well
stand on the page. *description* and *image* likewise, where the corpus has them. Part A is two
thirds, by the hash of the folder's name, to build on; part B the rest, looked at when all was done.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from benchmarks.table import show, show_json

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "pages"
COLUMNS = (
    "title", "author", "date", "false_author", "false_date", "language", "description", "image",
)  # fmt: skip


class Picture(Protocol):
    """A picture with its address."""

    @property
    def url(self) -> str:
        """Where it lies."""


class Said(Protocol):
    """What any reader says of a page; ``sources.extract.Extract`` is one."""

    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    language: str
    description: str
    image: Picture


@dataclass(frozen=True)
class Address:
    """A picture of which nothing else is known."""

    url: str = ""


@dataclass(frozen=True)
class Answer:
    """What a reader that is not ours said."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    language: str = ""
    description: str = ""
    image: Address = Address()


Verdicts = dict[str, bool | None]


def score(pairs: Iterable[tuple[Mapping[str, Any], Said]]) -> dict[str, float | None]:
    """Each column's share over (truth, answer); None where the corpus has no truth for it."""
    judged = [judge(gold, said) for gold, said in pairs]
    return {column: _share([one[column] for one in judged]) for column in COLUMNS}


def judge(gold: Mapping[str, Any], said: Said) -> Verdicts:
    """For each column whether it is so; None where the truth does not tell."""
    byline, day = gold.get("byline") or "", _day(gold.get("publishedTime"))
    found = said.published_at.date().isoformat() if said.published_at else ""
    people = {name for each in said.authors for name in people_of(each)}
    image = gold.get("image") or ""
    return {
        "title": _same(gold.get("title"), said.title),
        "author": people == people_of(byline) if byline else None,
        "date": found == day if day else None,
        "false_author": None if byline else bool(people),
        "false_date": None if day else bool(found),
        "language": _same((gold.get("lang") or "")[:2], said.language[:2]),
        "description": _same(gold.get("excerpt"), said.description),
        "image": _file(image) == _file(said.image.url) if image else None,
    }


def fold(text: str) -> str:
    """Without case, and with one sort of quotes, dashes and spaces."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[“”„«»″\"]", "'", re.sub(r"[‘’‚´`]", "'", text))
    return " ".join(re.sub(r"[–—−]", "-", text).split())


def people_of(byline: str) -> frozenset[str]:
    """The names in a byline, whoever wrote it."""
    by, _, rest = byline.strip().partition("\n")
    first = re.split(r"\d", rest.strip().partition("\n")[0] if by.casefold() == "by" else by)[0]
    bare = re.sub(r"^(written |words )?(by|von|par|por|di)[:\s]+", "", fold(first))
    return frozenset(filter(None, re.split(r"\s*(?:[,;|]|\sand\s|\sund\s|\set\s|\sy\s)\s*", bare)))


def naive(html: bytes, url: str) -> Answer:
    """The bare baseline: the first of JSON-LD, OpenGraph, meta, and a ``<time>``."""
    from lxml import html as lxml_html

    root = lxml_html.fromstring(html.decode("utf-8", "replace").encode(), parser=_parser())
    metas = {
        (one.get("property") or one.get("name") or ""): one.get("content") or ""
        for one in root.iter("meta")
    }
    linked = _first_object(root)
    author = linked.get("author")
    author = author[0] if isinstance(author, list) and author else author
    author = author.get("name") if isinstance(author, dict) else author
    times = [one.get("datetime") or "" for one in root.iter("time")]
    written = [linked.get("datePublished"), metas.get("article:published_time"), *times]
    title = linked.get("headline") or metas.get("og:title") or root.findtext(".//title") or ""
    return Answer(
        title=str(title).strip(),
        authors=tuple(filter(None, [str(author or metas.get("author") or "")])),
        published_at=next(filter(None, map(_moment, written)), None),
        language=root.get("lang") or "",
        description=metas.get("og:description") or metas.get("description") or "",
        image=Address(metas.get("og:image") or ""),
    )


def trafilatura_says(html: bytes, url: str) -> Answer:
    """trafilatura's metadata, as it comes."""
    from trafilatura import extract_metadata

    found = extract_metadata(html, default_url=url)
    return Answer(
        title=found.title or "",
        authors=tuple(filter(None, (found.author or "").split("; "))),
        published_at=_moment(found.date),
        language=found.language or "",
        description=found.description or "",
        image=Address(found.image or ""),
    )


def ours(html: bytes, url: str) -> Said:
    """Ours, without the body."""
    from syndicate.lib.html import parse
    from syndicate.sources.facts import Facts, facts

    root = parse(html.decode("utf-8", "replace"))
    return Facts() if root is None else facts(root, url)


def pages(corpus: Path, part: str = "") -> Iterator[tuple[str, Mapping[str, Any], bytes]]:
    """(name, truth, page) of each folder, of one *part* or of both."""
    for folder in sorted(corpus.iterdir()):
        truth = folder / "expected-metadata.json"
        if not truth.is_file() or (part and part_of(folder.name) != part):
            continue
        gold = json.loads(truth.read_text(encoding="utf-8"))
        yield folder.name, gold, (folder / "source.html").read_bytes()


def part_of(name: str) -> str:
    """``A`` for two folders of three, ``B`` for the third."""
    return "B" if hashlib.sha256(name.encode()).digest()[0] % 3 == 0 else "A"


def _parser() -> Any:
    from lxml import html as lxml_html

    return lxml_html.HTMLParser(encoding="utf-8")


def _first_object(root: Any) -> dict[str, Any]:
    for script in root.iter("script"):
        if script.get("type") == "application/ld+json":
            try:
                data = json.loads(script.text or "")
            except ValueError:
                continue
            if isinstance(data, dict):
                return data
    return {}


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value or ""))
    except ValueError:
        return None


def _day(value: object) -> str:
    found = _moment(value)
    return found.date().isoformat() if found else ""


def _same(gold: object, said: str) -> bool | None:
    return fold(str(gold)) == fold(said) if gold else None


def _file(url: str) -> str:
    name = url.partition("?")[0].rstrip("/").rpartition("/")[2].casefold()
    return re.sub(r"(-\d+x\d+)?(\.\w+)?$", "", name)


def _share(verdicts: list[bool | None]) -> float | None:
    known = [one for one in verdicts if one is not None]
    return sum(known) / len(known) if known else None


READERS: dict[str, Callable[[bytes, str], Said]] = {
    "ours": ours, "trafilatura": trafilatura_says, "bare metadata": naive,
}  # fmt: skip


def main() -> None:
    """Print the shares of each reader."""
    reading = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reading.add_argument("--corpus", type=Path, default=CORPUS)
    reading.add_argument("--part", choices=["A", "B"], default="")
    reading.add_argument("--misses", action="store_true", help="show where ours is wrong")
    reading.add_argument("--json", action="store_true")
    options = reading.parse_args()
    table = {name: _table_of(reader, options) for name, reader in READERS.items()}
    if options.json:
        show_json(table)
        return
    lines = [[name, *(shares[column] for column in COLUMNS)] for name, shares in table.items()]
    show(f"Facts of {options.corpus.name} {options.part}", ["", *COLUMNS], lines)


def _table_of(reader: Callable[[bytes, str], Said], options: Any) -> dict[str, float | None]:
    answers = []
    for name, gold, html in pages(options.corpus, options.part):
        said = reader(html, f"https://pages.example/{name}")
        answers.append((gold, said))
        if options.misses and reader is ours:
            _tell(name, gold, said)
    return score(answers)


def _tell(name: str, gold: Mapping[str, Any], said: Said) -> None:
    known = {"title": "title", "author": "byline", "date": "publishedTime"}
    answers = {"title": said.title, "author": said.authors, "date": said.published_at}
    for column, right in judge(gold, said).items():
        field = column.removeprefix("false_")
        if field in known and right is column.startswith("false_"):
            print(f"{name:30.30} {column:12} {gold.get(known[field])!r} ≠ {answers[field]!s}")


if __name__ == "__main__":
    main()
