"""How mail leaves. A new way is one leaf and one line here."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from syndicate.lib.config import site
from syndicate.lib.errors import ConfigError
from syndicate.mail.transports.base import Transport

TRANSPORTS = {
    "smtp": ("a mail server", "syndicate.mail.transports.smtp.SmtpTransport"),
    "directory": (
        ".eml files in a folder, for trying things out",
        "syndicate.mail.transports.directory.DirectoryTransport",
    ),
}


def open_transport() -> Transport:
    """The transport that ``mail.transport`` names; it connects when first used."""
    kind = site().mail.transport
    if kind not in TRANSPORTS:
        known = ", ".join(TRANSPORTS)
        raise ConfigError("C008", f"mail.transport is {kind!r}.", f"Known are: {known}.")
    module, _, name = TRANSPORTS[kind][1].rpartition(".")
    return cast(Transport, getattr(import_module(module), name)())
