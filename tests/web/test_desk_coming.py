"""What happens next: nothing is promised that cannot happen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.status import Status
from syndicate.mail.models import Edition
from syndicate.mail.pause import pause
from syndicate.social.models import Account
from syndicate.web.desk.coming import coming
from tests import rows
from tests.web import furniture

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def sentences(now: datetime) -> list[str]:
    return [one.what for one in coming(now)]


def test_a_source_that_is_gone_is_not_looked_at(now: datetime) -> None:
    rows.source(name="Gone", health="gone")
    assert not any("is looked at" in one for one in sentences(now))
    rows.source(name="Harbour")
    assert "Harbour is looked at." in sentences(now)


def test_a_post_waits_for_its_account(now: datetime) -> None:
    account = rows.account("mastodon", name="@review")
    furniture.post(account, article=rows.article(title="A pier"), status="queued", due_at=now)
    assert "“A pier” is posted to @review." in sentences(now)
    Account.objects.update(paused_until=now + HOUR)
    assert [one.at for one in coming(now) if "A pier" in one.what] == [now + HOUR]
    Account.objects.update(health=Account.Health.RECONNECT)
    assert "“A pier” waits: @review cannot post." in sentences(now)


def test_an_edition_on_its_way_waits_for_the_mail_server(now: datetime) -> None:
    furniture.edition(status=Status.SENDING, subject="Weekly", audience=3, send_at=now)
    assert "“Weekly” is on its way to 3 readers." in sentences(now)
    pause(NotSent("refused", permanent=False, scope=Scope.LANE, retry_after=HOUR), now)
    (one,) = [one for one in coming(now) if "Weekly" in one.what]
    assert (one.at, "No mail leaves" in one.what) == (now + HOUR, True)
    Edition.objects.update(paused_at=now)
    (one,) = [one for one in coming(now) if "Weekly" in one.what]
    assert (one.at, one.when, "Paused" in one.what) == (None, "when you say so", True)
