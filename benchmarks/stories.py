"""Invented articles, enough for a newsletter of any size."""

from __future__ import annotations

_TITLES = (
    "The old pier opens again, three metres longer",
    "High tide on market day: what to know",
    "The lighthouse keeps its lamp",
    "A ferry that runs on sunshine, for one morning",
    "Who painted the boat shed blue?",
    "The harbour library lends out telescopes",
    "Twelve seals counted, one of them twice",
    "Quay Street gets its benches back",
    "The sailmaker's daughter takes over",
    "Fog for a week, and a bell nobody can find",
    "The fish market moves indoors until spring",
    "A map of all steps that lead to the water",
)
_SUMMARIES = (
    "After two winters behind a fence it opens on Saturday: longer, with a handrail, and with a "
    "small red house at its end that sells coffee in the morning and lends out fishing rods later.",
    "The highest tide of the year falls on market day. Stalls move up to the church square, the "
    "ferry leaves an hour earlier, and boots – the harbour office says – are a good idea.",
    "The council decided on Friday, by nine votes to eight, after an evening in which thirty-one "
    "people spoke, most of them in favour, and one of them for the length of a whole candle.",
)
# What an editor writes on top.
INTRO = (
    "It has been a week of wood and water. The pier is done, the lamp stays where it is, and the "
    "seals have been counted by three people who do not agree. Below is what happened, in the "
    "order in which we heard of it; what you think of it, we read all of it.\n\n"
    "On Sunday the harbour office shows the old charts, the ones with sea monsters. Tea is free, "
    "and so is the way up the tower, for those who count the steps aloud. Bring a coat: the wind "
    "has been asked to stay away, and has not answered."
)


def article(n: int) -> dict[str, str]:
    """The values of an Article, the *n*-th of any number."""
    where = f"harbour.example.org/2026/11/{n}-{_slug(_TITLES[n % len(_TITLES)])}"
    return {
        "identity": f"guid:{n}",
        "url": f"https://{where}",
        "url_key": where,
        "title": _TITLES[n % len(_TITLES)],
        "author": ("Ada Example", "Björn Beispiel", "Chiara Sample")[n % 3],
        "summary": _SUMMARIES[n % len(_SUMMARIES)],
        "image_url": f"https://harbour.example.org/pictures/{n}.jpg",
        "image_alt": "A wooden pier at sunset, with a small red house at its end",
    }


def _slug(title: str) -> str:
    return "-".join("".join(c for c in title.lower() if c.isalpha() or c == " ").split())
