"""An article as an author would write it into either system: six paragraphs, two pictures."""

from __future__ import annotations

from tests.fakes.publication import PARAGRAPHS
from tests.fakes.website import PICTURES
from tests.real.site import Site

SENTENCES = (
    *PARAGRAPHS,
    "The boatyard has room for the old timbers under its north roof, where they may dry until "
    "somebody has counted them, drawn them, and cut the first three into seats.",
    "Until then a rope will mark the way round the building site, and the lamp at the end of the "
    "pier, which has burned since the storm of the long winter, moves to the fish market.",
    "Whoever has an old photograph of the pier is asked to bring it to the library before Easter; "
    "the best of them will hang in the new waiting room beside the timetable.",
)
# file, alternative text, caption
PIER = ("pier.jpg", "A wooden pier at sunset", "The old pier, seen from the eastern steps")
BOATS = (
    "boats.jpg",
    "Four boats at their moorings",
    "Boats wait for the tide. Drawing: Ada Example",
)


def body(site: Site) -> str:
    """The article's HTML, its pictures uploaded."""
    one, two, *rest = (f"<p>{sentence}</p>" for sentence in SENTENCES)
    pictures = [site.figure(PICTURES / file, alt, caption) for file, alt, caption in (PIER, BOATS)]
    return "\n".join([one, pictures[0], two, "<h2>What comes next</h2>", pictures[1], *rest])
