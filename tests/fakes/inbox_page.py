"""The inbox as a web page: a list of mails, and each as its reader sees it."""

from __future__ import annotations

import re
import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.inbox import Inbox, Mail


class InboxPage:
    """Serves ``/`` and ``/mail/N`` (and its ``/html`` and ``/source``) on 127.0.0.1."""

    def __init__(self, inbox: Inbox, port: int = 0) -> None:
        self._inbox = inbox
        self._port = port

    @property
    def url(self) -> str:
        """Where it is, once started."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def start(self) -> None:
        """Answer from now on, in a thread."""
        page = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = page.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Answer)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body of *path*."""
        words = [word for word in path.partition("?")[0].split("/") if word]
        mails = list(self._inbox.messages)
        if not words:
            return 200, "text/html", _page("Inbox", _list(mails), refresh=True)
        if words[0] == "mail" and len(words) > 1 and words[1].isdigit():
            number = int(words[1])
            if 1 <= number <= len(mails):
                return _one(mails[number - 1], number, words[2:])
        return 404, "text/html", _page("Not here", "<p>No such mail.</p>")


def _one(mail: Mail, number: int, rest: list[str]) -> tuple[int, str, bytes]:
    if rest == ["html"]:
        # Links open in a tab of their own: what they lead to may have buttons.
        shown = re.sub("(<head[^>]*>)", r'\1<base target="_blank">', mail.html, count=1)
        return 200, "text/html", shown.encode()
    if rest == ["source"]:
        return 200, "text/plain", mail.raw
    return 200, "text/html", _page(mail.subject, _mail(mail, number))


def _list(mails: list[Mail]) -> str:
    rows = [
        f'<a class="row" href="/mail/{number}"><b>{escape(mail.subject)}</b>'
        f"<span>{escape(str(mail.message['From']))}</span>"
        f"<span>to {escape(mail.recipient)}</span><time>{mail.at:%H:%M:%S}</time></a>"
        for number, mail in enumerate(mails, 1)
    ]
    empty = '<p class="empty">No mail yet. This page looks again every two seconds.</p>'
    return "".join(reversed(rows)) or empty


def _mail(mail: Mail, number: int) -> str:
    shown = ("From", "To", "Subject", "Date", "Reply-To", "List-Id", "List-Unsubscribe")
    headers = "".join(
        f"<dt>{name}</dt><dd>{escape(str(mail.message[name]))}</dd>"
        for name in shown
        if mail.message[name] is not None
    )
    may = "allow-popups allow-popups-to-escape-sandbox"
    frame = f'<iframe sandbox="{may}" src="/mail/{number}/html" title="The mail"></iframe>'
    return (
        f'<p><a href="/">← Inbox</a> · <a href="/mail/{number}/source">Source</a></p>'
        f"<dl>{headers}</dl>{frame if mail.html else ''}"
        f"<details{'' if mail.html else ' open'}><summary>Plain text</summary>"
        f"<pre>{escape(mail.text)}</pre></details>"
    )


def _page(title: str, body: str, refresh: bool = False) -> bytes:
    again = '<meta http-equiv="refresh" content="2">' if refresh else ""
    return (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><main><h1>{escape(title)}</h1>{body}"
    ).encode()


STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 760px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem }
a { color: inherit }
.row { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .7rem .2rem;
       border-bottom: 1px solid #8885; text-decoration: none }
.row:hover { background: #8881 }
.row span { color: #777; grid-column: 1 }
.row time { grid-column: 2; grid-row: 1; color: #777 }
.empty { color: #777 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .9rem }
dt { color: #777 }
dd { margin: 0; overflow-wrap: anywhere }
iframe { width: 100%; height: 75vh; border: 1px solid #8885; border-radius: 6px; background: #fff }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
"""
