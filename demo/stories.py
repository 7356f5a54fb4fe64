"""What the demo's publication publishes. Every place and name is invented."""

from __future__ import annotations

from typing import Any

from tests.fakes.publication import Picture

OLD: dict[str, Any] = {
    "title": "The lighthouse keeps its lamp",
    "paragraphs": (
        "The lamp of the lighthouse at Port Example will be kept, the council said on Friday. "
        "It had been due to be replaced by a smaller one.",
        "Boats have steered by it since the year the harbour was built.",
    ),
    "images": (Picture("lighthouse.png", "A white lighthouse on a rock", "The lamp, by day."),),
    "tags": ("harbour",),
}

FIRST: dict[str, Any] = {
    "title": "The old pier opens again, three metres longer",
    "paragraphs": (
        "After two winters behind a fence, the old pier at Port Example opens again on Saturday. "
        "It is three metres longer than before, and for the first time it has a handrail.",
        "“We measured every plank twice,” said the harbour master, who walked its whole length "
        "on Monday with a tape and a flask of tea. The wood comes from the town's own forest.",
        "The small red house at its end keeps its colour. It will sell coffee in the morning "
        "and lend out fishing rods in the afternoon; children need no ticket.",
        "A band plays from noon. If it rains, it plays in the boat shed, which has a roof again.",
    ),
    "images": (
        Picture(
            "pier.jpg",
            "A wooden pier at sunset, with a small red house at its end",
            "The pier on Monday evening. Picture: Harbour Review",
        ),
        Picture(
            "boats.jpg",
            "Three small boats tied up beside each other",
            "The boat shed's residents wait for their roof. Picture: Harbour Review",
        ),
    ),
    "summary": "After two winters behind a fence, the old pier opens again on Saturday: longer, "
    "and with a handrail.",
    "tags": ("harbour", "town"),
    "author": "Ada Example",
}

SECOND: dict[str, Any] = {
    "title": "High tide on market day: what to know",
    "paragraphs": (
        "The highest tide of the year falls on market day. The stalls on Quay Street move up to "
        "the church square, and the ferry leaves an hour earlier.",
        "Nobody needs sandbags, the harbour office says, but boots are a good idea.",
    ),
    "images": (
        Picture(
            "boats.jpg",
            "Three small boats tied up beside each other",
            "At high water the boats look over the quay wall. Picture: Harbour Review",
        ),
    ),
    "summary": "The highest tide of the year falls on market day. Stalls move up to the church "
    "square, and the ferry leaves an hour earlier.",
    "tags": ("tides",),
    "author": "Ben Sample",
}
