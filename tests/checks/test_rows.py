"""What doctor reads from the database."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from syndicate.checks import Needs, examine, rows
from tests.rows import account, article, mailing_list, newsletter, source, subscriber

pytestmark = pytest.mark.django_db


def ids(found: Any) -> list[str]:
    return [finding.id for finding in found]


def test_a_site_with_nothing_in_it_lacks_a_source_an_editor_and_a_newsletter(now: datetime) -> None:
    found = [*rows.sources(now), *rows.editors(now), *rows.newsletters(now)]
    assert ids(found) == ["S001", "E006", "N001"]


def test_a_site_at_work_lacks_nothing(now: datetime) -> None:
    source()
    User.objects.create_superuser("ada")
    readers = mailing_list()
    newsletter(list=readers)
    subscriber(to=readers)
    found = [*rows.sources(now), *rows.editors(now), *rows.newsletters(now)]
    assert ids(found) == []


def test_a_newsletter_without_readers_is_told(now: datetime) -> None:
    newsletter()
    assert ids(rows.newsletters(now)) == ["N002"]


def test_accounts_alone_are_enough(now: datetime) -> None:
    account()
    assert ids(rows.newsletters(now)) == []


def test_a_clock_before_the_latest_article_is_told(now: datetime) -> None:
    article(first_seen=now + timedelta(hours=2))
    assert ids(rows.clock(now)) == ["E004"]
    assert ids(rows.clock(now + timedelta(hours=3))) == []


def test_a_database_that_is_up_to_date_is_well_if_private(now: datetime) -> None:
    file = Path(connection.settings_dict["NAME"])
    file.chmod(0o600)
    assert ids(rows.database(now)) == []
    file.chmod(0o644)
    assert ids(rows.database(now)) == ["D003"]


def test_a_database_behind_the_program_stops_further_questions(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'engine'")
    checked = dict(examine(now, network=False))
    assert [f.id for check, found in checked.items() for f in found if check.title == "Database"]
    assert all(check.needs == Needs.NOTHING for check in checked)


def test_without_the_network_nobody_is_asked(now: datetime) -> None:
    source(url="http://127.0.0.1:9/feed")
    assert all(check.needs < Needs.NETWORK for check, _ in examine(now, network=False))
