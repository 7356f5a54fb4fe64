"""Connecting accounts, and keeping them in order."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from syndicate.lib import clock, secrets
from syndicate.lib.errors import BadInput, ConfigError, NotSent
from syndicate.social import channels
from syndicate.social import habits as ways
from syndicate.social import template as templates
from syndicate.social.channels.fields import entries, fill
from syndicate.social.channels.grant import Granted
from syndicate.social.channels.message import Identity
from syndicate.social.habits import Habits
from syndicate.social.models import Account
from syndicate.sources.models import Source

log = logging.getLogger(__name__)


def connect(
    channel: str,
    name: str,
    credentials: Mapping[str, str],
    options: Mapping[str, Any] | None = None,
    *,
    now: datetime,
    sources: Iterable[Source] = (),
    template: str = "",
    approval: str = Account.Approval.HOLD,
    customs: Mapping[str, Any] | None = None,
    session: Mapping[str, str] | None = None,
    expires: datetime | None = None,
    app: Mapping[str, str] | None = None,
) -> Account:
    """Add an account on *channel*; what was published before *now* is not posted.

    *customs* are of :class:`Habits`. Without a *name* the platform is asked for the account's
    name. *session*, *expires* and *app* come from authorising. Raises BadInput, NotSent.
    """
    leaf = channels.kind(channel)
    given = leaf.complete({key: value.strip() for key, value in credentials.items()})
    account = Account(
        channel=channel, name=name, options=dict(options or {}), template=template,
        approval=approval, created_at=now, since=now, customs=dict(customs or {}),
        expires_at=expires,
    )  # fmt: skip
    _provide(account, given, session, app)
    _validate(account)
    if not name:
        _learn(account, _introduce(account))
    try:
        with transaction.atomic():
            account.save()
            account.sources.set(sources)
    except IntegrityError as error:
        raise BadInput(
            f"There is an account “{account.name}” on {leaf.label} already.",
            "Reconnect that one, or give this one another name.",
        ) from error
    log.info("connected %s on %s", account, leaf.label)
    return account


def check(account: Account) -> str:
    """Ask the platform who we are, and learn its limits; the account's name there.

    Raises NotSent; credentials that were refused stop the account until it is connected again.
    """
    try:
        identity = channels.channel(account).check()
    except NotSent as error:
        if error.auth:
            _set(account, health=Account.Health.RECONNECT, error=error.message, hint=error.hint)
        raise
    _learn(account, identity)
    _set(account, **_learnt(account), **_WELL)
    return identity.handle


def reconnect(account: Account, credentials: Mapping[str, str]) -> str:
    """Renew the credentials; those left empty stay. They are tried before they are kept.

    Posts that waited go; the account's name there is returned. Raises BadInput, NotSent.
    """
    given = {name: value.strip() for name, value in credentials.items() if value.strip()}
    complete = channels.kind(account.channel).complete(_readable(account) | given)
    return _renew(account, Granted(complete), app_of(account))


def readmit(account: Account, granted: Granted, app: Mapping[str, str]) -> str:
    """Put what authorising *app* gave in place of all credentials; else as :func:`reconnect`."""
    return _renew(account, granted, app)


def app_of(account: Account) -> dict[str, str]:
    """The app it was authorised by; empty for none, or where the secret key was changed."""
    try:
        return account.app
    except ConfigError:
        return {}


def _renew(account: Account, granted: Granted, app: Mapping[str, str]) -> str:
    """Try what was *granted* on an account like *account*, then keep it."""
    options = account.options | dict(granted.options)
    fresh = Account(channel=account.channel, options=options, template=account.template)
    fresh.expires_at = granted.expires
    _provide(fresh, granted.credentials, granted.session, app)
    _validate(fresh)
    identity = _introduce(fresh)
    _learn(fresh, identity)
    # A worker that renews the old token at this moment holds no lease any more, and keeps nothing.
    tokens = {"sealed": fresh.sealed, "session": fresh.session, "renewing_until": None}
    _set(account, **tokens, **_learnt(fresh), **_WELL)
    return identity.handle


def _provide(
    account: Account,
    credentials: Mapping[str, str],
    session: Mapping[str, str] | None,
    app: Mapping[str, str] | None,
) -> None:
    account.credentials = dict(credentials)
    if app:
        account.app = dict(app)
    if session:
        account.session = secrets.seal(session)


def _introduce(account: Account) -> Identity:
    """Who we are there, for a person who waits: what fails is not tried again by itself."""
    try:
        return channels.channel(account).check()
    except NotSent as error:
        if not error.permanent:
            error.hint = "Nothing was kept: try it again."
        raise


def configure(
    account: Account,
    options: Mapping[str, Any] | None = None,
    template: str | None = None,
    *,
    approval: str | None = None,
    sources: Iterable[Source] | None = None,
    customs: Mapping[str, Any] | None = None,
) -> None:
    """Change how articles are posted there; what is None stays. Raises BadInput."""
    trial = Account(channel=account.channel, sealed=account.sealed)
    trial.options = account.options | dict(options or {})
    trial.template = account.template if template is None else template
    # What a newer release dropped stops nothing.
    kept = {one.name for one in entries(Habits)} & set(account.customs)
    trial.customs = {name: account.customs[name] for name in kept} | dict(customs or {})
    _validate(trial)
    fresh = {"options": trial.options, "template": trial.template, "customs": trial.customs}
    with transaction.atomic():
        _set(account, approval=approval or account.approval, **fresh)
        if sources is not None:
            account.sources.set(sources)


def pause(account: Account) -> None:
    """Post nothing more there until :func:`resume`."""
    _set(account, active=False)


def resume(account: Account) -> None:
    """Go on, after a pause of ours or of the platform's."""
    if account.health == Account.Health.RECONNECT:
        raise BadInput(
            f"{account} cannot go on: {account.error}", "Connect it again, with fresh credentials."
        )
    _set(account, active=True, **_WELL)


_WELL = {"health": Account.Health.OK, "paused_until": None, "error": "", "hint": ""}


def _validate(account: Account) -> None:
    """Whether credentials, options, habits and template can be used at all. Raises BadInput.

    Options and habits become what their types say: a form gives "500".
    """
    leaf = channels.channel(account)
    strange = set(account.options) - {option.name for option in entries(leaf.options)}
    if strange:
        raise BadInput(f"{leaf.label} has no option “{min(strange)}”.")
    _ = leaf.login
    account.options = {name: getattr(leaf.settings, name) for name in account.options}
    ours = fill(Habits, account.customs, "The account")
    ways.check(ours)
    account.customs = {name: getattr(ours, name) for name in account.customs}
    templates.template(account.channel, account.template)


def _readable(account: Account) -> dict[str, str]:
    """The credentials, or none where the secret key was changed: then all must be given."""
    try:
        return account.credentials
    except ConfigError:
        return {}


def _learn(account: Account, identity: Identity) -> None:
    account.name = account.name or identity.handle
    account.options = account.options | identity.learned
    account.remark = identity.remark
    # An end that has passed while the credentials are good was not theirs.
    known = account.expires_at if account.expires_at and account.expires_at > clock.now() else None
    account.expires_at = identity.expires or known


def _learnt(account: Account) -> dict[str, Any]:
    """What asking the platform who we are has changed."""
    return {name: getattr(account, name) for name in ("options", "remark", "expires_at")}


def _set(account: Account, **values: Any) -> None:
    for name, value in values.items():
        setattr(account, name, value)
    account.__dict__.pop("habits", None)  # made of customs, and kept
    Account.objects.filter(pk=account.pk).update(**values)
