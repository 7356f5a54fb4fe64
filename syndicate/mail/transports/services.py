"""The sending services that django-anymail speaks to, and what each can do for our mails.

Where an answer tells what became of each mail, or where a call is taken or refused as a whole, many
mails go in one call:

* BATCH: each mail stands in the call as its reader will get it.
* MERGE: what is the same for all stands in it once, with the service's own placeholders.
* SINGLE: one mail a call, where the answer would not say which of many it took.

The numbers are the services' own limits as documented in November 2026; docs/providers.md has the
table for readers.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from typing import Any

from syndicate.lib.errors import ConfigError

MB = 1_000_000


class How(StrEnum):
    """How many mails go in one call."""

    BATCH = "batch"
    MERGE = "merge"
    SINGLE = "single"


@dataclass(frozen=True)
class Service:
    """One company's service.

    *needs* and *may*: the settings it must and can have, by anymail's names. *most*, *most_bytes*:
    what it takes in one call. *evaluates*: what it would take for placeholders of its own in any
    mail. *takes_bounces*: it lets us say where returned mail goes (``mail.bounce_address``).
    *key_inside*: the key stands in the call's JSON. *once*: a header that keeps a call made twice
    from being carried out twice. *caution*: what may keep our mails from going. *lacks*: why they
    cannot go at all, and what to do *instead*.
    """

    title: str
    backend: str
    how: How = How.SINGLE
    most: int = 1
    most_bytes: int = 20 * MB
    needs: tuple[str, ...] = ("api_key",)
    may: tuple[str, ...] = ()
    evaluates: tuple[str, ...] = ()
    headers: Mapping[str, str] | None = None
    takes_bounces: bool = False
    keeps_message_id: bool = False
    key_inside: bool = False
    once: str = ""
    caution: str = ""
    lacks: str = ""
    instead: str = ""


SERVICES: Mapping[str, Service] = {
    "brevo": Service(
        "Brevo", "brevo", How.BATCH, 1000, evaluates=("{{", "{%"),
    ),
    "mailersend": Service(
        "MailerSend", "mailersend", needs=("api_token",),
        caution="lets only enterprise accounts set headers, and refuses our mails, which have "
        "them, from others",
    ),
    "mailgun": Service(
        "Mailgun", "mailgun", How.MERGE, 1000, 25 * MB,
        may=("sender_domain",), keeps_message_id=True,
    ),
    "mailjet": Service(
        "Mailjet", "mailjet", How.BATCH, 50, 15 * MB, needs=("api_key", "secret_key"),
    ),
    "mailtrap": Service(
        "Mailtrap", "mailtrap", How.BATCH, 500, 50 * MB, needs=("api_token",),
    ),
    "mandrill": Service("Mandrill", "mandrill", key_inside=True),
    "postal": Service("Postal", "postal", needs=("api_key", "api_url"), takes_bounces=True),
    "postmark": Service(
        "Postmark", "postmark", How.BATCH, 500, 50 * MB,
        needs=("server_token",), may=("message_stream",),
        # Without it, Postmark writes a Message-ID of its own in place of ours.
        headers={"X-PM-KeepID": "true"}, keeps_message_id=True,
    ),
    "resend": Service(
        "Resend", "resend", How.BATCH, 100, once="Idempotency-Key",
    ),
    "scaleway": Service(
        "Scaleway", "scaleway", needs=("secret_key", "project_id"), may=("region",)
    ),
    "sparkpost": Service(
        "SparkPost", "sparkpost", may=("subaccount",), evaluates=("{{",), takes_bounces=True,
    ),
    "amazon_ses": Service(
        "Amazon SES", "amazon_ses",
        lacks="is reached by a library that repeats calls whose answer was lost, which makes "
        "copies",
        instead="Use its SMTP endpoint, which takes our mails as they are: "
        'kind = "smtp", host = "email-smtp.REGION.amazonaws.com".',
    ),
    "sendgrid": Service(
        "SendGrid", "sendgrid",
        lacks="encodes a long List-Unsubscribe header, so that nobody can leave with one click; "
        "django-anymail no longer supports it",
        instead="Use another service, or another company's mail server.",
    ),
    "unisender_go": Service(
        "Unisender Go", "unisender_go",
        lacks="takes no List-Unsubscribe-Post header, so nobody could leave with one click "
        "(RFC 8058), which large mailbox providers ask of bulk senders",
        instead="Use another service, or a mail server.",
    ),
}  # fmt: skip


def service(name: str, settings: Mapping[str, Any]) -> Service:
    """The service called *name*, if it can be used so. Raises ConfigError, naming what it lacks."""
    found = SERVICES.get(name)
    if found is None:
        near = difflib.get_close_matches(name, SERVICES, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(usable())}."
        what = f"There is no sending service {name!r}" if name else "No sending service is named"
        raise ConfigError("C008", f"{what} (provider.name).", hint)
    if found.lacks:
        raise ConfigError("M008", f"{found.title} {found.lacks}.", found.instead)
    _check(found, settings)
    if find_spec("anymail") is None:
        hint = 'Install it: pip install "syndicate[providers]"'
        raise ConfigError("M007", f"{found.title} needs the package django-anymail.", hint)
    return found


def usable() -> list[str]:
    """The services that can be used, by the names for ``provider.name``."""
    return [name for name, service in SERVICES.items() if not service.lacks]


def _check(service: Service, settings: Mapping[str, Any]) -> None:
    known = list(dict.fromkeys((*service.needs, *service.may, "api_url")))
    for name in service.needs:
        if not settings.get(name):
            secret = name.endswith(("key", "token"))
            value = f'{{ file = "data/{service.backend}.key" }}' if secret else '"…"'
            hint = f"Put it below its settings: {name} = {value}"
            raise ConfigError("M009", f"{service.title} needs the setting {name}.", hint)
    for name in settings:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(known)}."
            raise ConfigError("M009", f"{service.title} has no setting {name}.", hint)
