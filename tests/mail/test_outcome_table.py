"""What each stage means when SMTP goes wrong there, cell by cell, as two servers play it."""

from __future__ import annotations

import socket
import struct
import time
from threading import Thread

import pytest

from syndicate.lib.status import Status
from syndicate.mail.outcome import Policy, refused
from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Refused
from syndicate.mail.transports.smtp import SmtpTransport
from tests.fakes.smtp_sink import SmtpSink
from tests.fakes.smtpd import Smtpd
from tests.mail.tray import Letter, Tray, carry, letters, outcome, smtp

# "all …": nobody's mail goes this way now, and the letter is put back. To EHLO a no means HELO.
TABLE = {
    #            4xx          5xx         drop         421 and drop
    "connect": ("all defer", "all fail", "all defer", "all defer"),
    "ehlo": ("sent", "sent", "all defer", "all defer"),
    "mail": ("all defer", "all fail", "all defer", "all defer"),
    "rcpt": ("defer", "fail", "defer", "all defer"),
    "data": ("defer", "fail", "defer", "all defer"),
    "dot": ("defer", "fail", "unknown", "defer"),
}
HOW = ("4xx", "5xx", "drop", "421")
# What the ledger makes of a cell. After the data a "No" without a reason counts as a block: it is
# tried again when that destination reopens, and given up with the last try (mail.backoff).
LEDGER = {"defer": Status.DEFERRED, "fail": Status.FAILED, "unknown": Status.UNKNOWN}
BLOCKS = {("data", "fail"): Status.DEFERRED, ("dot", "fail"): Status.DEFERRED}
CELLS = [(s, how, cell) for s, row in TABLE.items() for how, cell in zip(HOW, row, strict=True)]
# The same for a mail after others on the same connection, where it is told apart: a server that
# has had enough of a connection is asked again over a fresh one.
LATER = [
    *[("mail", "drop", "sent"), ("mail", "421", "sent"), ("rcpt", "421", "sent")],
    *[("data", "421", "sent"), ("mail", "5xx", "all fail"), ("rcpt", "5xx", "fail")],
    *[("rcpt", "drop", "defer"), ("data", "drop", "defer"), ("dot", "drop", "unknown")],
]
OPTION = {"4xx": "-r", "5xx": "-f", "drop": "-q", "421": "-Q"}


def misbehave(
    server: Smtpd, stage: str, how: str, times: int | None = None, after: int = 0
) -> None:
    if how == "drop":
        server.drop(stage, times=times, after=after)
    else:
        code = {"4xx": 450, "5xx": 550, "421": 421}[how]
        server.answer(stage, code, "No", times=times, after=after)


def became_of(tray: Tray, name: str, port: int, **values: object) -> str:
    """What became of one letter, or why none went."""
    closed = carry(SmtpTransport(smtp(port, **values)), tray)
    if closed is not None:
        assert closed.everybody and tray.log[-1:] in ([], [f"back {name}"])
        return outcome(closed)
    return outcome(tray.answers[name])


@pytest.mark.parametrize(("stage", "how", "cell"), CELLS)
@pytest.mark.parametrize("offers", ["PIPELINING", "8BITMIME", "CHUNKING"])
def test_p4_a_first_mail(stage: str, how: str, cell: str, offers: str) -> None:
    tray = Tray(letters("ada"))
    with Smtpd(offers) as server:
        misbehave(server, stage, how)
        if (offers, stage) == ("CHUNKING", "data"):
            pytest.skip("BDAT comes without DATA")
        assert became_of(tray, "ada", server.port) == cell
        if (status := LEDGER.get(cell)) is not None:
            error = tray.answers["ada"]
            assert isinstance(error, Refused)
            made = refused(1, 1, error, Policy(8, "hold"))
            assert made.status is BLOCKS.get((stage, cell), status)
        kept = [] if cell not in ("sent", "unknown") else ["ada@example.org"]
        assert server.recipients == kept
    assert ("dot ada" in tray.log) == (stage == "dot" or cell == "sent")


@pytest.mark.parametrize(("stage", "how", "cell"), LATER)
@pytest.mark.parametrize("offers", ["PIPELINING", "8BITMIME"])
def test_p4_a_later_mail(stage: str, how: str, cell: str, offers: str) -> None:
    tray = Tray(letters("ada", "bob", "cleo"))
    with Smtpd(offers) as server:
        misbehave(server, stage, how, times=1, after=1)
        assert became_of(tray, "bob", server.port) == cell
        assert server.recipients.count("ada@example.org") == 1
    if not cell.startswith("all"):
        assert outcome(tray.answers["cleo"]) == outcome(tray.answers["ada"]) == "sent"


# On the way in: encryption and login. A stall is one that lasts longer than we wait.
WAY_IN = [
    ("starttls", "security", "starttls", {"security": "starttls"}),
    ("auth", "login", ("ada", "secret"), {"username": "ada", "password": "secret"}),
]
REFUSED = [("4xx", "all defer"), ("5xx", "all fail"), ("drop", "all defer"), ("421", "all defer"),
           ("stall", "all defer")]  # fmt: skip


@pytest.mark.parametrize(("how", "cell"), REFUSED)
@pytest.mark.parametrize(("stage", "option", "value", "given"), WAY_IN)
def test_p4_on_the_way_in(
    stage: str, option: str, value: object, given: dict[str, object], how: str, cell: str
) -> None:
    tray = Tray(letters("ada"))
    with Smtpd(**{option: value}) as server:  # type: ignore[arg-type]
        if how == "stall":
            server.stall(stage, 30)
        else:
            misbehave(server, stage, how)
        patience = 0.3 if how == "stall" else 5
        assert became_of(tray, "ada", server.port, timeout_seconds=patience, **given) == cell
        assert server.recipients == [] and not server.heard.count(b"DATA")


COMMAND = {"dot": "."}


@pytest.mark.parametrize(("stage", "how", "cell"), CELLS)
def test_p4_the_same_against_postfix(stage: str, how: str, cell: str) -> None:
    command = COMMAND.get(stage, stage.upper())
    # Its -r and -f refuse EHLO and HELO alike, and -Q hangs up only at the next command.
    with SmtpSink(OPTION[how], command) as sink:
        assert became_of(Tray(letters("ada")), "ada", sink.port) == cell


LONG = Letter(b"ada@example.org", text=b"Subject: long\r\n\r\n" + b"A long line.\r\n" * 400_000)


def test_p4_a_no_in_the_middle_of_a_mail_is_an_answer() -> None:
    tray = Tray([LONG, *letters("bob")])
    with Smtpd() as server:
        server.answer("body", 550, "5.7.1 Enough", times=1)
        assert became_of(tray, "ada", server.port, timeout_seconds=1) == "fail"
        assert tray.answers["ada"].code == 550 and server.recipients == ["bob@example.org"]


def test_p4_hanging_up_in_the_middle_of_a_mail_is_no_doubt() -> None:
    tray = Tray([LONG])
    with Smtpd() as server:
        server.drop("body", times=1)
        assert became_of(tray, "ada", server.port) == "defer"
        assert server.recipients == []


def test_p4_a_yes_in_the_middle_of_a_mail_is_none() -> None:
    tray = Tray([LONG])
    with Smtpd() as server:
        server.say("body", b"250 2.0.0 Ok\r\n", times=1)
        assert became_of(tray, "ada", server.port) == "defer"


def test_p4_a_server_that_stops_reading_is_no_doubt() -> None:
    tray = Tray([LONG, *letters("bob")])
    with Smtpd() as server:
        server.stall("body", 30, times=1)
        assert became_of(tray, "ada", server.port, timeout_seconds=0.4) == "defer"
    assert "reads no more" in str(tray.answers["ada"]) and outcome(tray.answers["bob"]) == "sent"


def test_p4_the_last_words_of_a_server_that_hangs_up_are_heard() -> None:
    tray = Tray([LONG])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        talking = Thread(target=abrupt, args=(listening,))
        talking.start()
        tray.dotted = talking.join  # by then it is gone, and writing will fail
        assert became_of(tray, "ada", listening.getsockname()[1]) == "fail"
    assert tray.answers["ada"].code == 552


def abrupt(listening: socket.socket) -> None:
    """Take a mail's envelope, say no, and reset the connection (SO_LINGER)."""
    talk, _ = listening.accept()
    with talk:
        for says in (b"220 Hi", b"250 Hi", b"250 Ok", b"250 Ok", b"354 Go"):
            talk.sendall(says + b"\r\n")
            if says != b"354 Go":
                talk.recv(999)
        time.sleep(0.05)
        talk.sendall(b"552 Enough\r\n")
        talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("text", [LONG.text, b"Subject: short\r\n\r\nEnd\r\n"])
def test_p4_postfix_says_no_in_the_middle_of_a_mail(text: bytes) -> None:
    with SmtpSink("-A", "0") as sink:
        tray = Tray([Letter(b"ada@example.org", text=text)])
        assert became_of(tray, "ada", sink.port) == "fail"
        assert tray.answers["ada"].code == 550


@pytest.mark.parametrize(("patience", "cell"), [(0.3, "defer"), (5, "sent")])
def test_p4_postfix_is_slow_to_take_a_mail(patience: float, cell: str) -> None:
    with SmtpSink("-w", "1") as sink:
        tray = Tray(letters("ada"))
        assert became_of(tray, "ada", sink.port, timeout_seconds=patience) == cell


@pytest.mark.parametrize(
    ("stage", "cell"),
    [("connect", "all defer"), ("ehlo", "all defer"), ("mail", "all defer"), ("rcpt", "defer"),
     ("data", "defer"), ("dot", "sent")],
)  # fmt: skip
def test_p4_a_server_that_thinks_too_long(stage: str, cell: str) -> None:
    tray = Tray(letters("ada"))
    with Smtpd() as server:
        server.stall(stage, 0.6)
        assert became_of(tray, "ada", server.port, timeout_seconds=0.2) == cell
        if cell != "sent":
            error = tray.answers.get("ada") or carry(
                SmtpTransport(smtp(server.port, timeout_seconds=0.2)), Tray(letters("bob"))
            )
            assert error.kind is Kind.LOST and "timed out" in error.message
