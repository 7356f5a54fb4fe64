"""P14: everyone gets the same issue, whatever is changed while it is being sent."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from syndicate import paths
from syndicate.audience.models import Subscription
from syndicate.mail.deliver import deliver_batch
from syndicate.mail.models import Batch, Edition
from syndicate.mail.start import start
from syndicate.sources.models import Article
from tests import rows
from tests.mail.composed import queued

HOUR = timedelta(hours=1)


@pytest.fixture
def template() -> Iterator[Path]:
    """A template of the site's own, which somebody edits."""
    file = paths.home() / "templates" / "mail" / "mine.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    ours = paths.shipped("templates") / "mail" / "default.html"
    for kind in (".html", ".txt"):
        shutil.copy(ours.with_suffix(kind), file.with_suffix(kind))
    yield file
    file.unlink(), file.with_suffix(".txt").unlink()


@pytest.mark.django_db
def test_p14_everyone_gets_the_same_issue(
    now: datetime, template: Path, tmp_path: Path, configure: Callable[..., Any]
) -> None:
    configure(directory={"path": str(tmp_path)}, mail={"batch_size": 3})
    newsletter = rows.newsletter(template="mine")
    people = [rows.subscriber(to=newsletter.list, name="Ada") for _ in range(6)]
    one = queued(rows.article(title="A pier"), newsletter=newsletter)
    start(one.pk, now)
    first, last = one.batches.order_by("first_seq")
    Batch.objects.filter(pk=last.pk).update(due_at=now + HOUR)
    deliver_batch(first.pk, now)
    frozen = Edition.objects.get().content_hash

    template.write_text("<html><body>Another one</body></html>", encoding="utf-8")
    Article.objects.update(title="No pier", body="<p>Sunk.</p>", changed_at=now)
    newsletter.__class__.objects.update(subject="Other words", intro="Other words")
    rows.subscriber("late@example.org", to=newsletter.list)
    Subscription.objects.filter(subscriber=people[5]).update(status="unsubscribed")
    deliver_batch(last.pk, now + HOUR)

    sent = [common(file) for file in tmp_path.rglob("*.eml")]
    assert len(sent) == 5 and len(set(sent)) == 1
    assert "A pier" in sent[0][0] and "No pier" not in sent[0][1]
    after = Edition.objects.get()
    assert (after.content_hash, after.audience, after.deliveries.count()) == (frozen, 6, 6)


def common(file: Path) -> tuple[str, str, str]:
    """What one mail says, without what is its reader's own: subject, HTML, text."""
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))  # type: ignore[attr-defined]
    own = re.compile(r"https://news\.harbour\.example\.org/[^\s\"<)]+|reader\d+@example\.org")
    return str(mail["Subject"]), own.sub("…", html), own.sub("…", text)
