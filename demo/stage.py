"""What the demo runs on: a publication, an inbox and a timeline on loopback, and an installation.

Everything lies in one temporary folder and ends with the block.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo import stories
from demo.timeline import Timeline
from tests.fakes.inbox import Inbox
from tests.fakes.mastodon import Mastodon
from tests.fakes.website import Website
from tests.installation import Installation

READERS = {
    "ada@example.org": "Ada Example",
    "bjorn@example.org": "Björn Beispiel",
    "chiara@example.org": "",
}
PASSWORD = "a demo password"


@dataclass(frozen=True)
class Stage:
    """All the parts. *desk* is the address of the editors' pages."""

    website: Website
    inbox: Inbox
    timeline: Timeline
    site: Installation
    base_url: str

    @property
    def desk(self) -> str:
        """Where editors work."""
        return f"{self.base_url}desk/"


@contextmanager
def stage() -> Iterator[Stage]:
    """Everything started and connected; the daemon is not running yet."""
    port = _port(8000)
    with (
        tempfile.TemporaryDirectory(prefix="syndicate-demo-") as folder,
        Website("The Harbour Review") as website,
        Inbox(web=True) as inbox,
        Timeline(Mastodon.reader_token) as timeline,
        Mastodon(domain=timeline.host) as mastodon,
    ):
        timeline.connect(mastodon.url)
        website.publish(**stories.OLD)
        site = Installation(Path(folder), _options(inbox, port))
        _set_up(site, website, mastodon, f"http://127.0.0.1:{port}")
        yield Stage(website, inbox, timeline, site, f"http://127.0.0.1:{port}/")


def _options(inbox: Inbox, port: int) -> dict[str, str]:
    """What an installation on loopback needs to be told by the environment."""
    return {
        "WEB__PORT": str(port),
        "SMTP__PORT": str(inbox.port),
        "SMTP__SECURITY": "none",
        "SOURCES__ALLOW_PRIVATE": '["127.0.0.1", "localhost"]',
        "SOURCES__INTERVAL_MINUTES": "0.05",
        "DAEMON__TICK_SECONDS": "0.5",
    }


def _set_up(site: Installation, website: Website, mastodon: Mastodon, base_url: str) -> None:
    """What a stranger does in five minutes: init, an account, readers."""
    site.syndicate(
        "init", "--no-input", "--name", "The Harbour Review", "--url", website.url,
        "--from", "The Harbour Review <news@harbour.example.org>", "--smtp-host", "127.0.0.1",
        "--base-url", base_url, "--timezone", "Europe/Berlin",
        "--postal-address", "1 Quay Street, 12345 Port Example",
        "--follow", f"Mastodon={mastodon.url}/@{mastodon.username}",
        "--follow", f"RSS={website.feed_url}",
        "--password-file", "-",
        stdin=PASSWORD,
    )  # fmt: skip
    site.syndicate(
        "account", "connect", "mastodon", "--option", f"server={mastodon.url}",
        "--credential-file", "token=-", stdin=mastodon.token,
    )  # fmt: skip
    rows = "".join(f"{email},{name}\n" for email, name in READERS.items())
    site.syndicate("subscriber", "import", "-", stdin=f"email,name\n{rows}")


def _port(wanted: int) -> int:
    """*wanted*, or a free one where it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free on 127.0.0.1")
