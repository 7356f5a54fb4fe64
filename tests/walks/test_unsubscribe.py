"""Walk 3: one click in the mail program, and never again."""

from __future__ import annotations

from collections.abc import Callable

import requests

from tests import acts
from tests.fakes.inbox import Inbox, Mail
from tests.fakes.website import Website
from tests.installation import Installation
from tests.walks.conftest import READERS

Installed = Callable[..., Installation]


def one_click(mail: Mail) -> str:
    """The address that a mail program posts to (RFC 8058)."""
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(mail.message["List-Unsubscribe"]).split(">")[0].lstrip("<")


def test_one_click_ends_it(installed: Installed, website: Website, inbox: Inbox) -> None:
    site = installed()
    with site.running():
        acts.first_look(site)
        website.publish("A first story")
        acts.approve(site, "edition")
        acts.sent(site, "edition")
        url = one_click(inbox.to(READERS[0])[0])
        assert requests.get(url, timeout=10).status_code < 500  # a link scanner
        answer = requests.post(
            url, data={"List-Unsubscribe": "One-Click"}, timeout=10, allow_redirects=False
        )
        assert answer.status_code == 200 and not answer.cookies
        website.publish("A second story")
        acts.approve(site, "edition")
        acts.sent(site, "edition", 2)
    assert [len(inbox.to(reader)) for reader in READERS] == [1, 2, 2]


def test_who_leaves_after_approval_is_not_written_to(
    installed: Installed, website: Website, inbox: Inbox
) -> None:
    site = installed()
    with site.running():
        acts.first_look(site)
        website.publish("A story")
        acts.held(site, "edition")
    site.syndicate("edition", "approve", "1")
    site.syndicate("subscriber", "unsubscribe", READERS[1])
    site.syndicate("run", "--once")
    assert sorted(inbox.recipients) == [READERS[0], READERS[2]]
