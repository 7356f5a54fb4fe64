"""Whatever an article says, on every channel: the link whole, no character torn, nor most words."""

from __future__ import annotations

from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.lib.text import links, one_line
from syndicate.social.channels import CHANNELS, rules
from syndicate.social.models import Account
from syndicate.social.write import Draft, draft
from syndicate.sources.models import Article, Source
from tests.social.texts import texts

LINK = "https://harbour.example.org/articles/2026/(the)-new-pier?a=1&b=2#top"
TEMPLATES = (
    "",
    "{{ title }}\n{{ quote }}\n{{ link }} {{ hashtags }}",
    "{{ link }}\n\n{{ summary }}",
)

words = st.lists(
    st.sampled_from(["pier", "Fähranleger", "桟橋が開く", "a", "👩‍👩‍👧", LINK]), max_size=120
)
said = st.one_of(
    words.map(" ".join), st.sampled_from([*texts(300, 5)]), st.text(max_size=400),
    st.text(alphabet="e\u0301\u200d👩👧🏽🇩🇪 ", max_size=400),
)  # fmt: skip


def written(channel: str, template: str, thread: int, title: str, **more: Any) -> Draft:
    source = Source(name="The Harbour Review")
    article = Article(source=source, url=LINK, title=title or "A pier", **more)
    return draft(Account(channel=channel, template=template, customs={"thread": thread}), article)


@pytest.mark.parametrize("channel", CHANNELS)
@settings(deadline=None, max_examples=60)
@given(
    title=said, summary=said, body=said, template=st.sampled_from(TEMPLATES),
    tags=st.lists(said, max_size=7), thread=st.sampled_from([1, 1, 3]),
)  # fmt: skip
def test_the_link_stays_whole_and_the_limit_holds(
    channel: str, title: str, summary: str, body: str, template: str, tags: list[str], thread: int
) -> None:
    quoted = f"<blockquote>{body}</blockquote><p>{body}</p>"
    made = written(channel, template, thread, title, summary=summary, tags=tags, body=quoted)
    fits = rules(Account(channel=channel)).fits
    assert made.over == 0 and all(fits(text) for text in [made.text, *made.thread])
    assert made.link == LINK and LINK in made.text.split()
    behind = [part.href for part in made.parts if part.href]
    assert not behind or LINK in behind


@pytest.mark.parametrize("channel", CHANNELS)
@settings(deadline=None, max_examples=60)
@given(title=said)
def test_what_is_cut_is_cut_between_characters_and_mostly_between_words(
    channel: str, title: str
) -> None:
    made = written(channel, "{{ title }}\n\n{{ link }}\n\nhere", 1, title * 40)
    whole, kept = one_line(title * 40 or "A pier"), made.text.partition("\n\n")[0]
    if kept == whole or not kept.endswith("…"):
        return
    kept = kept.removesuffix("…")
    seen = [cluster.rstrip() for cluster in regex.findall(r"\X", kept)]
    # A space that belongs to the sign before it may go where the text ends.
    assert [cluster.rstrip() for cluster in regex.findall(r"\X", whole)][: len(seen)] == seen
    assert not any(begin < len(kept) < end for begin, end in links(whole))
    torn = whole[len(kept) :][:1].isalnum() and kept[-1:].isalnum()
    assert not torn or len(kept.rpartition(" ")[0]) * 2 <= len(kept)
