"""Did it truly happen? Asks the inbox and the timeline, not syndicate."""

from __future__ import annotations

import requests

from demo.stage import READERS, Stage


class Check:
    """Collects what holds and what does not, and tells each."""

    def __init__(self, on: Stage) -> None:
        self._on = on
        self._failed = 0

    def all(self, title: str) -> bool:
        """Every step of the main job for the article *title*; True when each happened."""
        print("\nRead back from the inbox and the timeline:", flush=True)
        self._detected(title)
        for reader in READERS:
            self._delivered(reader, title)
        self._say(f"nobody else got mail ({len(self._on.inbox.messages)} in all)",
                  len(self._on.inbox.messages) == len(READERS))  # fmt: skip
        self._posted(title)
        return self._failed == 0

    def _detected(self, title: str) -> None:
        found = self._on.site.json("article", "list")
        news = [article["title"] for article in found if article["state"] == "new"]
        self._say(f"detected one new article: {title}", news == [title])

    def _delivered(self, address: str, title: str) -> None:
        mails = self._on.inbox.to(address)
        self._say(f"delivered to {address}, once", len(mails) == 1)
        for mail in mails[:1]:
            self._say(f"  its subject is “{mail.subject}”", title in mail.subject)
            self._say("  its CSS is inlined", 'style="' in mail.html)
            self._say("  it has a text part with the link", self._on.website.url in mail.text)
            header = mail.message["List-Unsubscribe"] or ""
            self._say("  it can be left with one click", header.startswith("<http"))

    def _posted(self, title: str) -> None:
        posts = self._on.site.json("post", "list", "--status", "sent")
        statuses = self._on.timeline.statuses()
        self._say("posted once to the timeline", len(posts) == len(statuses) == 1)
        for status, post in zip(statuses, posts, strict=False):
            self._say("  with the link to the article", self._on.website.url in status["content"])
            page = requests.get(post["permalink"], timeout=10)
            self._say(f"  its permalink opens: {post['permalink']}", page.ok and title in page.text)

    def _say(self, what: str, true: bool) -> None:
        self._failed += not true
        print(f"  {'✓' if true else '✗ NOT:'} {what}", flush=True)
