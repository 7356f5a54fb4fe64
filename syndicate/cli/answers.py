"""What `init` must know of a site, and how that becomes options. Pure.

flags, or answers to questions → Answers → {"publication.name": "The Review", …}
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import available_timezones

from syndicate.cli.fill import Value
from syndicate.lib.bounds import is_web_address
from syndicate.lib.errors import BadInput

# Submission with TLS from the first byte, with STARTTLS, and a relay on this machine.
_SECURITY = {465: "tls", 587: "starttls", 25: "none"}


@dataclass(frozen=True)
class Answers:
    """What was asked; *sender* is what stands in From: ``The Review <news@example.org>``."""

    name: str
    url: str
    sender: str
    base_url: str = "http://127.0.0.1:8000"
    timezone: str = "UTC"
    language: str = "en"
    postal_address: str = ""
    contact: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = ""
    smtp_username: str = ""
    smtp_password_file: str = ""
    follow: dict[str, str] = field(default_factory=dict)


def options(answers: Answers) -> dict[str, Value]:
    """The options to write. Raises BadInput, naming the answer that cannot be."""
    from_name, from_address = sender(answers.sender)
    values: dict[str, Value] = {
        "publication.name": answers.name.strip(),
        "publication.url": web_address(answers.url, "The publication's address"),
        "publication.timezone": zone(answers.timezone),
        "publication.language": answers.language,
        "publication.postal_address": answers.postal_address,
        "publication.contact": answers.contact,
        "publication.follow": answers.follow,
        "site.base_url": web_address(answers.base_url, "The address of these pages"),
        "mail.from_name": from_name,
        "mail.from_address": from_address,
    }
    if not values["publication.name"]:
        raise BadInput("The publication has no name.", "Give one: --name 'The Review'")
    return {**values, **_smtp(answers)}


def _smtp(answers: Answers) -> dict[str, Value]:
    """Without a mail server, mail is written to files: nothing leaves by accident."""
    if not answers.smtp_host:
        return {"mail.transport": "directory"}
    security = answers.smtp_security or _SECURITY.get(answers.smtp_port, "starttls")
    values: dict[str, Value] = {
        "smtp.host": answers.smtp_host,
        "smtp.port": answers.smtp_port,
        "smtp.security": security,
        "smtp.username": answers.smtp_username,
    }
    if answers.smtp_password_file:
        values["smtp.password"] = {"file": answers.smtp_password_file}
    return values


def sender(text: str) -> tuple[str, str]:
    """``The Review <news@example.org>`` → its name and its address."""
    name, address = parseaddr(text)
    local, at, domain = address.rpartition("@")
    if not (local and at and "." in domain) or any(c.isspace() for c in address):
        hint = "Give one like: --from 'The Review <news@example.org>'"
        raise BadInput(f"{text!r} is not an address to send from.", hint)
    return name, address


def web_address(text: str, what: str) -> str:
    """*text* as an absolute address; a bare host name is taken for https."""
    text = text.strip()
    url = text if "://" in text or not text else f"https://{text}"
    if not is_web_address(url) or any(character.isspace() for character in url):
        raise BadInput(f"{what} is {text!r}.", "Give a web address, like https://example.org")
    return url


def label_and_address(text: str) -> tuple[str, str]:
    """``Mastodon=https://social.example/@review`` → label and address."""
    label, equals, url = text.partition("=")
    if not equals or not label.strip():
        hint = "Give one like: --follow 'Mastodon=https://social.example/@review'"
        raise BadInput(f"{text!r} is no link to follow.", hint)
    return label.strip(), web_address(url, f"The address of {label.strip()}")


def zone(text: str) -> str:
    """*text* as the name of a time zone."""
    if text not in available_timezones():
        raise BadInput(f"There is no time zone {text!r}.", "Give one like Europe/Berlin.")
    return text


def zone_here(localtime: Path = Path("/etc/localtime")) -> str:
    """This machine's time zone, as a suggestion."""
    try:
        target = os.readlink(localtime)
    except OSError:
        return "UTC"
    return target.partition("zoneinfo/")[2].removeprefix("Etc/") or "UTC"
