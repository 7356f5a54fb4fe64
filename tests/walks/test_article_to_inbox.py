"""Walk 1: a publication publishes; every confirmed reader has it in the inbox, once."""

from __future__ import annotations

from collections.abc import Callable

from tests import acts
from tests.fakes.inbox import Inbox
from tests.fakes.website import Picture, Website
from tests.installation import Installation, until
from tests.walks.conftest import READERS

Installed = Callable[..., Installation]


def test_an_article_reaches_every_reader_once(
    installed: Installed, website: Website, inbox: Inbox, database: str
) -> None:
    site = installed(database)
    with site.running():
        acts.first_look(site)
        url = website.publish("A new pier", images=[Picture(caption="The pier, at noon.")])
        acts.approve(site, "edition")
        acts.sent(site, "edition")
    assert sorted(inbox.recipients) == sorted(READERS)
    mail = inbox.to(READERS[0])[0]
    assert "A new pier" in mail.subject
    assert "The pier, at noon." in mail.html and 'style="' in mail.html
    assert url in mail.text
    ledger = site.json("edition", "show", "1")["ledger"]
    assert ledger["sent"] == sum(ledger.values()) == len(READERS)


def test_an_edit_and_a_restart_send_nothing_again(
    installed: Installed, website: Website, inbox: Inbox
) -> None:
    site = installed()
    with site.running():
        acts.first_look(site)
        url = website.publish("A new peer")
        acts.approve(site, "edition")
        acts.sent(site, "edition")
        website.edit(url, title="A new pier")
        assert "A new pier" in site.hear("updated")
    site.syndicate("run", "--once")
    assert len(inbox.messages) == len(READERS)
    assert len(site.json("edition", "list")) == 1


def test_two_daemons_do_everything_once(
    installed: Installed, website: Website, inbox: Inbox, database: str
) -> None:
    site = installed(database)
    other = site.start_worker()
    try:
        with site.running():
            acts.first_look(site)
            website.publish("A new pier")
            acts.approve(site, "edition")
            acts.sent(site, "edition")
    finally:
        other.terminate()
        other.wait(60)
    assert sorted(inbox.recipients) == sorted(READERS)
    assert len(site.json("article", "list")) == 2


def test_a_kill_is_taken_up_by_the_next_start(
    installed: Installed, website: Website, inbox: Inbox
) -> None:
    site = installed()
    inbox.defer(READERS[1], times=1)
    with site.running() as daemon:
        acts.first_look(site)
        website.publish("A new pier")
        acts.held(site, "edition")
        daemon.kill()
        daemon.wait(30)
    site.syndicate("edition", "approve", "1")
    with site.running():
        until(lambda: len(inbox.messages) == 2, what="two mails")
    assert site.json("edition", "show", "1")["ledger"]["deferred"] == 1
    assert sorted(inbox.recipients) == sorted({*READERS} - {READERS[1]})
