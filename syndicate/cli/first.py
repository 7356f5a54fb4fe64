"""The first rows of a site: something to watch, somebody to write to, somebody to decide."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model

from syndicate.audience.lists import open_list
from syndicate.audience.models import MailingList
from syndicate.cli.editor import login_link, set_password
from syndicate.mail.models import Newsletter
from syndicate.mail.newsletter import set_up
from syndicate.sources.add import add_source
from syndicate.sources.models import Source


def newsletter(name: str, rhythm: str, now: datetime) -> Newsletter:
    """The newsletter that is there already, or one with a list of its own, held for approval."""
    known = Newsletter.objects.select_related("list").first()
    if known is not None:
        return known
    readers = MailingList.objects.first() or open_list(MailingList(name=name), now)
    made = Newsletter(name=name, list=readers, rhythm=rhythm, approval=Newsletter.Approval.HOLD)
    return set_up(made, [], now)


def source(url: str, newest: int, now: datetime) -> Source:
    """The source that is there already, or the feed at *url*. Raises BadInput."""
    return Source.objects.first() or add_source(url, newest=newest, now=now)


def editor(name: str, password: str) -> tuple[str, str]:
    """The login of an editor, and a link with which they log in once when they have no password."""
    users = get_user_model().objects
    known = users.filter(is_active=True).order_by("pk").first()
    user = known or users.create_superuser(name)
    if password:
        set_password(user, password)
    return user.get_username(), "" if user.has_usable_password() else login_link(user)
