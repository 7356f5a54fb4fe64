"""What every transport promises, and how far each mail came when SMTP goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicate.lib.config import Config, site
from syndicate.lib.errors import ConfigError, Scope
from syndicate.mail.transports import TRANSPORTS, open_transport
from syndicate.mail.transports.base import Refused, Transport
from syndicate.mail.transports.directory import DirectoryTransport
from syndicate.mail.transports.smtp import SmtpTransport
from tests.fakes.inbox import Inbox
from tests.fakes.smtpd import Smtpd
from tests.mail.tray import Letter, Tray, carry, letters, outcome, smtp

MAIL = b"From: news@harbour.example.org\r\nMessage-ID: <tok-1@x>\r\n\r\n.dot\r\nEnd\r\n"
NEWS, ADA = "news@harbour.example.org", "ada@example.org"
WENT = ("dot", "sent")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as running:
        yield running


class Promises:
    """What any transport keeps; a leaf says how to make one and what arrived."""

    @pytest.fixture
    def transport(
        self, inbox: Inbox, tmp_path: Path, configure: Callable[..., Config]
    ) -> Transport:
        raise NotImplementedError

    def arrived(self, inbox: Inbox, tmp_path: Path) -> list[bytes]:
        raise NotImplementedError

    def test_hands_over_the_very_bytes(
        self, transport: Transport, inbox: Inbox, tmp_path: Path
    ) -> None:
        assert transport.send(NEWS, ADA, MAIL).code == 250
        assert self.arrived(inbox, tmp_path) == [MAIL]

    def test_draws_what_there_is(self, transport: Transport, inbox: Inbox, tmp_path: Path) -> None:
        tray = Tray(letters("ada", "bob", "cleo"))
        assert carry(transport, tray) is None
        assert tray.log == [f"{what} {n}" for n in ("ada", "bob", "cleo") for what in WENT]
        assert self.arrived(inbox, tmp_path) == [letter.whole for letter in tray.letters]

    def test_what_must_not_go_stays(
        self, transport: Transport, inbox: Inbox, tmp_path: Path
    ) -> None:
        tray = Tray(letters("ada", "bob", "cleo"), forbidden=[b"bob@example.org"])
        assert carry(transport, tray) is None
        assert [*tray.answers] == ["ada", "cleo"] and len(self.arrived(inbox, tmp_path)) == 2

    def test_what_cannot_be_written_stays(
        self, transport: Transport, inbox: Inbox, tmp_path: Path
    ) -> None:
        tray = Tray([Letter(b"ada@example.org", text=b""), *letters("bob")])
        assert carry(transport, tray) is None
        assert outcome(tray.answers["ada"]) == "fail" and len(self.arrived(inbox, tmp_path)) == 1

    def test_nothing_is_sent_when_the_journal_fails(
        self, transport: Transport, inbox: Inbox, tmp_path: Path
    ) -> None:
        tray = Full(letters("ada"))
        with pytest.raises(OSError, match="journal"):
            carry(transport, tray)
        assert self.arrived(inbox, tmp_path) == []


class Full(Tray):
    """A tray whose journal has no room."""

    def dot(self, mail: Letter) -> bool:
        """Nothing can be written down."""
        raise OSError("the journal is full")


class TestDirectory(Promises):
    @pytest.fixture
    def transport(
        self, inbox: Inbox, tmp_path: Path, configure: Callable[..., Config]
    ) -> Transport:
        configure(directory={"path": str(tmp_path / "out")})
        return DirectoryTransport()

    def arrived(self, inbox: Inbox, tmp_path: Path) -> list[bytes]:
        return [file.read_bytes() for file in sorted((tmp_path / "out").glob("*.eml"))]

    def test_sent_again_it_is_still_one(self, transport: Transport, tmp_path: Path) -> None:
        for to in (ADA, ADA, "b/../x@example.org"):
            transport.send(NEWS, to, MAIL)
        names = sorted(file.name for file in (tmp_path / "out").iterdir())
        assert names == ["ada@example.org tok-1.eml", "b_.._x@example.org tok-1.eml"]

    def test_a_folder_that_cannot_be_written_closes_the_lane(
        self, transport: Transport, tmp_path: Path
    ) -> None:
        (tmp_path / "out").write_text("a file")
        tray = Tray(letters("ada"))
        closed = carry(transport, tray)
        assert closed is not None and "cannot be written" in closed.message
        assert closed.scope is Scope.LANE and not closed.permanent and tray.log == ["back ada"]


class TestSmtp(Promises):
    @pytest.fixture
    def transport(
        self, inbox: Inbox, tmp_path: Path, configure: Callable[..., Config]
    ) -> Transport:
        return SmtpTransport(smtp(inbox.port))

    def arrived(self, inbox: Inbox, tmp_path: Path) -> list[bytes]:
        return [mail.raw for mail in inbox.messages]

    def test_one_connection_carries_many(self, transport: Transport, inbox: Inbox) -> None:
        inbox.refuse("bob@example.org")
        tray = Tray(letters("ada", "bob", "cleo"))
        assert carry(transport, tray) is None
        assert inbox.connections == 1 and inbox.recipients == [ADA, "cleo@example.org"]

    def test_a_fresh_connection_after_so_many(self, inbox: Inbox) -> None:
        transport = SmtpTransport(smtp(inbox.port, messages_per_connection=2))
        assert carry(transport, Tray(letters("a", "b", "c", "d", "e"))) is None
        assert inbox.connections == 3 and len(inbox.messages) == 5

    @pytest.mark.parametrize("how", ["drop", "421"])
    def test_a_connection_that_was_closed_meanwhile_is_replaced(self, how: str) -> None:
        tray = Idle(letters("ada", "bob"))
        with Smtpd() as server:
            if how == "drop":
                tray.between = server.throw_out
            else:
                server.answer("mail", 421, "4.4.2 timeout", times=1, after=1)
            assert carry(SmtpTransport(smtp(server.port)), tray) is None
        assert server.connections == 2 and server.recipients == [ADA, "bob@example.org"]

    def test_cut_it_ends_at_once(self) -> None:
        tray = Tray(letters("ada", "bob", "cleo"))
        with Smtpd() as server:
            server.stall("dot", 30)
            cut(SmtpTransport(smtp(server.port)), tray, when=lambda: server.accepted)
        assert tray.log == ["dot ada", "unknown ada", "back bob"] and not tray.out

    def test_cut_before_the_dot_nothing_is_in_doubt(self) -> None:
        tray = Tray(letters("ada"))
        with Smtpd() as server:
            server.stall("data", 30)
            cut(SmtpTransport(smtp(server.port)), tray, when=lambda: b"DATA" in server.heard)
        assert tray.log == ["back ada"] and server.accepted == []

    @pytest.mark.parametrize(("seconds", "meaning"), [(599, "sent"), (601, "unknown")])
    def test_p5_ten_minutes_for_the_dot(self, seconds: float, meaning: str) -> None:
        tray = Tray(letters("ada"))
        with Smtpd() as server, Ahead() as loop:
            server.stall("dot", 0.3 if meaning == "sent" else 30)
            work = loop.create_task(SmtpTransport(smtp(server.port)).serve(tray))
            loop.run_until_complete(until(lambda: server.accepted))
            loop.ahead = seconds
            loop.run_until_complete(work)
        assert outcome(tray.answers["ada"]) == meaning and server.recipients == [ADA]

    def test_an_address_and_a_mail_that_few_servers_take(self) -> None:
        tray = Tray([Letter("jörg@example.org".encode(), needs_utf8=True)])
        with Smtpd("PIPELINING", "CHUNKING", "SMTPUTF8", "SIZE 9000", keep=True) as server:
            assert carry(SmtpTransport(smtp(server.port)), tray) is None
        assert server.recipients == ["jörg@example.org"]
        assert server.mails == [tray.letters[0].whole]
        assert b"BDAT 62 LAST" in server.heard and b"DATA" not in server.heard

    @pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN", "PLAIN", "CRAM-MD5 PLAIN"])
    def test_the_login(self, mechanisms: str) -> None:
        with Smtpd(login=("ada", "sécret"), mechanisms=mechanisms) as server:
            given = smtp(server.port, username="ada", password="sécret")
            SmtpTransport(given).send(NEWS, ADA, MAIL)
            wrong = SmtpTransport(smtp(server.port, username="ada", password="wrong"))
            with pytest.raises(Refused, match="refused the login: 535") as caught:
                wrong.check()
        error = caught.value
        assert error.auth and error.scope is Scope.LANE and "smtp.password" in error.hint
        assert "wrong" not in str(error) and len(server.accepted) == 1

    def test_a_server_without_login(self) -> None:
        with Smtpd() as server, pytest.raises(Refused, match="does not work") as caught:
            SmtpTransport(smtp(server.port, username="ada", password="secret")).check()
        assert caught.value.scope is Scope.LANE and "smtp.password" in caught.value.hint

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_encryption(self, security: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with Smtpd(security=security, login=("ada", "secret")) as server:
            own = {"security": security, "username": "ada", "password": "secret"}
            strict = carry(SmtpTransport(smtp(server.port, **own)), Tray(letters("ada")))
            assert strict is not None and "cannot be trusted: self-signed" in strict.message
            assert strict.everybody and strict.permanent
            monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
            tray = Tray(letters(*"abcdef"))
            assert carry(SmtpTransport(smtp(server.port, **own)), tray) is None
        assert len(server.accepted) == 6

    def test_what_is_said_before_encryption_is_forgotten(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """https://www.kb.cert.org/vuls/id/555316, and https://nostarttls.secvuln.info."""
        with Smtpd("SIZE 9000", security="starttls") as server:
            monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
            server.say("starttls", b"220 Go\r\n250-evil\r\n250 SIZE 1\r\n250 half a")
            tray = Tray(letters("ada"))
            assert carry(SmtpTransport(smtp(server.port, security="starttls")), tray) is None
        assert server.recipients == [ADA] and any(b" SIZE=" in line for line in server.heard)

    def test_a_server_that_is_closing_says_so(self) -> None:
        with Smtpd() as server, pytest.raises(Refused, match="421") as caught:
            server.answer("ehlo", 421, "4.3.2 Closing")
            SmtpTransport(smtp(server.port)).check()
        assert caught.value.code == 421 and b"HELO" not in b"".join(server.heard)

    def test_encryption_may_be_out_of_order(self) -> None:
        with Smtpd(security="starttls") as server:
            server.answer("starttls", 454, "4.7.0 TLS not available")
            closed = carry(
                SmtpTransport(smtp(server.port, security="starttls")), Tray(letters("ada"))
            )
        assert closed is not None and closed.everybody and not closed.permanent

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"security": "starttls"}, "offers no STARTTLS"),
            ({"security": "tls"}, "no answer"),
            ({"host": "mail.example.org", "username": "a", "password": "b"}, "in the clear"),
        ],
    )
    def test_a_wrong_setting_says_so(
        self, inbox: Inbox, values: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(Refused, match=message) as caught:
            SmtpTransport(smtp(inbox.port, **values)).send(NEWS, ADA, MAIL)
        assert caught.value.scope is Scope.LANE and "smtp.security" in caught.value.hint

    def test_nobody_listens(self) -> None:
        with pytest.raises(Refused) as caught:
            SmtpTransport(smtp(1)).check()
        assert "127.0.0.1:1 gave no answer (connect): Connection refused" in caught.value.message

    def test_noise_in_the_line(self) -> None:
        with Smtpd() as server:
            server.drip()
            server.answer("rcpt", 550, "5.1.1 No such user", to="bob@example.org")
            tray = Tray(letters("ada", "bob", "cleo"))
            assert carry(SmtpTransport(smtp(server.port)), tray) is None
        assert server.recipients == [ADA, "cleo@example.org"]

    def test_mails_put_off_and_an_outage(self) -> None:
        tray = Tray(letters(*(f"reader{number}" for number in range(60))))
        with Smtpd() as server:
            server.defer(0.3, seed=7)
            assert carry(SmtpTransport(smtp(server.port)), tray) is None
            server.outage(60)
            closed = carry(SmtpTransport(smtp(server.port)), Tray(letters("ada")))
        put_off = sum(outcome(answer) == "defer" for answer in tray.answers.values())
        assert 5 < put_off < 35 and len(server.accepted) == 60 - put_off
        assert closed is not None and (closed.code, closed.permanent) == (421, False)


class Idle(Tray):
    """A tray that gets its second letter late; *between* happens before."""

    late = True

    def between(self) -> None:
        """Nothing, if nobody says otherwise."""

    def take(self) -> Letter | None:
        """One, and then for a while none."""
        return None if self.late and self.log else super().take()

    async def more(self) -> bool:
        """Something happens meanwhile."""
        if self.late and self.log:
            self.between()
            await asyncio.sleep(0.05)
            self.late = False
        return await super().more()


class Ahead(asyncio.SelectorEventLoop):
    """A loop whose clock can be put forward."""

    ahead = 0.0

    def time(self) -> float:
        """Seconds, and those that it is ahead."""
        return super().time() + self.ahead

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def until(it_is: Callable[[], object]) -> None:
    while not it_is():
        await asyncio.sleep(0.005)


def cut(transport: Transport, tray: Tray, when: Callable[[], object]) -> None:
    """Cancel its life at that moment."""

    async def life() -> None:
        task = asyncio.create_task(transport.serve(tray))
        await until(when)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(life())


def test_the_configuration_chooses(configure: Callable[..., Config]) -> None:
    configure(provider={"name": "resend", "settings": {"api_key": "k"}})
    for kind in sorted(set(TRANSPORTS) - {"provider"}):  # which asks for more
        configure(mail={"transport": kind})
        assert open_transport().name == site().mail.transport
    configure(mail={"transport": "pigeon"})
    with pytest.raises(ConfigError, match="Known are: smtp, provider, directory"):
        open_transport()
