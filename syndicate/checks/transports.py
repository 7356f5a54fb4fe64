"""The ways out for mail: can each do what our mails need, and would it take one?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate.checks.finding import Finding, Level, unwise, wrong
from syndicate.lib.config import Config, Provider
from syndicate.lib.errors import ConfigError, NotSent, SyndicateError
from syndicate.mail.routes import routes
from syndicate.mail.transports import open_transport
from syndicate.mail.transports.services import SERVICES


def able(config: Config) -> Iterator[Finding]:
    """What their configuration lacks; nobody is asked."""
    for route in routes():
        try:
            open_transport(route.name)
        except ConfigError as error:
            yield wrong(error.id, error.message, error.hint)
    yield from _bounces(config)


def answer(now: datetime) -> Iterator[Finding]:
    """Whether each takes our login or key; no mail is sent."""
    for route in routes():
        try:
            open_transport(route.name).check()
        except ConfigError:
            continue  # able() has said so
        except NotSent as error:
            id = "M006" if error.auth else "M005"
            message = f"{route.name}: {error.message}"
            yield Finding(
                id, Level.ERROR, message, error.hint, auth=error.auth, remote=not error.auth
            )
        except SyndicateError as error:
            yield wrong("M005", f"{route.name}: {error.message}", error.hint)


def _bounces(config: Config) -> Iterator[Finding]:
    """A service that has bounces sent to itself, where the site wants them."""
    if not config.mail.bounce_address:
        return
    for route in routes():
        way = config.transports.get(route.name)
        options = way.options if way else getattr(config, route.kind)
        service = SERVICES.get(options.name) if isinstance(options, Provider) else None
        if service is not None and not service.takes_bounces:
            message = f"{service.title} does not send returned mail to {config.mail.bounce_address}"
            hint = "It keeps bounces to itself and tells of them; other ways use the address."
            yield unwise("M010", f"{message}.", hint)
