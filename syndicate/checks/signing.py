"""Whether mail is signed, for whom, and what the DNS must say. Asks no name server."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.checks.finding import Finding, told, unwise, wrong
from syndicate.lib.config import Config
from syndicate.lib.errors import ConfigError
from syndicate.mail import dkim


def signing(config: Config) -> Iterator[Finding]:
    """Our DKIM keys; nothing to say where signing is the mail server's."""
    try:
        keys = dkim.keys(config)
    except ConfigError as error:
        yield wrong(error.id, error.message, error.hint)
        return
    own, sender = config.dkim.domain.lower(), config.mail.from_address.lower().rpartition("@")[2]
    if keys and own != sender and not sender.endswith(f".{own}"):
        message = f"Mail from {sender} is signed for {own}, which counts for nothing (DMARC)."
        yield unwise("M021", message, f"Set dkim.domain to {sender}, or to a domain above it.")
    for name, text in (key.record for key in keys):
        yield told("M022", f"This TXT record must stand in the DNS: {name}", text)
