"""What an SMTP reply means for us: (stage, code, text) → Verdict.

The stage matters more than the code: before RCPT a refusal is about us, at RCPT about the reader,
after the data about what we wrote, or again about us. "5xx" alone does not mean that an address is
dead: of a corpus of permanent refusals two in three were blocks, filters and full mailboxes, and
whoever deletes readers for these loses good ones.

Enhanced codes: RFC 3463 and https://www.iana.org/assignments/smtp-enhanced-status-codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a conversation had come when the reply was due."""

    CONNECT = "connect"
    HELLO = "hello"  # EHLO and STARTTLS
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  # the mail is complete: whether it was taken is theirs to say


class Kind(StrEnum):
    """Why it did not go."""

    GONE = "gone"  # there is no such mailbox: never write there again
    CLOSED = "closed"  # the mailbox is shut for now
    FULL = "full"  # the mailbox is full, or the mail too large for it
    CONTENT = "content"  # what we wrote will not do there, for any reader: its form
    BLOCK = "block"  # our fault: reputation, authentication, policy; the reader is not to blame
    LATER = "later"  # greylisting, rate limits, a server in trouble
    LOGIN = "login"  # user name or password
    SERVER = "server"  # the server cannot be used as it is set
    LOST = "lost"  # no answer
    OTHER = "other"


@dataclass(frozen=True)
class Verdict:
    """*permanent*: trying again cannot help. *everybody*: it holds for all mail, not this one."""

    kind: Kind
    permanent: bool
    everybody: bool = False
    hint: str = ""


_US = frozenset({Stage.CONNECT, Stage.HELLO, Stage.AUTH, Stage.MAIL})

_GONE_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"})
_CLOSED_CODES = frozenset({"5.2.0", "5.2.1"})
_FULL_CODES = frozenset({"2.2", "2.3", "3.4"})  # without the class

_GONE = re.compile(
    r"user unknown|unknown (user|recipient|mailbox|local)|no such (user|recipient|mailbox|address)"
    r"|(user|recipient|mailbox|address|account)( \S+)? (was |is |does )?"
    r"(not found|not exist|unknown|invalid|no longer)"
    r"|does ?n[o']t exist|not a known user|no mailbox here|invalid (recipient|mailbox)"
    r"|does(n't| not) have an? \S+ account|(host|domain)( name)? (is )?(unknown|not found)"
    r"|address rejected: (undeliverable|user)|nullmx|null mx",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"block|spam|blacklist|black list|denylist|reputation|policy|dmarc|\bspf\b|dkim|\bptr\b"
    r"|\bsender\b|\b(helo|ehlo)\b|\bclient (host|address)\b|\byour (host|ip|server|domain|network)"
    r"|refused due to|reverse dns|unauthenticated|not authorized|listed|banned|content",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"quota|mailbox( is)? full|over ?quota|insufficient (system )?storage|size limit"
    r"|message( is)? too (big|large)",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"\b(bare|lone) (cr|lf|carriage|line ?feed)|\bline( is|s)? too long|malformed|rfc ?\d{3,4}"
    r"|\b8.?bit|\bmime\b|(missing|invalid|duplicate|multiple|illegal)( \S+){0,3} headers?\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"disabled|inactive|suspended|deactivated|expired", re.IGNORECASE)
_MILDER_FIRST = (
    (Kind.FULL, _FULL), (Kind.BLOCK, _BLOCK), (Kind.GONE, _GONE), (Kind.CLOSED, _CLOSED),
)  # fmt: skip
_RELAY = re.compile(
    r"relay(ing)?( access)? (denied|not permitted|prohibited)|unable to relay"
    r"|not permitted to relay|authentication (is )?required",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")


def judge(stage: Stage, code: int, text: str) -> Verdict:
    """What *code* *text* at *stage* means. *code* is 400 or more."""
    permanent = code >= 500
    if stage in _US or (code == 421 and stage != Stage.DOT):
        return _about_us(stage, code, permanent)
    if code == 530 or (permanent and stage is not Stage.DOT and _RELAY.search(text)):
        return Verdict(Kind.SERVER, True, everybody=True, hint=_HINTS[Stage.RCPT])
    return Verdict(_kind(stage, text, permanent), permanent)


def enhanced(text: str) -> str:
    """The enhanced status code in *text*, as ``5.1.1``; empty if there is none."""
    found = _ENHANCED.search(text)
    return found[0] if found else ""


def _about_us(stage: Stage, code: int, permanent: bool) -> Verdict:
    if stage is Stage.AUTH and permanent:
        return Verdict(Kind.LOGIN, True, everybody=True, hint=_HINTS[Stage.AUTH])
    kind = Kind.SERVER if permanent else Kind.LATER
    return Verdict(kind, permanent, everybody=True, hint=_HINTS[stage] if permanent else "")


def _kind(stage: Stage, text: str, permanent: bool) -> Kind:
    """By the enhanced code where there is a telling one, else by the words."""
    status = enhanced(text)
    subject = status[2:]
    if subject in _FULL_CODES or (not subject and _FULL.search(text)):
        return Kind.FULL
    if not permanent:
        return Kind.LATER
    # A server that says "user unknown" to a client it blocks means the block.
    if subject.startswith("7."):
        return Kind.BLOCK
    if status in _GONE_CODES:
        return _by_words(text, otherwise=Kind.GONE)
    if stage is not Stage.RCPT:
        # After the data it is about what we wrote, unless the words are plainly about the reader;
        # even then some servers say so of what their filters do not like. A form that will not do
        # is named; who gives no reason, or one of a filter, has something against us.
        if subject.startswith("6.") or _CONTENT.search(text):
            return Kind.CONTENT
        plain = _GONE.search(text) and not _BLOCK.search(text)
        return Kind.OTHER if plain else Kind.BLOCK
    if status in _CLOSED_CODES:
        return _by_words(text, otherwise=Kind.CLOSED)
    return _by_words(text, otherwise=Kind.OTHER)


def _by_words(text: str, otherwise: Kind) -> Kind:
    """Milder readings first: a reader is not given up because of a doubtful sentence."""
    for kind, words in _MILDER_FIRST:
        if words.search(text):
            return kind
    return otherwise


_HINTS = {
    Stage.CONNECT: "Check smtp.host, smtp.port and smtp.security.",
    Stage.HELLO: "Check smtp.security: starttls, tls or none.",
    Stage.AUTH: "Correct smtp.username and smtp.password, then start syndicate again.",
    Stage.MAIL: "The server does not take mail from this sender: check mail.from_address and the "
    "login.",
    Stage.RCPT: "The server does not pass on our mail: check smtp.username and smtp.password.",
    Stage.DATA: "",
    Stage.DOT: "",
}
