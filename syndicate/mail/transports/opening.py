"""How a talk with an SMTP server begins: the greeting, EHLO, STARTTLS, AUTH.

    steps = opening(smtp, us)
    ask = next(steps)              what to write, and at which stage
    ask = steps.send(reply)        … until StopIteration, which brings what the server offers

No socket and no clock: whoever walks these steps has them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Generator, Iterator
from typing import NamedTuple

from syndicate.lib.config import Smtp
from syndicate.mail.replies import Stage
from syndicate.mail.transports.refusal import lost, refused, unusable
from syndicate.mail.transports.reply import Reply, words


class Ask(NamedTuple):
    """Write *line* (empty: only listen), or go over to TLS, and come back with the reply."""

    stage: Stage
    line: bytes = b""
    tls: bool = False


class Offers(NamedTuple):
    """What a server can do. *size*: the largest mail in bytes; 0: it does not say."""

    sizes: bool = False  # SIZE, RFC 1870
    size: int = 0
    pipelining: bool = False  # RFC 2920
    chunking: bool = False  # RFC 3030
    utf8: bool = False  # RFC 6531


Steps = Generator[Ask, Reply, Offers]
Talk = Generator[Ask, Reply, dict[str, str]]


def opening(smtp: Smtp, us: str) -> Steps:
    """Up to where mails may be handed over. Raises Refused, for everybody."""
    where = f"{smtp.host}:{smtp.port}"
    _must(where, Stage.CONNECT, (yield Ask(Stage.CONNECT)))
    extensions = yield from _hello(where, us)
    if smtp.security == "starttls":
        extensions = yield from _encrypt(where, us, extensions)
    if smtp.username:
        yield from _login(where, smtp, extensions)
    return _offers(extensions)


def _hello(where: str, us: str) -> Talk:
    """Who we are; a server that does not know EHLO knows HELO."""
    code, text = yield Ask(Stage.HELLO, b"EHLO %b\r\n" % us.encode())
    if 200 <= code < 300:
        return dict(_extensions(text))
    if code in (0, 421):
        _must(where, Stage.HELLO, (code, text))
    _must(where, Stage.HELLO, (yield Ask(Stage.HELLO, b"HELO %b\r\n" % us.encode())))
    return {}


def _extensions(text: bytes) -> Iterator[tuple[str, str]]:
    """A line for each; old servers write ``AUTH=LOGIN``."""
    for line in text.decode("ascii", "replace").upper().split("\n")[1:]:
        name, _, rest = line.strip().replace("AUTH=", "AUTH ").partition(" ")
        yield name, rest


def _encrypt(where: str, us: str, extensions: dict[str, str]) -> Talk:
    """STARTTLS (RFC 3207). What was offered before is forgotten: anybody may have offered it."""
    if "STARTTLS" not in extensions:
        raise unusable(
            f"The mail server {where} offers no STARTTLS.",
            'Set smtp.security to "tls" (port 465), or, on this machine only, to "none".',
        )
    _must(where, Stage.HELLO, (yield Ask(Stage.HELLO, b"STARTTLS\r\n")))
    yield Ask(Stage.HELLO, tls=True)
    return (yield from _hello(where, us))


def _login(where: str, smtp: Smtp, extensions: dict[str, str]) -> Generator[Ask, Reply, None]:
    """AUTH (RFC 4954), the way that the server offers."""
    offered = extensions.get("AUTH", "").split()
    user, password = smtp.username.encode(), smtp.password.encode()
    if "PLAIN" in offered:
        token = b64encode(b"\0" + user + b"\0" + password)
        begin, answers = b"AUTH PLAIN " + token, [token]
    elif "LOGIN" in offered:
        begin, answers = b"AUTH LOGIN", [b64encode(user), b64encode(password)]
    else:
        raise unusable(
            f"The login to {where} does not work: it offers {' '.join(offered) or 'none'}.",
            "Correct smtp.username, smtp.password or smtp.security, then start it again.",
        )
    reply = yield Ask(Stage.AUTH, begin + b"\r\n")
    for answer in answers:
        if reply[0] == 334:
            reply = yield Ask(Stage.AUTH, answer + b"\r\n")
    _must(where, Stage.AUTH, reply)


def _offers(extensions: dict[str, str]) -> Offers:
    size = extensions.get("SIZE", "")
    return Offers(
        sizes="SIZE" in extensions,
        size=int(size) if size.isascii() and size.isdigit() else 0,
        pipelining="PIPELINING" in extensions,
        chunking="CHUNKING" in extensions,
        utf8="SMTPUTF8" in extensions,
    )


def _must(where: str, stage: Stage, reply: Reply) -> None:
    """Go on only after a yes."""
    if 200 <= reply[0] < 300:
        return
    if reply[0] < 400:
        raise lost(where, stage, f"it said “{words(reply[1])}”")
    raise refused(where, stage, reply)
