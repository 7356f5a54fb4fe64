"""Walk 2: a publication publishes; the account's followers see it, once, with the link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import acts
from tests.fakes import pds
from tests.fakes.mastodon import Mastodon
from tests.fakes.website import Website
from tests.installation import Installation

Installed = Callable[..., Installation]


@pytest.fixture
def mastodon() -> Iterator[Mastodon]:
    """A Mastodon server."""
    with Mastodon() as server:
        yield server


@pytest.fixture
def bluesky() -> Iterator[pds.Pds]:
    """A Bluesky server."""
    if why := pds.missing():
        pytest.skip(why)
    with pds.Pds() as server:
        yield server


def connect(site: Installation, channel: str, **credentials: str) -> None:
    """Connect an account, each credential from a file of its own."""
    arguments = []
    for name, value in credentials.items():
        file = Path(site.home / f"{channel}-{name}")
        file.write_text(value, encoding="utf-8")
        arguments += ["--credential-file", f"{name}={file}"]
    site.syndicate("account", "connect", channel, *arguments)


def test_an_article_stands_on_mastodon_once(
    installed: Installed, website: Website, mastodon: Mastodon
) -> None:
    site = installed()
    connect(site, "mastodon", server=mastodon.url, token=mastodon.token)
    with site.running():
        acts.first_look(site)
        url = website.publish("A new pier")
        acts.approve(site, "post")
        post = acts.sent(site, "post")[0]
    (status,) = mastodon.statuses()
    assert post["permalink"] == status["url"]
    assert url in status["content"] and "A new pier" in status["content"]


@pytest.mark.node
def test_an_article_stands_on_bluesky_once(
    installed: Installed, website: Website, bluesky: pds.Pds
) -> None:
    site = installed()
    connect(site, "bluesky", server=bluesky.url, handle=bluesky.handle, password=bluesky.password)
    with site.running():
        acts.first_look(site)
        url = website.publish("A new pier")
        acts.approve(site, "post")
        post = acts.sent(site, "post")[0]
    (record,) = bluesky.records()
    assert record["value"]["embed"]["external"]["uri"] == url
    assert post["permalink"].rpartition("/")[2] == record["uri"].rpartition("/")[2]
