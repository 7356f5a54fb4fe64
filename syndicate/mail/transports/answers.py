"""What a sending service's answer means for us: (status, words) → Accepted | Refused. Pure.

| answer | means |
|---|---|
| 401, 403 | our key, for all mail: a person must renew it |
| 402 | no credit, for all mail |
| 3xx, 404, 405 | the wrong address or domain, for all mail |
| 408, 425, 429, 503 | later, for all mail: nothing was taken |
| other 5xx, or 2xx that cannot be read | nobody knows |
| any, with "status": "error" in it | no: Mandrill says it with 500, Postal with 200 |
| 413 | the call was too large: in smaller ones |
| other 4xx | something in the call will not do: which mail, a smaller call tells |

Of a single mail django-anymail's words tell: sent, queued; invalid, rejected, failed; unknown.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from syndicate.lib.mime import one_line
from syndicate.mail.replies import Kind, Stage, judge
from syndicate.mail.transports.base import Accepted, Refused

Answer = Accepted | Refused

# When a service says "too often" without saying until when.
PATIENCE = timedelta(minutes=1)
# The Delivery keeps a reply of this length.
_LETTERS = 500
_ABOUT_US = {401, 402, 403, 404, 405}
_LATER = {408, 425, 429, 503}
# The words of services about a recipient, beside those of mail servers (mail.replies).
_BAD = r"\b(invalid|not (a )?valid|illegal|malformed|inactive|suppressed)\b"
_RECIPIENT = re.compile(
    rf"\b(to|recipients?|rcpt|e-?mail( address)?)\b.{{0,40}}{_BAD}"
    rf"|{_BAD}.{{0,20}}\b(to|recipients?|e-?mail)\b",
    re.IGNORECASE,
)
_NO = ("error", "parameter-error")
_KEY = re.compile(r"key|access ?denied|suspended", re.IGNORECASE)
_SENDER = re.compile(r"\b(from|sender|reply.?to|domain is not verified)\b", re.IGNORECASE)
_WORDS = (
    "name", "code", "message", "Message", "ErrorMessage", "Messages", "errors", "Errors", "error",
    "description", "data",
)  # fmt: skip


def taken(code: int, message_id: object) -> Accepted:
    """It is theirs. The reply is their name for it: what they report later names it so."""
    return Accepted(code, one_line(str(message_id or ""))[:_LETTERS])


def of_status(who: str, code: int, text: str, wait: timedelta | None = None) -> Refused:
    """The answer to a call as a whole, when it is not yes."""
    words = said(text)
    told = f"{code} {words}".strip()
    if code in _LATER:
        error = _refused(f"{who} asks us to wait: {told}", Kind.LATER, told, code, everybody=True)
        error.retry_after = wait or PATIENCE
        return error
    if code in _ABOUT_US or 300 <= code < 400:
        return _about_us(who, code, told)
    if not 400 <= code < 500:
        return unknown(f"{who} answered {told}: whether it took the mail, nobody knows.", code)
    return of_mail(who, code, words)


def denied(who: str, code: int, text: str) -> Refused | None:
    """A no in so many words, whatever the status says."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get("status") not in _NO:
        return None
    words = said_by(found)
    return _about_us(who, 401, words) if _KEY.search(words) else of_mail(who, code, words)


def of_word(who: str, word: str | None, code: int, message_id: object, words: str = "") -> Answer:
    """What became of one mail, in django-anymail's words; *words* are the service's own."""
    if word in ("sent", "queued"):
        return taken(code, message_id)
    words = one_line(words)[:_LETTERS]
    if word == "invalid":
        return _final(f"{who}: no valid address. {words}", Kind.GONE, words, code)
    if word == "rejected":
        return _final(f"{who} does not write to them any more. {words}", Kind.CLOSED, words, code)
    if word == "failed":
        return of_mail(who, code, words)
    return unknown(f"{who} does not say whether it took the mail.", code)


def of_mail(who: str, code: int, words: str) -> Refused:
    """A no to one mail: the reader's address, or, where the words do not say so, what we wrote."""
    if code == 413:
        kind = Kind.FULL
    elif _RECIPIENT.search(words) and not _SENDER.search(words):
        kind = Kind.GONE
    else:
        kind = judge(Stage.RCPT, 550, words).kind
        kind = Kind.BLOCK if kind in (Kind.OTHER, Kind.SERVER) or _SENDER.search(words) else kind
    return _final(f"{who} refused this mail: {code} {words}".strip(), kind, words, code)


def unknown(message: str, code: int | None = None) -> Refused:
    """It may have gone."""
    return Refused(message, kind=Kind.LOST, permanent=False, code=code, unknown=True)


def said(text: str) -> str:
    """A service's own reason: the words of its JSON, on one line; of a page, nothing."""
    try:
        found = json.loads(text)
    except ValueError:
        return "" if "<" in text else one_line(text)[:200]
    return said_by(found)


def said_by(found: Any) -> str:
    """The same, of JSON that was read already."""
    return one_line(" ".join(_said(found)))[:_LETTERS]


def _said(found: Any) -> list[str]:
    """All that stands under a telling name, however deep."""
    if isinstance(found, str):
        return [found]
    if isinstance(found, list):
        return [words for one in found for words in _said(one)]
    if isinstance(found, dict):
        return [words for name in _WORDS if name in found for words in _said(found[name])]
    return []


def _about_us(who: str, code: int, told: str) -> Refused:
    kind, message = Kind.SERVER, f"{who} cannot be used as it is set: {told}"
    hint = "Check api_url and the sender's domain in its settings."
    if code in (401, 403):
        kind, message = Kind.LOGIN, f"{who} refuses our key, or our sender: {told}"
        hint = "Renew the key in its settings; verify the sender's domain there. Then start again."
    elif code == 402:
        message, hint = f"{who} wants to be paid first: {told}", "It goes on when that is settled."
    return _refused(message, kind, told, code, hint=hint, permanent=True, everybody=True)


def _final(message: str, kind: Kind, words: str, code: int) -> Refused:
    return _refused(message.strip(), kind, words, code, permanent=True)


def _refused(
    message: str, kind: Kind, reply: str, code: int, *, permanent: bool = False, **more: Any
) -> Refused:
    return Refused(message, kind=kind, permanent=permanent, code=code, reply=reply, **more)
