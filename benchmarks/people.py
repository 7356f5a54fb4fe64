"""A million readers with a name of their own, a quarter of them not in ASCII.

A fixture of few names flatters every cache: benchmarks take these.
"""

from __future__ import annotations

_ASCII = (
    "Ada Bela Clara Dora Emil Frieda Gustav Hanna Ida Jonas Karl Lena Mira Nora Otto Paula "
    "Rosa Stefan Tilda Ulla Vera Wanda Yara Zita Anton Berta Carlo Dario Elsa Felix Greta Hugo "
    "Ilse Jana Kuno Lotte Marta Nils Olga Peter Quirin Rita Sven Tomas Ute Viktor Willa Xenia"
)
_OTHERS = (
    "Zoë Björn Łukasz Søren Žofia Renée Jürgen Íris Ștefan Øyvind Νίκη Юрий Ведран Ağa 文子 さくら"
)
_LAST = (
    "Example Sample Pier Harbour Quay Anchor Mast Rudder Keel Sail Tide Shore Beacon Buoy Dune "
    "Reef Cove Delta Fjord Gull Heron Inlet Jetty Knot Ledge Marsh Net Oar Pebble Quill Rope Sand "
    "Tern Umber Vale Wave Yard Zephyr Arbour Brook Cliff Dale Elm Fern Grove Heath Isle June Kelp "
    "Lane Mead North Orchard Park Ridge Stone Thorn Upland Vine Wood Xylo Yarrow Zander Ash"
)
LAST = _LAST.split()
# Every fourth is not in ASCII.
FIRST = _ASCII.split()
for _place, _word in enumerate(_OTHERS.split()):
    FIRST.insert(4 * _place + 3, _word)
DOMAINS = 50


def name(i: int) -> str:
    """The reader *i*'s; no other below 1,048,576 has it."""
    middle = f" {'ABCD'[i // 262_144]}" if i >= 262_144 else ""
    return f"{FIRST[i % 64]}{middle} {LAST[i // 64 % 64]}-{LAST[i // 4096 % 64]}"


def email(i: int) -> str:
    """The reader *i*'s, at one of fifty domains."""
    return f"reader{i}@mail{i % DOMAINS}.example.org"


# The same as SQL over tables number(i), first(k, word), last(k, word) and last again as second;
# "%%" is one "%" there.
NAME_SQL = (
    "first.word || CASE WHEN i < 262144 THEN '' ELSE ' ' || substr('ABCD', i / 262144 + 1, 1) END"
    " || ' ' || last.word || '-' || second.word"
)
JOIN_SQL = (
    "JOIN first ON first.k = i %% 64 JOIN last ON last.k = i / 64 %% 64"
    " JOIN last AS second ON second.k = i / 4096 %% 64"
)
EMAIL_SQL = f"'reader' || i || '@mail' || (i %% {DOMAINS}) || '.example.org'"
