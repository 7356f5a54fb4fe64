"""What tests of the social wing share: a webhook account, posts, and messages."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from syndicate.social.channels.message import Card, Message
from syndicate.social.key import key
from syndicate.social.models import Account, Post
from syndicate.social.write import write
from tests import rows
from tests.fakes.webhook import SECRET

LINK = "https://harbour.example.org/articles/pier"


class Memory:
    """Short-lived tokens in memory, where an account keeps them in its row."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.expires: datetime | None = None

    def read(self) -> dict[str, str]:
        return self.kept

    def write(self, values: dict[str, str], expires: datetime | None = None) -> None:
        self.kept, self.expires = values, expires or self.expires

    def alone(self) -> AbstractContextManager[None]:
        return nullcontext()


def message(first_try: datetime, text: str = f"A new pier\n\n{LINK}", **values: Any) -> Message:
    """A post about the pier, at its first try unless *now* is later."""
    given: dict[str, Any] = {
        "card": Card(url=LINK, title="A new pier", description="It opened."),
        "key": key(1, first_try),
        "language": "en-GB",
        "first_try": first_try,
        "now": first_try,
    }
    return Message(text=text, **given | values)


def webhook(url: str = "http://127.0.0.1:1", **values: Any) -> Account:
    """An account that posts to *url* without asking."""
    return rows.account("webhook", credentials={"url": url, "secret": SECRET}, **values)


def written(account: Account, now: datetime, **article: Any) -> Post:
    """The post of *account* about a fresh article."""
    about = rows.article(**article)
    write(account.pk, now)
    return Post.objects.get(account=account, article=about)
