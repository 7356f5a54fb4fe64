"""The inbox that tests and the demo look into shows what came, and nothing more."""

from __future__ import annotations

import smtplib
from urllib.request import urlopen

from tests.fakes.inbox import Inbox

MAIL = (
    "From: News <news@example.org>\r\nTo: ada@example.org\r\nSubject: A <new> pier\r\n"
    'Content-Type: text/html\r\n\r\n<html><head></head><body><a href="/x">Read</a></body>\r\n'
)


def page(inbox: Inbox, path: str = "") -> str:
    with urlopen(inbox.web_url + path, timeout=5) as answer:
        return str(answer.read().decode())


def test_the_page_shows_each_mail() -> None:
    with Inbox(web=True) as inbox:
        assert "No mail yet" in page(inbox)
        with smtplib.SMTP("127.0.0.1", inbox.port, "tests") as client:
            client.sendmail("news@example.org", ["ada@example.org"], MAIL)
        assert "A &lt;new&gt; pier" in page(inbox)
        assert "News &lt;news@example.org&gt;" in page(inbox, "mail/1")
        assert '<base target="_blank">' in page(inbox, "mail/1/html")
        assert page(inbox, "mail/1/source").startswith("From: News")
