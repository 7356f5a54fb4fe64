"""A real Ghost on 127.0.0.1: Node, SQLite in a temporary folder, and the package from npm.

::

    with Ghost() as site:
        post = site.publish("A new pier", "<p>It opens on Monday.</p>")
        site.rename(post, "the-new-pier")
        site.feed_url, site.url, site.key

It mails nobody and asks nothing of the world; its owner is logged in, without a code by mail.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from tests.real.install import GHOST, READY
from tests.real.site import Post, Server

PACKAGE = GHOST / "package"
_OWNER = {"name": "Ada Example", "email": "ada@example.org", "password": "lanterns along the quay"}


def missing() -> str:
    """Why there is none, or an empty text."""
    if shutil.which("node") is None:
        return "no node"
    return "" if (GHOST / READY).is_file() else "no Ghost; make real installs it"


class Ghost:
    """Starts on entering, with one author and an integration; ends on leaving."""

    own_kind = "ghost"
    published = "published"
    unprotected: Mapping[str, str] = {"visibility": "public"}

    def __init__(self) -> None:
        self._server = Server("ghost")
        self.url = self._server.url
        self.feed_url = f"{self.url}/rss/"
        self.api = f"{self.url}/ghost/api/content"
        self._session = requests.Session()
        self._session.headers["Origin"] = self.url

    def __enter__(self) -> Ghost:
        content = self._server.folder / "content"
        with ExitStack() as undo:
            undo.callback(self._server.close)
            shutil.copytree(PACKAGE / "content", content)
            settings = _settings(self._server.port, content)
            self._server.start("node", "index.js", env=settings, inside=PACKAGE)
            self._server.wait_for("/ghost/api/admin/site/")
            self._set_up()
            self._server.wait_for("/rss/")
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._server.close()

    # --- what an author does --------------------------------------------------------------------

    def publish(self, title: str, html: str = "<p>A text.</p>", **fields: Any) -> Post:
        """Publish a post; *fields* are those of its Admin API, ``tags`` a list of names."""
        post = {"title": title, "html": html, "status": "published"} | fields
        return _post(self.call("POST", "/posts/?source=html", posts=[post])["posts"][0])

    def edit(self, post: Post, **fields: Any) -> Post:
        """Change *fields* of a post: ``title``, ``html``, and any of its Admin API."""
        # Ghost wants to hear which state it is that is changed.
        fields["updated_at"] = self.call("GET", f"/posts/{post.id}/")["posts"][0]["updated_at"]
        told = self.call("PUT", f"/posts/{post.id}/?source=html", posts=[fields])
        return _post(told["posts"][0])

    def rename(self, post: Post, slug: str) -> Post:
        """Give it another address."""
        return self.edit(post, slug=slug)

    def unpublish(self, post: Post) -> None:
        """Make it a draft again."""
        self.edit(post, status="draft")

    def delete(self, post: Post) -> None:
        """Away with it."""
        self.call("DELETE", f"/posts/{post.id}/")

    def clear(self, keep: Collection[str] = ()) -> None:
        """Away with all posts but those with the ids of *keep*."""
        # Nothing is outside of a list that holds null.
        others = f"[{','.join(keep)}]" if keep else "null"
        self.call("DELETE", f"/posts/?filter=id:-{others}")

    def schedule(self, title: str, at: datetime) -> Post:
        """Write a post that is to appear at a moment."""
        return self.publish(title, status="scheduled", published_at=_utc(at))

    def backdate(self, title: str, to: datetime) -> Post:
        """Publish now what says it is from then."""
        return self.publish(title, published_at=_utc(to))

    def protect(self, title: str, html: str) -> Post:
        """Publish what only members may read."""
        return self.publish(title, html, visibility="members")

    def figure(self, file: Path, alt: str, caption: str) -> str:
        """Upload a picture; the HTML that becomes its card in a post."""
        return (
            f'<figure><img src="{self._upload(file)}" alt="{alt}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )

    def featured(self, file: Path, alt: str) -> dict[str, str]:
        """Upload a picture; the fields that make it a post's own."""
        return {"feature_image": self._upload(file), "feature_image_alt": alt}

    def webhook(self, event: str, target: str, secret: str) -> Callable[[], None]:
        """Have every *event* (``post.published``) told to an address, until the answer is called.

        Ghost asks no hosts file: it knows 127.0.0.1, but no localhost.
        """
        hook = {"event": event, "target_url": target, "secret": secret}
        told = self.call(
            "POST", "/webhooks/", webhooks=[hook | {"integration_id": self._integration}]
        )
        return lambda: self.call("DELETE", f"/webhooks/{told['webhooks'][0]['id']}/")

    def dress(self, theme: str) -> None:
        """Wear another of the themes that it comes with: ``source`` or ``casper``."""
        self.call("PUT", f"/themes/{theme}/activate/")

    # --- what the machine does ------------------------------------------------------------------

    def tick(self) -> None:
        """Nothing: Ghost has a clock of its own."""

    def source(self, kind: str) -> dict[str, Any]:
        """What a Source row of that kind needs."""
        if kind == "ghost":
            return {"url": f"{self.api}/posts/", "credentials": {"key": self.key}}
        places = {"feed": self.feed_url, "sitemap": f"{self.url}/sitemap.xml", "page": self.url}
        return {"url": places[kind]}

    def call(self, method: str, path: str, **fields: Any) -> Any:
        """The Admin API, as the owner."""
        return self._ask(method, path, json=fields or None)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        address = f"{self.url}/ghost/api/admin{path}"
        answer = self._session.request(method, address, timeout=60, **options)
        assert answer.ok, (answer.status_code, answer.text[:500])
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else None

    def _upload(self, file: Path) -> str:
        kind = "image/png" if file.suffix == ".png" else "image/jpeg"
        sent = {"file": (file.name, file.read_bytes(), kind)}
        return str(self._ask("POST", "/images/upload/", files=sent)["images"][0]["url"])

    def _set_up(self) -> None:
        self.call(
            "POST", "/authentication/setup/", setup=[_OWNER | {"blogTitle": "Harbour Review"}]
        )
        self.call("POST", "/session/", username=_OWNER["email"], password=_OWNER["password"])
        told = self.call(
            "POST", "/integrations/?include=api_keys", integrations=[{"name": "tests"}]
        )
        self._integration = told["integrations"][0]["id"]
        keys = told["integrations"][0]["api_keys"]
        self.key: str = next(each["secret"] for each in keys if each["type"] == "content")


def _settings(port: int, content: Path) -> dict[str, str]:
    """Ghost's configuration, as its environment."""
    return {
        "NODE_ENV": "production",
        "url": f"http://127.0.0.1:{port}",
        "server__port": str(port),
        "server__shutdownTimeout": "500",
        "database__client": "sqlite3",
        "database__useNullAsDefault": "true",
        "database__connection__filename": str(content / "data" / "ghost.db"),
        "paths__contentPath": str(content),
        "mail__transport": "SMTP",
        "mail__options__host": "127.0.0.1",
        "mail__options__port": "9",  # where nobody listens
        "sendWelcomeEmail": "false",
        # Not useTinfoil, which would take what pages say of themselves along with the rest.
        "privacy__useUpdateCheck": "false",
        "privacy__useGravatar": "false",
        "privacy__useRpcPing": "false",
        "security__staffDeviceVerification": "false",
        "logging__level": "warn",
        "logging__transports": '["stdout"]',
    }


def _post(told: dict[str, Any]) -> Post:
    return Post(told["id"], told["url"], told["title"])


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
