"""P16: a worker is killed in the middle of a post: never two, never none. X has no key to help."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.fakes.x import FakeX
from tests.installation import Installation

ROWS = """
from syndicate.lib import clock
from tests import rows
options = {{"api": "{url}"}}
rows.account("x", name="@review", credentials={credentials}, options=options)
rows.article(title="A new pier", available_at=clock.now())
"""
LATER = """
from django.utils.timezone import now
from syndicate.social.models import Post
print(Post.objects.filter(status="sending").update(lease_until=now()))
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_p16_a_killed_worker_neither_doubles_nor_loses_a_post(tmp_path: Path, moment: str) -> None:
    with FakeX() as x:
        x.refuses_duplicates = False
        site = Installation(tmp_path, {"SOURCES__ALLOW_PRIVATE": '["127.0.0.1"]'})
        site.syndicate("manage", "migrate", "--verbosity", "0")
        seed(site, ROWS.format(url=x.url, credentials=x.credentials))

        def kill() -> None:
            process.kill()
            process.wait()
            if moment == "before":
                raise ConnectionAbortedError

        setattr(x, moment, kill)
        process = site.start("run", "--once")
        assert process.wait(60) == -signal.SIGKILL
        setattr(x, moment, lambda: None)
        assert seed(site, LATER).strip().endswith("1")
        site.syndicate("run", "--once")
        assert len(x.posts) == 1
        (post,) = site.json("post", "list")
        assert post["permalink"].endswith(x.posts[0].id)


def seed(site: Installation, code: str) -> str:
    """Run *code* on the site's database."""
    return site.syndicate("manage", "shell", "--verbosity", "0", "--command", code)
