"""What others say: the publication's site, its feeds, the platforms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicate.checks.finding import Finding, Level, unwise, wrong
from syndicate.lib import clock, http
from syndicate.lib.bounds import is_web_address
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, NotSent, SyndicateError
from syndicate.social import editorial as social
from syndicate.social.models import Account
from syndicate.sources.detect import peek
from syndicate.sources.models import Source

# An answer's Date is a little old when it arrives.
CLOCK_TOLERANCE = timedelta(minutes=2)
# With more sources than this, the oldest looks are tried.
SOURCES_TRIED = 20


def publication(now: datetime) -> Iterator[Finding]:
    """The publication's site: does it answer, and what time is it there?"""
    url = site().publication.url
    if not is_web_address(url):
        return
    try:
        page = http.fetch(url, now=now)
    except BadInput as error:
        yield Finding("S003", Level.WARNING, error.message, error.hint, remote=True)
        return
    yield from clocks(now, page.headers.get("Date", ""), urlsplit(url).hostname or url)


def clocks(now: datetime, there: str, host: str) -> Iterator[Finding]:
    """Whether two clocks agree; *there* is an HTTP Date."""
    other = clock.read(there)
    if other is not None and other.tzinfo is not None and abs(other - now) > CLOCK_TOLERANCE:
        apart = int(abs(other - now).total_seconds())
        message = f"This clock and that of {host} are {apart} s apart."
        yield unwise("E005", message, "If it is this one that is wrong: let NTP keep it right.")


def sources(now: datetime) -> Iterator[Finding]:
    """Whether each source can be read; nothing is kept."""
    for source in Source.objects.filter(active=True).order_by("checked_at")[:SOURCES_TRIED]:
        try:
            peek(source, now)
        except BadInput as error:
            message = f"{source.name}: {error.message}"
            yield Finding("S002", Level.ERROR, message, error.hint, remote=True)


def accounts(now: datetime) -> Iterator[Finding]:
    """Whether each account's credentials are good; nothing is posted."""
    for account in Account.objects.filter(active=True):
        try:
            social.check(account)
        except NotSent as error:
            id, message = "A001" if error.auth else "A002", f"{account.name}: {error.message}"
            yield Finding(
                id, Level.ERROR, message, error.hint, auth=error.auth, remote=not error.auth
            )
        except SyndicateError as error:
            yield wrong("A001", f"{account.name}: {error.message}", error.hint)
