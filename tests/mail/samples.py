"""The editions whose rendering is kept in tests/golden/mail, and looked at in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from syndicate.mail.models import Edition
from syndicate.sources.models import Article
from tests import rows
from tests.mail.composed import edition

PICTURES = "https://harbour.example.org/pictures"

BODY = f"""
<p>For a hundred years the way to the island began with a shout. On Saturday that ends:
the <a href="https://harbour.example.org/plans">new pier</a> opens, and the ferry comes on time.</p>
<figure><img src="{PICTURES}/pier.jpg" alt="A long pier at dawn, seen from the shore" width="1600">
<figcaption>On the morning of its last inspection. Photograph: Jon Sample</figcaption></figure>
<h3>What it cost</h3>
<p>The town paid a third; the rest came in jars: 4,112 households gave, <em>some twice</em>.</p>
<ul><li>Larch from the valley: 212 trunks</li><li>Steel: 96 tonnes, bolted &amp; screwed</li></ul>
<blockquote><p>A pier is a promise with the sea on both sides.</p></blockquote>
<figure><img src="{PICTURES}/boats.jpg" alt="Small boats beside the new pilings">
<figcaption>Boats already take the lee side.</figcaption></figure>
<table><tbody><tr><th>Ferry</th><td>7:40</td></tr></tbody></table>
<pre>07:40 09:10 10:40</pre>
<p>There will be coffee.</p>
"""


def pier() -> Article:
    """An article with everything an article may have."""
    return rows.article(
        title="A new pier, & a hundred years of shouting “ahoy” come to an end",
        url="https://harbour.example.org/a-new-pier?from=mail&way=1",
        author="Ada Example",
        summary="On Saturday the new pier opens, paid for by a town that waited a century for it.",
        body=BODY,
        image_url=f"{PICTURES}/pier-1024x683.jpg",
        image_alt="A long pier at dawn",
        image_caption="On the morning of its last inspection.",
        comments_url="https://harbour.example.org/a-new-pier#comments",
    )


def lamp() -> Article:
    """One with a picture, and the shortest of everything else."""
    return rows.article(
        title="The lamp burns again",
        url="https://harbour.example.org/the-lamp",
        author="",
        summary="A keeper and a school class have brought back the light.",
        image_url=f"{PICTURES}/lamp.jpg",
        published_at=rows.NOON - timedelta(days=2),
    )


def letters() -> Article:
    """One with nothing but a title and a summary."""
    return rows.article(
        title="Letters: the smell of tar",
        url="https://harbour.example.org/letters",
        author="",
        body="",
        summary="Our readers write about the boatyard, the noise, and what they would miss.",
    )


def _one() -> Edition:
    return edition(pier(), newsletter=_newsletter("Every article"))


def _digest() -> Edition:
    intro = (
        "Good morning,\n\nit was a week of openings <here & there>.\nThank you for your letters."
    )
    return edition(pier(), lamp(), letters(), newsletter=_newsletter("The Week"), intro=intro)


def _bare() -> Edition:
    return edition(letters(), newsletter=_newsletter("Every article"))


def _newsletter(name: str) -> rows.Newsletter:
    readers = rows.mailing_list(name="Harbour readers")
    return rows.newsletter(name=name, list=readers, approval="hold")


SAMPLES: dict[str, Callable[[], Edition]] = {"one": _one, "digest": _digest, "bare": _bare}
