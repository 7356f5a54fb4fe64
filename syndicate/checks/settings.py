"""What is missing or unwise in the configuration. Pure: Config → findings."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from syndicate.audience.address import parse
from syndicate.checks.finding import Finding, unwise, wrong
from syndicate.lib.bounds import is_web_address
from syndicate.lib.config import Config, Smtp
from syndicate.lib.errors import BadInput


def publication(config: Config) -> Iterator[Finding]:
    """Who publishes."""
    table = config.publication
    if not table.name:
        hint = 'Set [publication] name = "The Harbour Review".'
        yield wrong("C013", "publication.name is empty: readers would not know who writes.", hint)
    if not is_web_address(table.url):
        hint = 'Set [publication] url = "https://example.org".'
        yield wrong("C014", f"publication.url {table.url!r} is not a web address.", hint)
    if not table.postal_address:
        hint = "Set [publication] postal_address: many countries require one in commercial mail."
        yield unwise("C015", "publication.postal_address is empty.", hint)
    if table.logo and not is_web_address(table.logo):
        hint = "Mail programs load it from the web: give its full address, or leave it empty."
        yield wrong("C016", f"publication.logo {table.logo!r} is not a web address.", hint)
    if table.contact and not _is_mailbox(table.contact):
        hint = "Give an email address; it becomes Reply-To. Empty: the From address."
        yield wrong("C018", f"publication.contact {table.contact!r} is not an address.", hint)


def follow(config: Config) -> Iterator[Finding]:
    """The “Follow us” links: do they lead anywhere?"""
    for label, url in config.publication.follow.items():
        if not is_web_address(url):
            hint = f'Write it as {label} = "https://social.example/@you".'
            yield wrong("C019", f"publication.follow.{label} {url!r} is not a web address.", hint)


def pages(config: Config) -> Iterator[Finding]:
    """Where readers find us: can the links in mails lead there?"""
    url = urlsplit(config.site.base_url)
    if not leaves_this_machine(config):
        return
    if is_loopback(url.hostname or ""):
        message = f"site.base_url is {config.site.base_url}, which readers cannot reach."
        yield wrong("C021", message, "Set the public address: every link in a mail begins so.")
    elif url.scheme == "http":
        message = "site.base_url begins with http://: one-click unsubscribe needs https."
        yield unwise("C022", message, "Put a proxy with TLS in front, and set https:// here.")


def sender(config: Config) -> Iterator[Finding]:
    """Who mail comes from, and whether its way out may be used."""
    mail = config.mail
    if not _is_mailbox(mail.from_address):
        hint = 'Set [mail] from_address = "news@example.org", at a domain of yours.'
        yield wrong("M001", f"mail.from_address {mail.from_address!r} is not an address.", hint)
    if mail.bounce_address and not _is_mailbox(mail.bounce_address):
        hint = "Give an address that takes returned mail. Empty: the From address."
        yield wrong("M002", f"mail.bounce_address {mail.bounce_address!r} is no address.", hint)
    if mail.transport == "directory":
        message = f"Mail is written to {config.directory.path} and not sent."
        yield unwise("M003", message, 'Right for trying out. Else: [mail] transport = "smtp".')
    for name, smtp in _servers(config):
        if smtp.security == "none" and smtp.password and not is_loopback(smtp.host):
            message = f"The password would go to {smtp.host} in the clear."
            hint = f'Set [{name}] security = "starttls" (587) or "tls" (465).'
            yield wrong("M004", message, hint)


def leaves_this_machine(config: Config) -> bool:
    """Whether mail goes to a real server, and so to real readers."""
    if "provider" in (config.mail.transport, *(way.kind for way in config.transports.values())):
        return True
    return not all(is_loopback(smtp.host) for _, smtp in _servers(config))


def _servers(config: Config) -> Iterator[tuple[str, Smtp]]:
    """The mail servers in use, by the names of their tables."""
    if config.mail.transport == "smtp":
        yield "smtp", config.smtp
    for name, way in config.transports.items():
        if isinstance(way.options, Smtp):
            yield f"transports.{name}", way.options


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine itself."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_mailbox(text: str) -> bool:
    try:
        parse(text)
    except BadInput:
        return False
    return True
