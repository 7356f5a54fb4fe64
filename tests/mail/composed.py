"""Editions for tests: composed as the program composes them."""

from __future__ import annotations

from typing import Any

from syndicate.lib.status import Status
from syndicate.mail.compose import make
from syndicate.mail.models import Edition, Newsletter
from syndicate.sources.models import Article
from tests import rows


def edition(*articles: Article, newsletter: Newsletter | None = None, **values: Any) -> Edition:
    """One of *articles*, held; a single one of its own where none are given."""
    newsletter = newsletter or rows.newsletter(approval=Newsletter.Approval.HOLD)
    made = make(
        newsletter, f"slot-{newsletter.editions.count()}", articles or [rows.article()], rows.NOON
    )
    assert made is not None
    Edition.objects.filter(pk=made.pk).update(**values)
    return Edition.objects.select_related("newsletter__list").get(pk=made.pk)


def queued(*articles: Article, **values: Any) -> Edition:
    """One that is due."""
    given = {"status": Status.QUEUED, "approved_at": rows.NOON, "send_at": rows.NOON}
    return edition(*articles, **given | values)
