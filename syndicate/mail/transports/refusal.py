"""Why a mail did not go, in words: what an SMTP server answered, or that it did not."""

from __future__ import annotations

import os
import ssl

from syndicate.mail.replies import Kind, Stage, judge
from syndicate.mail.transports.base import Refused
from syndicate.mail.transports.reply import Reply, words

# Up to here it is about us, and holds for all mail.
ABOUT_US = (Stage.CONNECT, Stage.HELLO, Stage.AUTH, Stage.MAIL)


def refused(where: str, stage: Stage, reply: Reply) -> Refused:
    """The server answered, and it was a no."""
    code, text = reply[0], words(reply[1])
    verdict = judge(stage, code, text)
    about = "the login" if stage is Stage.AUTH else "mail" if verdict.everybody else "this mail"
    return Refused(
        f"The mail server {where} refused {about}: {code} {text}",
        kind=verdict.kind,
        permanent=verdict.permanent,
        code=code,
        reply=text,
        hint=verdict.hint,
        everybody=verdict.everybody,
    )


def only_this(where: str, kind: Kind, reply: Reply) -> Refused:
    """A no to MAIL that is about this mail, as what was said of it shows."""
    code, text = reply[0], words(reply[1])
    return Refused(
        f"The mail server {where} refused this mail: {code} {text}",
        kind=kind,
        permanent=code >= 500,
        code=code,
        reply=text,
    )


def lost(where: str, stage: Stage, reason: str, *, unknown: bool = False) -> Refused:
    """No answer, or none that could be understood."""
    return Refused(
        f"The mail server {where} gave no answer ({stage}): {reason}",
        kind=Kind.LOST,
        permanent=False,
        hint="Check smtp.host, smtp.port and smtp.security." if stage is Stage.CONNECT else "",
        everybody=stage in ABOUT_US,
        unknown=unknown,
    )


def unsuitable(where: str, reason: str, kind: Kind = Kind.OTHER) -> Refused:
    """No server was asked: it would not take this mail."""
    return Refused(f"The mail server {where} {reason}.", kind=kind, permanent=True)


def unusable(message: str, hint: str) -> Refused:
    """The server, or how it is set here, is of no use."""
    return Refused(message, hint=hint, kind=Kind.SERVER, permanent=True, everybody=True)


def broken(where: str, stage: Stage, error: OSError) -> Refused:
    """The connection failed, and why."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return unusable(
            f"The certificate of {where} cannot be trusted: {error.verify_message}.",
            "Let smtp.host be the name in the certificate, issued by an authority that this "
            "machine trusts.",
        )
    return lost(where, stage, reason_of(error))


def reason_of(error: Exception | None) -> str:
    """A few words about what broke a connection."""
    if error is None:
        return "it closed the connection"
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ssl.SSLError):
        return error.reason or str(error)
    if isinstance(error, OSError) and (error.errno or 0) > 0:
        return os.strerror(error.errno or 0)
    return getattr(error, "strerror", None) or str(error)
