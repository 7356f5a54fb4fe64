"""Real servers' words, and what they mean for us."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from syndicate.mail.replies import Kind, Stage, enhanced, judge

RCPT, DATA, DOT, MAIL = Stage.RCPT, Stage.DATA, Stage.DOT, Stage.MAIL


@pytest.mark.parametrize(
    ("stage", "code", "text", "kind"),
    [
        (RCPT, 550, "5.1.1 <a@example.org>: Recipient address rejected: User unknown", Kind.GONE),
        (RCPT, 550, "5.1.1 The email account that you tried to reach does not exist.", Kind.GONE),
        (RCPT, 554, "delivery error: This user doesn't exist", Kind.GONE),
        (RCPT, 550, "No such user here", Kind.GONE),
        (RCPT, 556, "5.1.10 Recipient address has null MX", Kind.GONE),
        (DOT, 550, "5.1.1 User unknown", Kind.GONE),
        (RCPT, 554, "delivery error: This user doesn't have an example.com account", Kind.GONE),
        (RCPT, 550, "Host unknown (Authoritative answer from name server)", Kind.GONE),
        (RCPT, 550, "5.2.1 <a@example.org>... User Unknown", Kind.GONE),
        (RCPT, 550, "Helo command rejected: Host not found", Kind.BLOCK),
        (RCPT, 550, "5.1.1 The account is over quota", Kind.FULL),
        (RCPT, 550, "5.1.1 The account has been suspended", Kind.CLOSED),
        (RCPT, 550, "5.1.1 Refused due to recipient preferences", Kind.BLOCK),
        (RCPT, 553, "5.1.8 Domain of sender address news@example.org does not exist", Kind.BLOCK),
        (RCPT, 550, "5.7.1 Service unavailable; client [192.0.2.1] blocked", Kind.BLOCK),
        (RCPT, 550, "5.7.1 User unknown, your host is listed", Kind.BLOCK),
        (DOT, 550, "<a@example.org>: User unknown", Kind.OTHER),
        (DOT, 550, "Transaction failed", Kind.BLOCK),
        (DOT, 554, "5.6.0 Message content rejected", Kind.CONTENT),
        (DOT, 550, "5.6.11 Lone CR or LF in body", Kind.CONTENT),
        (DOT, 550, "Maximum line length exceeded (see RFC 5322 section 2.1.1)", Kind.CONTENT),
        (DOT, 550, "Messages with multiple From headers are not taken", Kind.CONTENT),
        (DATA, 554, "Missing or invalid Date header", Kind.CONTENT),
        (DOT, 550, "5.7.1 Malformed header: not accepted by policy", Kind.BLOCK),
        (DOT, 552, "Message too big", Kind.FULL),
        (DOT, 550, "5.7.26 This mail is unauthenticated", Kind.BLOCK),
        (DOT, 554, "Message looks like spam: no such user would want it", Kind.BLOCK),
        (RCPT, 552, "5.2.2 The email account is over quota", Kind.FULL),
        (RCPT, 452, "4.2.2 Mailbox full", Kind.FULL),
        (DOT, 552, "5.3.4 Message size exceeds fixed limit", Kind.FULL),
        (RCPT, 550, "5.2.1 The account is disabled", Kind.CLOSED),
        (RCPT, 450, "4.2.0 Greylisted, see you in five minutes", Kind.LATER),
        (DOT, 421, "4.7.0 Try again later", Kind.LATER),
        (RCPT, 550, "Requested action not taken", Kind.OTHER),
    ],
)
def test_about_one_reader(stage: Stage, code: int, text: str, kind: Kind) -> None:
    verdict = judge(stage, code, text)
    assert verdict.kind is kind
    assert verdict.permanent is (code >= 500)
    assert not verdict.everybody


@pytest.mark.parametrize(
    ("stage", "code", "text", "kind", "option"),
    [
        (Stage.CONNECT, 554, "5.7.1 Go away", Kind.SERVER, "smtp.host"),
        (Stage.CONNECT, 421, "4.3.2 Busy", Kind.LATER, ""),
        (Stage.HELLO, 502, "What?", Kind.SERVER, "smtp.security"),
        (Stage.AUTH, 535, "5.7.8 Bad credentials", Kind.LOGIN, "smtp.password"),
        (Stage.AUTH, 454, "4.7.0 Temporary failure", Kind.LATER, ""),
        (
            MAIL,
            553,
            "5.7.1 Sender address rejected: not owned by user",
            Kind.SERVER,
            "from_address",
        ),
        (MAIL, 451, "4.3.0 Try later", Kind.LATER, ""),
        (RCPT, 530, "5.7.0 Authentication required", Kind.SERVER, "smtp.username"),
        (RCPT, 554, "5.7.1 <a@example.org>: Relay access denied", Kind.SERVER, "smtp.username"),
        (RCPT, 421, "4.3.2 Shutting down", Kind.LATER, ""),
    ],
)
def test_about_us(stage: Stage, code: int, text: str, kind: Kind, option: str) -> None:
    verdict = judge(stage, code, text)
    assert (verdict.kind, verdict.everybody) == (kind, True)
    assert option in verdict.hint and bool(verdict.hint) is bool(option)


def test_the_enhanced_code() -> None:
    assert enhanced("5.1.1 gone") == "5.1.1"
    assert enhanced("550 from 192.5.1.1 to 5.1.1.1, refused 5.7.1.") == "5.7.1"
    assert enhanced("no code here") == ""


def test_few_readers_are_given_up_by_mistake(corpora: Path) -> None:
    """On real bounces: of those we would call gone, the truth says so of most.

    Where it does not, the reply says in so many words that there is no such user; the truth's
    author knew those servers to say it of their filters too.
    """
    hits, misses, others = [], [], []
    for name, reports in json.loads((corpora / "bounces" / "truth.json").read_text()).items():
        said = _said(corpora / "bounces" / "mails" / name)
        if said and reports and reports[0]["reason"] not in {"feedback", "vacation", "delivered"}:
            gone, hard = judge(*said).kind is Kind.GONE, reports[0]["hard"]
            (hits if gone and hard else misses if gone else others if hard else []).append(said)
    assert len(hits) / (len(hits) + len(misses)) >= 0.89
    assert len(hits) / (len(hits) + len(others)) >= 0.8
    words = re.compile(r"user unknown|unknown user|no such user", re.IGNORECASE)
    assert len(hits) >= 70 and all(words.search(text) for _, _, text in misses)


_REPLY = re.compile(
    r"(?<![\d.\-/:])([45]\d\d)[ -]+((?=#?[45]\.\d{1,3}\.\d|[A-Za-z<(\['])[^\n]*(?:\n[ \t]+[^\n]+)*)"
)
_AFTER_DATA = re.compile(r"end of DATA|>>> (DATA|\.)\s+<<< 5")


def _said(mail: Path) -> tuple[Stage, int, str] | None:
    """Stage, code and text of what a server is quoted with in a bounce."""
    message = message_from_bytes(mail.read_bytes())
    texts = list(_texts(message))
    stage = DOT if any(_AFTER_DATA.search(text) for text in texts) else RCPT
    for text in texts:
        if found := _REPLY.search(text):
            return stage, int(found[1]), " ".join(found[2].split())
    return None


def _texts(message: Message) -> Iterator[str]:
    """The Diagnostic-Codes, then the first part that is written for people."""
    parts = list(message.walk())
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                yield " ".join(str(block.get("Diagnostic-Code", "")).split())
    for part in [part for part in parts if part.get_content_maintype() == "text"][:1]:
        body = part.get_payload(decode=True)
        yield body.decode("utf-8", "replace").replace("\r", "")[:4000]
