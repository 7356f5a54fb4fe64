"""Replies of every odd kind, at every stage, and however slowly they come: who got a mail?

Hanging up, silence and short refusals are in test_outcome_table.py. Here it is what a server says:
what is no reply, refusals and consents of several lines, each of them at once, byte by byte and as
a slow drip. After each of them the letters that may be tried again are, and then the server's own
record is asked whether anybody got a mail twice, or none.
"""

from __future__ import annotations

import socket
import time

import pytest

from syndicate.mail.transports import connection
from syndicate.mail.transports.base import Accepted, Refused
from syndicate.mail.transports.smtp import SmtpTransport
from tests.fakes.smtpd import Fault, Smtpd
from tests.mail.tray import Letter, Tray, carry, letters, outcome, smtp

NAMES = ("ada", "bob", "cleo", "dora")
LOGIN = ("ada", "secret")

# %d stands for the code that would be right. A server that begins with its first digit behaves as
# after a yes: it has taken the mail, whatever we make of the rest.
MALFORMED = {
    "a line that is no reply": b"What?\r\n",
    "a code and no space": b"%d_Ok\r\n",
    "a code of four digits": b"%d0 Ok\r\n",
    "a code too low": b"199 Ok\r\n",
    "a code too high": b"650 Ok\r\n",
    "lines that break off": b"%d-2.0.0 Ok\r\nWhat?\r\n",
}
REFUSALS = {
    "4xx in lines": b"450-4.3.0 Our\r\n450-\r\n450-disk\r\n450 rests\r\n",
    "5xx in lines": b"550-5.7.1 We\r\n550-want\r\n550 none\r\n",
}
LINES = {"4xx in lines": "4.3.0 Our disk rests", "5xx in lines": "5.7.1 We want none"}
YES = {"yes in lines": b"%d-2.0.0 Of\r\n%d-course\r\n%d we do\r\n", "yes": b""}
SAID = {**MALFORMED, **REFUSALS, **YES}
RIGHT = {"connect": 220, "starttls": 220, "auth": 235, "data": 354}  # else 250

# What becomes of the letter that meets it. "all …": nobody's mail goes this way now, and the letter
# is put back. To EHLO a no means HELO.
TABLE = {
    #            malformed    4xx          5xx
    "connect": ("all defer", "all defer", "all fail"),
    "ehlo": ("all defer", "sent", "sent"),
    "helo": ("all defer", "all defer", "all fail"),
    "starttls": ("all defer", "all defer", "all fail"),
    "auth": ("all defer", "all defer", "all fail"),
    "mail": ("all defer", "all defer", "all fail"),
    "rcpt": ("defer", "defer", "fail"),
    "data": ("defer", "defer", "fail"),
    "dot": ("unknown", "defer", "fail"),
}
WAY_IN, AT_A_MAIL = [*TABLE][:5], [*TABLE][5:]
GAPS = {"at once": None, "byte by byte": 0.0, "slowly": 0.001}
# How the mails go, how the odd reply comes, and how many mails went well before. In chunks there is
# no DATA, and every connection's first mail goes one command at a time.
HOW = [
    ("PIPELINING", "at once", 0), ("PIPELINING", "at once", 1),
    ("PIPELINING", "byte by byte", 0), ("PIPELINING", "byte by byte", 1),
    ("PIPELINING", "slowly", 1), ("8BITMIME", "byte by byte", 1),
    ("CHUNKING", "byte by byte", 0), ("CHUNKING", "byte by byte", 1),
]  # fmt: skip
CELLS = [(*how, stage) for how in HOW for stage in AT_A_MAIL
         if (how[0], stage) != ("CHUNKING", "data")]  # fmt: skip


def words(stage: str, what: str) -> bytes | None:
    """What is said there; None: what is right."""
    if what == "yes" or (stage, what) == ("ehlo", "yes in lines"):
        return None  # it always has several lines
    said = SAID[what]
    return said.replace(b"%d", b"%d" % RIGHT.get(stage, 250))


def meaning(stage: str, what: str) -> str:
    """What the table asks."""
    if what in YES:
        return "sent"
    column = 0 if what in MALFORMED else 1 if what.startswith("4") else 2
    return TABLE[stage][column]


@pytest.fixture(params=GAPS)
def gap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float | None:
    """How long the server waits between two bytes of what it says."""
    value = GAPS[request.param]
    if value is not None:
        # However many have arrived, none is read together with another.
        monkeypatch.setattr(connection, "READ_BYTES", 1)
    return value


def prepared(stage: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Smtpd, dict[str, object]]:
    """A server that comes by this stage, and what we have to know of it."""
    security = "starttls" if stage == "starttls" else "none"
    login = LOGIN if stage in ("starttls", "auth") else None
    server, given = Smtpd(security=security, login=login), {"security": security}
    if server.certificate is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    if login is not None:
        given |= {"username": login[0], "password": login[1]}
    return server, {**given}


def tried(server: Smtpd, fault: Fault, **given: object) -> tuple[Tray, Refused | None]:
    """Four letters and one fault."""
    server.add(fault)
    tray = Tray(letters(*NAMES))
    closed = carry(SmtpTransport(smtp(server.port, **given)), tray)
    told = [name for name in NAMES if f"dot {name}" in tray.log]
    for name, answer in tray.answers.items():
        if outcome(answer) in ("sent", "unknown"):
            assert tray.log.count(f"dot {name}") == 1, "before the dot there is no doubt"
        else:
            assert name not in recipients(server), "refused, and delivered all the same"
    assert {*recipients(server)} <= {*told}, "nobody was told of it before"
    if closed is not None:
        assert closed.everybody and tray.waiting
    else:
        assert [*tray.answers] == [*NAMES]
    return tray, closed


def recipients(server: Smtpd) -> list[str]:
    """By the server's own record."""
    return [taken.recipient.partition("@")[0] for taken in server.accepted]


def everybody_got_one(
    server: Smtpd, tray: Tray, given: dict[str, object], missed: str = "", doubtful: str = ""
) -> None:
    """All is well again, and what may be tried again is: each has one mail, but for those two.

    *missed* is refused for good, and *doubtful* is left as it is: the server knows.
    """
    before = recipients(server).count(doubtful)
    server.heal()
    late = [letter for letter in tray.letters if outcome_of(tray, letter) == "defer"]
    again = Tray([*tray.waiting, *late])
    assert carry(SmtpTransport(smtp(server.port, **given)), again) is None
    assert {outcome(answer) for answer in again.answers.values()} <= {"sent"}
    got = recipients(server)
    for name in NAMES:
        assert got.count(name) == (before if name == doubtful else int(name != missed))
    assert before <= 1 and server.empty == 0


def outcome_of(tray: Tray, letter: Letter) -> str:
    """What became of it; "well": it waits."""
    return outcome(tray.answers.get(letter.recipient.decode().partition("@")[0]))


def check_words(answer: Accepted | Refused | None, what: str) -> None:
    """All lines of a refusal are kept, and its code."""
    if what in LINES:
        assert isinstance(answer, Refused)
        assert (answer.code, answer.reply) == (int(what[0]) * 100 + 50, LINES[what])
        assert LINES[what] in answer.message
    elif what in MALFORMED:
        assert isinstance(answer, Refused) and answer.code is None
        assert "it said “" in answer.message


@pytest.mark.parametrize("what", SAID)
@pytest.mark.parametrize("stage", WAY_IN)
def test_p4_on_the_way_in(
    stage: str, what: str, gap: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, given = prepared(stage, monkeypatch)
    with server:
        if stage == "helo":
            server.answer("ehlo", 502, "5.5.1 What?")
        tray, closed = tried(server, Fault(stage, words(stage, what), gap=gap), **given)
        wanted = meaning(stage, what)
        if wanted == "sent":
            assert closed is None and tray.log.count("sent ada") == 1 and server.connections == 1
        else:
            assert closed is not None and outcome(closed) == wanted
            assert tray.log == [] and not server.heard.count(b"DATA")
            check_words(closed, what)
        everybody_got_one(server, tray, given)


@pytest.mark.parametrize("what", SAID)
@pytest.mark.parametrize(("offers", "gap", "before", "stage"), CELLS, indirect=["gap"])
def test_p4_at_a_mail(stage: str, what: str, offers: str, before: int, gap: float | None) -> None:
    """*before*: so many mails went well over this connection."""
    name, wanted = NAMES[before], meaning(stage, what)
    afresh = before > 0 and stage == "mail" and what in MALFORMED
    if afresh:
        wanted = "sent"  # a server that was well before is asked again over a fresh connection
    with Smtpd(offers) as server:
        fault = Fault(stage, words(stage, what), gap=gap, times=1, after=before)
        tray, closed = tried(server, fault)
        if wanted.startswith("all"):
            assert closed is not None and outcome(closed) == wanted
            assert tray.log[-1] == f"back {name}" and recipients(server) == [*NAMES[:before]]
            check_words(closed, what)
        else:
            answer = tray.answers[name]
            assert closed is None and outcome(answer) == wanted
            assert ("dot " + name in tray.log) == (stage == "dot" or wanted == "sent")
            others = {outcome(tray.answers[other]) for other in NAMES if other != name}
            assert others == {"sent"}
            # What is malformed ends a connection; refusals and consents do not.
            assert server.connections == (2 if what in MALFORMED else 1)
            if not afresh:
                check_words(answer, what)
            if (stage, what) == ("dot", "yes in lines"):
                assert answer == Accepted(250, "2.0.0 Of course we do")
            if wanted == "unknown":
                assert recipients(server).count(name) == MALFORMED[what].startswith(b"%d")
        missed, doubtful = (name if wanted == it else "" for it in ("fail", "unknown"))
        everybody_got_one(server, tray, {}, missed, doubtful)


# Slower than that, and a drip is no better than silence: patience is for a whole reply.
TOO_SLOW = {
    "connect": "all defer", "ehlo": "all defer", "starttls": "all defer", "auth": "all defer",
    "mail": "all defer", "rcpt": "defer", "data": "defer", "dot": "sent",
}  # fmt: skip


@pytest.mark.parametrize(("stage", "wanted"), TOO_SLOW.items())
def test_p4_a_drip_that_takes_too_long(
    stage: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, given = prepared(stage, monkeypatch)
    with server:
        fault = Fault(stage, gap=0.035, times=1)
        tray, closed = tried(server, fault, timeout_seconds=0.3, **given)
        answer = closed or tray.answers["ada"]
        assert outcome(answer) == wanted
        # The dot has ten minutes of its own.
        assert wanted == "sent" or "timed out" in str(answer)
        everybody_got_one(server, tray, given)


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
def test_p4_a_server_that_drips_all_the_time(
    mechanisms: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Smtpd(security="starttls", login=LOGIN, mechanisms=mechanisms) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        server.drip(0.001)
        fault = Fault("rcpt", REFUSALS["5xx in lines"], to="bob@example.org")
        given: dict[str, object] = {
            "security": "starttls", "username": LOGIN[0], "password": LOGIN[1],
        }  # fmt: skip
        tray, closed = tried(server, fault, **given)
        assert closed is None and recipients(server) == ["ada", "cleo", "dora"]
        check_words(tray.answers["bob"], "5xx in lines")
        assert server.connections == 1
        everybody_got_one(server, tray, given, missed="bob")


def test_the_drip_of_our_server_is_one() -> None:
    with Smtpd() as server:
        server.drip(0.005)
        began, said = time.monotonic(), b""
        with socket.create_connection((server.host, server.port)) as talk:
            while not said.endswith(b"\n"):
                said += talk.recv(99)
        assert time.monotonic() - began > 0.005 * (len(said) - 2)
