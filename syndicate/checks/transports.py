"""The ways out for mail: can each do what our mails need, and would it take one?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate.checks.finding import Finding, Level, unwise, wrong
from syndicate.lib.config import Config, Provider
from syndicate.lib.errors import ConfigError, NotSent, SyndicateError
from syndicate.mail.routes import Route, routes
from syndicate.mail.transports import open_transport
from syndicate.mail.transports.services import SERVICES, Service


def able(config: Config) -> Iterator[Finding]:
    """What their configuration lacks; nobody is asked."""
    for route in routes():
        try:
            open_transport(route.name)
        except ConfigError as error:
            yield wrong(error.id, error.message, error.hint)
    for route in routes():
        if service := _service(route, config):
            yield from _of_service(service, config.mail.bounce_address)


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


def _service(route: Route, config: Config) -> Service | None:
    """The sending service that a way leads to, if it can be used."""
    way = config.transports.get(route.name)
    options = way.options if way else getattr(config, route.kind)
    service = SERVICES.get(options.name) if isinstance(options, Provider) else None
    return None if service is None or service.lacks else service


def _of_service(service: Service, bounce_address: str) -> Iterator[Finding]:
    """What works with it, but may not be wanted."""
    if bounce_address and not service.takes_bounces:
        message = f"{service.title} does not send returned mail to {bounce_address}."
        hint = "It keeps bounces to itself and tells of them; other ways use the address."
        yield unwise("M010", message, hint)
    if service.caution:
        message = f"{service.title} {service.caution}."
        yield unwise("M011", message, "Send an edition to yourself as a test, or choose another.")
