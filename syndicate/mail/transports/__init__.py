"""How mail leaves. A new kind is one leaf and one line here."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from syndicate.lib.config import site
from syndicate.lib.errors import ConfigError
from syndicate.mail.transports.base import Transport

# By the name of the section that configures the kind: [smtp], [directory], [provider].
TRANSPORTS = {
    "smtp": ("a mail server", "syndicate.mail.transports.smtp.SmtpTransport"),
    "provider": (
        "a company's sending service",
        "syndicate.mail.transports.provider.ProviderTransport",
    ),
    "directory": (
        ".eml files in a folder, for trying things out",
        "syndicate.mail.transports.directory.DirectoryTransport",
    ),
}


def open_transport(name: str | None = None) -> Transport:
    """The transport called *name*, else the main one; it connects when first used.

    Raises ConfigError for one that is not configured, or cannot do what our mail needs.
    """
    kind, options = _configured(name or site().mail.transport)
    module, _, leaf = TRANSPORTS[kind][1].rpartition(".")
    try:
        made = cast(Transport, getattr(import_module(module), leaf)(options))
    except ConfigError as error:
        where = f"[transports.{name}]" if name in site().transports else f"[{kind}]"
        raise ConfigError(error.id, f"{where}: {error.message}", error.hint) from error
    made.name = name or kind
    return made


def _configured(name: str) -> tuple[str, Any]:
    """A transport's kind, and the table that configures it."""
    config = site()
    if name == config.mail.transport and name in TRANSPORTS:
        return name, getattr(config, name)
    if name in config.transports:
        return config.transports[name].kind, config.transports[name].options
    known = ", ".join([*TRANSPORTS, *config.transports])
    raise ConfigError("C008", f"There is no transport {name!r}.", f"Known are: {known}.")
