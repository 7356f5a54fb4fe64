"""Many finished mails in one call, service by service: how to put them together, what comes back.

    anymail's data for each mail ─ join ─→ one call's data
    the call's JSON ─ read ─→ (word, message id, the service's reason) for each mail, in order

anymail itself sends the same body to all of a call; what is written here goes by the services' own
documents, named at each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from syndicate.mail.transports.answers import said_by

Data = Any  # what anymail would have sent for one mail, before it becomes JSON


class Told(NamedTuple):
    """What became of one mail: anymail's word, the service's name for it, and its reason."""

    word: str
    message_id: object = None
    words: str = ""


class Batch(NamedTuple):
    """*endpoint*: below the API's address. *read* raises LookupError or TypeError for other JSON
    than the documented."""

    endpoint: str
    join: Callable[[Sequence[Data]], Data]
    read: Callable[[Any], list[Told]]


def _as_list(mails: Sequence[Data]) -> Data:
    return list(mails)


def _postmark(found: Any) -> list[Told]:
    """https://postmarkapp.com/developer/api/email-api#send-batch-emails; errors are numbered."""
    words = {0: "sent", 300: "failed", 406: "rejected"}
    return [
        Told(words.get(one.get("ErrorCode", 0), "failed"), one.get("MessageID"), one["Message"])
        for one in found
    ]


def _resend(found: Any) -> list[Told]:
    """https://resend.com/docs/api-reference/emails/send-batch-emails: all of them, or none."""
    return [Told("queued", one["id"]) for one in found["data"]]


def _join_mailjet(mails: Sequence[Data]) -> Data:
    """anymail puts all but the recipient into Globals; here each has its own."""
    return {"Messages": [{**mail["Globals"], **mail["Messages"][0]} for mail in mails]}


def _mailjet(found: Any) -> list[Told]:
    """https://dev.mailjet.com/email/guides/send-api-v31/: results stand in the order of mails."""
    return [_mailjet_one(one) for one in found["Messages"]]


def _mailjet_one(one: Any) -> Told:
    if one["Status"] == "success":
        return Told("sent", one["To"][0]["MessageID"])
    return Told("failed", None, said_by(one.get("Errors")))


def _join_mailtrap(mails: Sequence[Data]) -> Data:
    """What is the same in all of them stands once, in "base"."""
    base = _shared(mails, without={"to"})
    own = [{key: value for key, value in mail.items() if key not in base} for mail in mails]
    return {"base": base, "requests": own}


def _mailtrap(found: Any) -> list[Told]:
    """https://docs.mailtrap.io/developers/email-sending/email-sending-bulk: in order, each."""
    return [
        Told("queued", one["message_ids"][0])
        if one["success"]
        else Told("failed", None, said_by(one.get("errors")))
        for one in found["responses"]
    ]


def _join_brevo(mails: Sequence[Data]) -> Data:
    """The first mail's content is the one that a version without its own would have."""
    base = _shared(mails, without={"to"})
    versions = [{key: value for key, value in mail.items() if key not in base} for mail in mails]
    top = {key: mails[0][key] for key in ("subject", "htmlContent") if key in mails[0]}
    return {**top, **base, "messageVersions": versions}


def _brevo(found: Any) -> list[Told]:
    """https://developers.brevo.com/docs/batch-send-transactional-emails: all of them, or none."""
    ids = found["messageIds"] if "messageIds" in found else [found["messageId"]]
    return [Told("queued", one) for one in ids]


def _shared(mails: Sequence[Mapping[str, Any]], without: set[str]) -> dict[str, Any]:
    """What all of them say alike."""
    first, *others = mails
    return {
        key: value
        for key, value in first.items()
        if key not in without and all(key in mail and mail[key] == value for mail in others)
    }


BATCHES: Mapping[str, Batch] = {
    "brevo": Batch("smtp/email", _join_brevo, _brevo),
    "mailjet": Batch("send", _join_mailjet, _mailjet),
    "mailtrap": Batch("batch", _join_mailtrap, _mailtrap),
    "postmark": Batch("email/batch", _as_list, _postmark),
    "resend": Batch("emails/batch", _as_list, _resend),
}
