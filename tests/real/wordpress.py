"""A real WordPress on 127.0.0.1: MariaDB, PHP's own web server, and Debian's packages.

::

    with WordPress() as site:
        post = site.publish("A new pier", "<p>It opens on Monday.</p>")
        site.rename(post, "the-new-pier")
        site.feed_url, site.url, site.api

The database begins empty each time and has no accounts: it listens on a socket in a folder of ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from tests.real.install import READY, WORDPRESS, place
from tests.real.site import Post, Server

PHP = Path(__file__).parent / "php"
_EXTENSIONS = (
    "mysqlnd", "mysqli", "xml", "dom", "simplexml", "xmlreader", "mbstring", "gd", "exif",
    "fileinfo", "iconv", "tokenizer", "ctype",
)  # fmt: skip


def missing() -> str:
    """Why there is none, or an empty text."""
    return "" if (WORDPRESS / READY).is_file() else "no WordPress; make real installs it"


class WordPress:
    """Starts on entering, with one author; ends on leaving."""

    own_kind = "wordpress"
    published = "publish"
    unprotected: Mapping[str, str] = {"password": ""}

    def __init__(self) -> None:
        self._server = Server("wordpress")
        self.url = self._server.url
        self.feed_url = f"{self.url}/feed/"
        self.api = f"{self.url}/wp-json/wp/v2"
        self._site = WORDPRESS / "site"
        self._env = {
            "WP_SOCKET": str(self._server.folder / "socket"),
            "WP_CONTENT": str(self._server.folder / "content"),
            "WP_SITE": str(self._site),
            "WP_HOME": self.url,
            "LD_LIBRARY_PATH": str(place("usr/lib/*-linux-gnu")),
        }

    def __enter__(self) -> WordPress:
        with ExitStack() as undo:
            undo.callback(self._server.close)
            self._lay_out()
            self._start_database()
            password = self._php(PHP / "install.php").strip().rpartition("\n")[2]
            self._author = ("ada", password)
            at = f"127.0.0.1:{self._server.port}"
            web = [*self._interpreter(), "-S", at, "-t", self._site, PHP / "router.php"]
            self._server.start(*web, env=self._env, inside=self._site)
            self._server.wait_for("/feed/")
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    # --- what an author does --------------------------------------------------------------------

    def publish(self, title: str, html: str = "<p>A text.</p>", **fields: Any) -> Post:
        """Publish a post; *fields* are those of its REST API, but ``tags`` a list of names."""
        fields["tags"] = [self._tag(name) for name in fields.get("tags", [])]
        return self._post("POST", "/posts", title=title, content=html,
                          **{"status": "publish"} | fields)  # fmt: skip

    def edit(self, post: Post, **fields: Any) -> Post:
        """Change *fields* of a post: ``title``, ``html``, and any of its REST API."""
        if "html" in fields:
            fields["content"] = fields.pop("html")
        return self._post("POST", f"/posts/{post.id}", **fields)

    def rename(self, post: Post, slug: str) -> Post:
        """Give it another address."""
        return self.edit(post, slug=slug)

    def unpublish(self, post: Post) -> None:
        """Make it a draft again."""
        self.edit(post, status="draft")

    def delete(self, post: Post) -> None:
        """Away with it, past the trash."""
        self.call("DELETE", f"/posts/{post.id}", force=True)

    def clear(self, keep: Collection[str] = ()) -> None:
        """Away with all posts but those with the ids of *keep*."""
        for post in self.call("GET", "/posts?per_page=100&status=any&_fields=id"):
            if str(post["id"]) not in keep:
                self.call("DELETE", f"/posts/{post['id']}", force=True)

    def schedule(self, title: str, at: datetime) -> Post:
        """Write a post that is to appear at a moment."""
        draft = self.publish(title, status="draft")
        return self.edit(draft, status="publish", date_gmt=_gmt(at))

    def backdate(self, title: str, to: datetime) -> Post:
        """Publish now what says it is from then."""
        return self.publish(title, date_gmt=_gmt(to))

    def protect(self, title: str, html: str) -> Post:
        """Publish what only those may read who know a password."""
        return self.publish(title, html, password="herring")

    def comment(self, post: Post, text: str) -> None:
        """Somebody has something to say."""
        self.call("POST", "/comments", post=post.id, content=text,
                  author_name="Ben Sample", author_email="ben@example.org")  # fmt: skip

    def figure(self, file: Path, alt: str, caption: str) -> str:
        """Upload a picture; the block that shows it in a post, as its editor writes it."""
        told = self._upload(file)
        return (
            f'<!-- wp:image {{"id":{told["id"]},"sizeSlug":"full"}} -->\n'
            f'<figure class="wp-block-image size-full"><img src="{told["source_url"]}" '
            f'alt="{alt}" class="wp-image-{told["id"]}"/><figcaption class="wp-element-caption">'
            f"{caption}</figcaption></figure>\n<!-- /wp:image -->"
        )

    def featured(self, file: Path, alt: str) -> dict[str, int]:
        """Upload a picture; the field that makes it a post's own."""
        told = self._upload(file)
        self.call("POST", f"/media/{told['id']}", alt_text=alt)
        return {"featured_media": told["id"]}

    def dress(self, theme: str) -> None:
        """Wear another of Debian's themes: ``twentytwentythree`` or ``twentytwentyone``."""
        self._php(PHP / "dress.php", theme)

    # --- what the machine does ------------------------------------------------------------------

    def tick(self) -> None:
        """Run wp-cron.php, as a visitor of a quiet hour would."""
        requests.get(f"{self.url}/wp-cron.php?doing_wp_cron", timeout=60).raise_for_status()

    def source(self, kind: str) -> dict[str, Any]:
        """What a Source row of that kind needs."""
        places = {
            "feed": self.feed_url,
            "wordpress": f"{self.api}/posts",
            "sitemap": f"{self.url}/wp-sitemap.xml",
            "page": self.url,
        }
        return {"url": places[kind]}

    def call(self, method: str, path: str, **fields: Any) -> Any:
        """The REST API, as the author."""
        return self._ask(method, path, json=fields or None)

    def _post(self, method: str, path: str, **fields: Any) -> Post:
        told = self.call(method, path, **fields)
        return Post(str(told["id"]), told["link"], told["title"]["raw"])

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        answer = requests.request(method, self.api + path, auth=self._author, timeout=60, **options)
        assert answer.ok, (answer.status_code, answer.text[:500])
        return answer.json()

    def _upload(self, file: Path) -> Any:
        kind = "image/png" if file.suffix == ".png" else "image/jpeg"
        said = {"Content-Disposition": f'attachment; filename="{file.name}"', "Content-Type": kind}
        return self._ask("POST", "/media", data=file.read_bytes(), headers=said)

    def _tag(self, name: str) -> int:
        found = self.call("GET", f"/tags?slug={name.lower()}")
        return int(found[0]["id"] if found else self.call("POST", "/tags", name=name)["id"])

    def _lay_out(self) -> None:
        content = Path(self._env["WP_CONTENT"])
        (content / "mu-plugins").mkdir(parents=True)
        (content / "uploads").mkdir()
        (content / "themes").symlink_to(self._site / "wp-content" / "themes")
        shutil.copy(PHP / "quiet.php", content / "mu-plugins")
        shutil.copy(PHP / "wp-config.php", self._site)

    def _start_database(self) -> None:
        data = self._server.folder / "database"
        data.mkdir()
        self._server.start(
            place("usr/sbin/mariadbd"), "--no-defaults", f"--datadir={data}",
            f"--socket={self._env['WP_SOCKET']}", "--skip-networking", "--skip-grant-tables",
            f"--lc-messages-dir={place('usr/share/mysql')}", "--innodb-log-file-size=8M",
            "--innodb-flush-log-at-trx-commit=0",
            *(["--user=root"] if os.getuid() == 0 else []),
            env=self._env, inside=data,
        )  # fmt: skip
        while not Path(self._env["WP_SOCKET"]).exists():
            self._server.check()
            time.sleep(0.05)

    def _interpreter(self) -> list[str | Path]:
        settings = ["date.timezone=UTC", "memory_limit=256M", "display_errors=stderr"]
        loaded = [f"extension={place(f'usr/lib/php/2*/{name}.so')}" for name in _EXTENSIONS]
        options = [part for each in settings + loaded for part in ("-d", each)]
        return [place("usr/bin/php[0-9]*"), "-n", *options]

    def _php(self, script: Path, *words: str) -> str:
        command = [str(part) for part in [*self._interpreter(), script, *words]]
        done = subprocess.run(command, env=os.environ | self._env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
