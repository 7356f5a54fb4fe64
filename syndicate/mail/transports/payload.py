"""Parts → what django-anymail makes of them for one service.

single: one mail, as its reader will get it
merged: what many mails have in common, once, with the service's placeholders, and the rest as
        each reader's own values
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.mail import EmailMultiAlternatives

from syndicate.lib.config import site
from syndicate.lib.errors import NotSent
from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Refused
from syndicate.mail.transports.merge import Constants, constants, values
from syndicate.mail.transports.parts import Parts, mailbox
from syndicate.mail.transports.services import Service

# How Mailgun wants a reader's own value to be named where it is to be put in, as it is.
# https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending
_PLACEHOLDER = "%recipient.{}%"
_ITS_OWN = "%recipient"
# An invisible letter that takes a placeholder apart where there is no markup to do it.
_SPLIT = "\u200b"


class Payload:
    """What anymail made: one call's worth."""

    def __init__(self, made: Any) -> None:
        self._made = made

    @property
    def data(self) -> Any:
        """What becomes JSON, or a form."""
        return self._made.data

    def request(self, api_url: str) -> dict[str, Any]:
        """Method, url, headers, data, files and auth. Raises Refused for what cannot be said."""
        from anymail.exceptions import AnymailError

        try:
            made: dict[str, Any] = self._made.get_request_params(api_url)
        except AnymailError as error:
            raise _unusable(error) from error
        return made

    def as_json(self, data: Any) -> str:
        """As anymail writes it."""
        made: str = self._made.serialize_json(data)
        return made

    def statuses(self, response: Any, backend: Any) -> Mapping[str, Any] | None:
        """What became of each address, as anymail reads it; None where it cannot."""
        from anymail.exceptions import AnymailError

        message = self._made.message
        try:
            backend.raise_for_status(response, self._made, message)
            found: Mapping[str, Any] = backend.parse_recipient_status(response, self._made, message)
        except (AnymailError, LookupError, TypeError, AttributeError):
            return None
        return found


def single(backend: Any, service: Service, mail: Parts) -> Payload:
    """One mail."""
    headers = {**mail.headers, **(service.headers or {})}
    if service.keeps_message_id and mail.message_id:
        headers["Message-ID"] = mail.message_id
    message = _message(service, mail, headers)
    message.to = [mailbox(mail.name, mail.address)]
    return _payload(backend, message)


class Group(NamedTuple):
    """Mails that go in one call, and their places among all. *texts*: what they have in common."""

    mails: Sequence[Parts]
    places: Sequence[int]
    texts: Mapping[str, Constants] = {}

    def halves(self) -> tuple[Group, Group]:
        """The same in two, for two calls."""
        at = len(self.mails) // 2
        return (
            Group(self.mails[:at], self.places[:at], self.texts),
            Group(self.mails[at:], self.places[at:], self.texts),
        )


def alike(mails: Sequence[Parts]) -> Iterator[Group]:
    """Those that differ in the same places, together.

    Two of them show the places: what both have by chance in common, the name Anna for instance,
    would shut others out, so a few pairs are tried.
    """
    rest = list(range(len(mails)))
    while rest:
        first, pairs = mails[rest[0]], {rest[-1], rest[len(rest) // 2], rest[min(1, len(rest) - 1)]}
        tried = ((t, _fitting(mails, rest, t)) for t in (_common(first, mails[p]) for p in pairs))
        texts, places = max(tried, key=lambda found: len(found[1]))
        yield Group([mails[place] for place in places], places, texts)
        rest = [place for place in rest if place not in set(places)]


def merged(backend: Any, service: Service, group: Group) -> Payload:
    """All of a group in one."""
    mails, texts = group.mails, group.texts
    template = mails[0]._replace(
        subject=_template("subject", texts["subject"]),
        text=_template("text", texts["text"]),
        html=_template("html", texts["html"]),
    )
    message = _message(service, template, dict(template.headers))
    message.to = [mailbox(mail.name, mail.address) for mail in mails]
    message.merge_data = {mail.address: _own(mail, texts) for mail in mails}
    message.merge_headers = {
        mail.address: {**mail.headers, "Message-ID": mail.message_id} for mail in mails
    }
    return _payload(backend, message)


_TEXTS = ("subject", "text", "html")


def _common(one: Parts, other: Parts) -> dict[str, Constants]:
    return {name: constants(getattr(one, name), getattr(other, name)) for name in _TEXTS}


def _fitting(
    mails: Sequence[Parts], places: Sequence[int], texts: Mapping[str, Constants]
) -> list[int]:
    """Which of them can be cut so; where an article speaks of the service's own placeholders, only
    the first, which then goes alone."""
    if any(_ITS_OWN in constant for between in texts.values() for constant in between):
        return [places[0]]
    return [place for place in places if _own(mails[place], texts) is not None]


def _own(mail: Parts, texts: Mapping[str, Constants]) -> dict[str, str] | None:
    """One reader's values, named as in the template."""
    found: dict[str, str] = {}
    for name, between in texts.items():
        cut = values(getattr(mail, name), between)
        if cut is None:
            return None
        found |= {f"{name}{number}": value for number, value in enumerate(cut)}
    return found


def _template(name: str, between: Constants) -> str:
    first, *rest = between
    holes = (_PLACEHOLDER.format(f"{name}{number}") for number in range(len(rest)))
    return first + "".join(hole + constant for hole, constant in zip(holes, rest, strict=True))


def _message(service: Service, mail: Parts, headers: dict[str, str]) -> Any:
    """Django's message, without recipients, with what anymail may want to know beside."""
    message: Any = EmailMultiAlternatives(
        _harmless(service, mail.subject),
        _harmless(service, mail.text),
        mail.sender,
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    message.attach_alternative(_harmless(service, mail.html, "&#{};".format), "text/html")
    if service.takes_bounces and site().mail.bounce_address:
        message.envelope_sender = mail.bounces
    return message


def _harmless(service: Service, text: str, spell: Any = None) -> str:
    """*text*, with nothing in it that the service would take for a placeholder.

    An article about templates must arrive as it was written. In HTML the first letter is spelled
    by its number; elsewhere an invisible letter comes between.
    """
    for mark in service.evaluates:
        first, rest = mark[0], mark[1:]
        text = text.replace(mark, f"{spell(ord(first)) if spell else first + _SPLIT}{rest}")
    return text


def _payload(backend: Any, message: Any) -> Payload:
    from anymail.exceptions import AnymailError

    try:
        return Payload(backend.build_message_payload(message, backend.send_defaults))
    except AnymailError as error:
        raise _unusable(error) from error


def _unusable(error: Exception) -> NotSent:
    """What the service has no way of saying; nothing was sent."""
    return Refused(str(error), kind=Kind.OTHER, permanent=True, reply=str(error)[:500])
