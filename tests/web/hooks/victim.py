"""What is told at our door, by a process that kills itself.

python -m tests.web.hooks.victim begin URL               a new site, watched, served by a hub
python -m tests.web.hooks.victim hear AT STEP KIND URL…  messages; dies of the last, if of any
python -m tests.web.hooks.victim take AT STEP KIND URL   takes what was left by the one before,
                                                         hears of one more, and dies of taking it

AT is the moment (seconds since 1970). STEP counts the statements that the database is asked for:
before that one the process is gone, as by ``kill -9``. With STEP 0 it lives. It ends with 0 if it
was thanked for all.
"""

from __future__ import annotations

import hmac
import json
import os
import signal
import sys
from datetime import UTC, datetime
from html import escape
from itertools import count
from typing import Any

from django.db import connection
from django.test import Client

from syndicate import paths
from syndicate.lib import clock
from syndicate.lib.migrate import migrate
from syndicate.sources import push
from syndicate.sources.detect import detect
from syndicate.sources.models import Notice, Push, Source
from syndicate.sources.notice import take
from syndicate.sources.readers.base import Reading
from tests.conftest import NOON
from tests.traps.victim import watch


def begin(url: str) -> None:
    """A database, and the source in it after its first look."""
    migrate(NOON, paths.data())
    source = Source.objects.create(name="Harbour", url=url, created_at=NOON, next_check=NOON)
    detect(source.pk, NOON)


def hear(kind: str, url: str) -> None:
    """Said by a hub, by the site, or by its Ghost."""
    status = _push(url) if kind == "push" else _ping({"url": url} if kind == "ping" else _post(url))
    if status != 202:
        sys.exit(f"{kind} was answered {status}")


def _ping(said: object) -> int:
    path = f"/hooks/ping/{Source.objects.get().ping_token}"
    return _client().post(path, json.dumps(said), "application/json").status_code


def _push(url: str) -> int:
    """What is new, and no more: what we lose does not come again."""
    row, post = Push.objects.get(), _current(url)
    parts = f"<guid>{post['id']}</guid><link>{url}</link><title>{post['title']}</title>"
    item = f"<item>{parts}<description>{escape(post['html'])}</description></item>"
    body = f"<rss version='2.0'><channel><title>Harbour</title>{item}</channel></rss>".encode()
    signed = hmac.new(push.secret(row).encode(), body, "sha256").hexdigest()
    headers = {"X-Hub-Signature": f"sha256={signed}"}
    path = f"/hooks/websub/{row.token}"
    return _client().post(path, body, "application/rss+xml", headers=headers).status_code


def _client() -> Client:
    return Client(SERVER_NAME="127.0.0.1")


def _post(url: str) -> object:
    return {"post": {"current": {**_current(url), "status": "published"}, "previous": {}}}


def _current(url: str) -> dict[str, Any]:
    number, slug = url.split("/")[-2:]
    title = slug.replace("-", " ").capitalize()
    html = f"<p>{'It is long. ' * 60}</p>"
    now: dict[str, Any] = {"id": f"harbour-{number}", "url": url, "title": title, "html": html}
    return now | {"feature_image": "/pier.jpg", "primary_author": {"name": "Ada Example"}}


def take_all(now: datetime) -> None:
    """As the daemon does."""
    while due := list(Notice.objects.due(now).values_list("pk", flat=True)):
        for pk in due:
            take(pk, now)


def die_before(step: int) -> None:
    """That statement is not asked."""
    steps = count(1)

    def asked(statement: str) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    connection.ensure_connection()
    watch(asked)


def heard(now: datetime, step: int, kind: str, *urls: str) -> None:
    """What was not thanked for is said again; the last is heard for the first time."""
    *before, last = urls
    for url in before:
        hear(kind, url)
    die_before(step)
    hear(kind, last)


def taken(now: datetime, step: int, kind: str, url: str) -> None:
    """What the last one left, and one more."""
    take_all(now)
    hear(kind, url)
    die_before(step)
    take_all(now)


def main(act: str, *words: str) -> None:
    """See above."""
    if act == "begin":
        return begin(*words)
    at, step, *said = words
    now = datetime.fromtimestamp(int(at), UTC)
    with clock.frozen(now):
        # Its feed names no hub, so a look has taken leave of it.
        push.offer(Source.objects.get(), Reading(hub="https://hub.example"), now)
        {"hear": heard, "take": taken}[act](now, int(step), *said)


if __name__ == "__main__":
    main(*sys.argv[1:])
