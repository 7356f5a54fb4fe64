"""Real servers' words, and what they mean for us."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from pathlib import Path

import pytest

from syndicate.mail.replies import Kind, Stage, enhanced, judge

RCPT, DOT, MAIL = Stage.RCPT, Stage.DOT, Stage.MAIL


@pytest.mark.parametrize(
    ("stage", "code", "text", "kind"),
    [
        (RCPT, 550, "5.1.1 <a@example.org>: Recipient address rejected: User unknown", Kind.GONE),
        (RCPT, 550, "5.1.1 The email account that you tried to reach does not exist.", Kind.GONE),
        (RCPT, 554, "delivery error: This user doesn't exist", Kind.GONE),
        (RCPT, 550, "No such user here", Kind.GONE),
        (RCPT, 556, "5.1.10 Recipient address has null MX", Kind.GONE),
        (DOT, 550, "5.1.1 User unknown", Kind.GONE),
        (RCPT, 550, "5.1.1 Refused due to recipient preferences", Kind.BLOCK),
        (RCPT, 553, "5.1.8 Domain of sender address news@example.org does not exist", Kind.BLOCK),
        (RCPT, 550, "5.7.1 Service unavailable; client [192.0.2.1] blocked", Kind.BLOCK),
        (RCPT, 550, "5.7.1 User unknown, your host is listed", Kind.BLOCK),
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
    """On real bounces: of those we would call gone, the truth says so of most."""
    truth = json.loads((corpora / "bounces" / "truth.json").read_text())
    hits = misses = 0
    for name, reports in truth.items():
        said = _diagnostic(corpora / "bounces" / "mails" / name)
        if said and reports and judge(RCPT, *said).kind is Kind.GONE:
            hits, misses = hits + reports[0]["hard"], misses + (not reports[0]["hard"])
    assert hits >= 30
    assert hits / (hits + misses) > 0.75


def _diagnostic(mail: Path) -> tuple[int, str] | None:
    """Code and text of the last Diagnostic-Code in a bounce."""
    for part in message_from_bytes(mail.read_bytes()).walk():
        if part.get_content_type() == "message/delivery-status":
            for block in reversed(part.get_payload()):
                text = " ".join(str(block.get("Diagnostic-Code", "")).split())
                if found := re.search(r"\b([45]\d\d)[ -]", text):
                    return int(found[1]), text
    return None
