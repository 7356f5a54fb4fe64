"""What every transport promises, and how far each mail came when SMTP goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicate.lib.config import Config, Smtp, site
from syndicate.lib.errors import ConfigError, Scope
from syndicate.mail.replies import Kind
from syndicate.mail.transports import TRANSPORTS, open_transport
from syndicate.mail.transports.base import Accepted, Refused, Transport
from syndicate.mail.transports.directory import DirectoryTransport
from syndicate.mail.transports.smtp import SmtpTransport
from tests.fakes.inbox import Inbox

MAIL = b"From: news@harbour.example.org\r\nMessage-ID: <tok-1@x>\r\n\r\n.dot\r\nEnd\r\n"
NEWS, ADA = "news@harbour.example.org", "ada@example.org"


def settings(port: int, **values: Any) -> Smtp:
    given = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 2}
    given |= {"username": "", "password": "", "connections": 1, "messages_per_connection": 100}
    return Smtp(**given | values)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as running:
        yield running


def send(transport: Transport, to: str = ADA, log: list[str] | None = None) -> Accepted:
    said = [] if log is None else log
    return transport.send(NEWS, to, MAIL, lambda: said.append("dot"))


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
        dots: list[str] = []
        with transport:
            assert send(transport, log=dots).code == 250
        assert self.arrived(inbox, tmp_path) == [MAIL] and dots == ["dot"]

    def test_nothing_is_sent_when_on_dot_raises(
        self, transport: Transport, inbox: Inbox, tmp_path: Path
    ) -> None:
        def refuse() -> None:
            raise OSError("the journal is full")

        with transport:
            with pytest.raises(OSError, match="journal"):
                transport.send(NEWS, ADA, MAIL, refuse)
            assert self.arrived(inbox, tmp_path) == []
            send(transport)
        assert self.arrived(inbox, tmp_path) == [MAIL]


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
        send(transport), send(transport), send(transport, to="b/../x@example.org")
        names = sorted(file.name for file in (tmp_path / "out").iterdir())
        assert names == ["ada@example.org tok-1.eml", "b_.._x@example.org tok-1.eml"]

    def test_a_folder_that_cannot_be_written_closes_the_lane(
        self, transport: Transport, tmp_path: Path
    ) -> None:
        (tmp_path / "out").write_text("a file")
        with pytest.raises(Refused, match="cannot be written") as caught:
            send(transport)
        assert caught.value.scope is Scope.LANE and not caught.value.permanent


class TestSmtp(Promises):
    @pytest.fixture
    def transport(
        self, inbox: Inbox, tmp_path: Path, configure: Callable[..., Config]
    ) -> Transport:
        return SmtpTransport(settings(inbox.port))

    def arrived(self, inbox: Inbox, tmp_path: Path) -> list[bytes]:
        return [mail.raw for mail in inbox.messages]

    def test_one_connection_carries_many(self, transport: Transport, inbox: Inbox) -> None:
        inbox.refuse("b@example.org")
        with transport:
            send(transport)
            with pytest.raises(Refused):
                send(transport, to="b@example.org")
            send(transport, to="c@example.org")
        assert inbox.connections == 1 and inbox.recipients == [ADA, "c@example.org"]

    def test_a_fresh_connection_after_so_many(self, inbox: Inbox) -> None:
        with SmtpTransport(settings(inbox.port, messages_per_connection=2)) as transport:
            for _ in range(5):
                send(transport)
        assert inbox.connections == 3

    @pytest.mark.parametrize("how", ["drop", "421"])
    def test_an_idle_connection_that_was_closed_is_replaced(self, inbox: Inbox, how: str) -> None:
        with SmtpTransport(settings(inbox.port)) as transport:
            send(transport)
            if how == "drop":
                inbox.drop_at("mail")
            else:
                inbox.answer("mail", 421, "4.4.2 timeout", times=1)
            send(transport)
        assert inbox.connections == 2 and len(inbox.messages) == 2

    # The table of what each stage means: 4xx, 5xx, a drop, and 421 with a drop.
    LANE, ITEM = Scope.LANE, Scope.ITEM

    @pytest.mark.parametrize(
        ("stage", "code", "scope", "permanent"),
        [
            ("connect", 450, LANE, False),
            ("connect", 554, LANE, True),
            ("connect", 421, LANE, False),
            ("ehlo", 421, LANE, False),
            ("mail", 450, LANE, False),
            ("mail", 550, LANE, True),
            ("mail", 421, LANE, False),
            ("rcpt", 450, ITEM, False),
            ("rcpt", 550, ITEM, True),
            ("rcpt", 421, LANE, False),
            ("data", 450, ITEM, False),
            ("data", 554, ITEM, True),
            ("data", 421, LANE, False),
            ("dot", 450, ITEM, False),
            ("dot", 554, ITEM, True),
            ("dot", 421, ITEM, False),
        ],
    )
    def test_what_the_server_answers(
        self, inbox: Inbox, stage: str, code: int, scope: Scope, permanent: bool
    ) -> None:
        inbox.answer(stage, code, "no")
        dots: list[str] = []
        with SmtpTransport(settings(inbox.port)) as transport, pytest.raises(Refused) as caught:
            send(transport, log=dots)
        assert (caught.value.scope, caught.value.permanent) == (scope, permanent)
        assert not caught.value.unknown and inbox.messages == []
        assert dots == (["dot"] if stage == "dot" else [])

    SILENCE = (
        ("connect", LANE, False),
        ("ehlo", LANE, False),
        ("mail", LANE, False),
        ("rcpt", ITEM, False),
        ("data", ITEM, False),
    )
    CASES = [(how, *row) for row in SILENCE for how in ("drop", "stall")]

    # A stall at the dot is waited for: ten minutes.
    @pytest.mark.parametrize(
        ("how", "stage", "scope", "unknown"), [*CASES, ("drop", "dot", ITEM, True)]
    )
    def test_what_silence_means(
        self, inbox: Inbox, how: str, stage: str, scope: Scope, unknown: bool
    ) -> None:
        inbox.drop_at(stage, times=None) if how == "drop" else inbox.stall(1, stage)
        with SmtpTransport(settings(inbox.port, timeout_seconds=0.2)) as transport:
            with pytest.raises(Refused) as caught:
                send(transport)
            inbox.heal()
            assert (caught.value.kind, caught.value.permanent) == (Kind.LOST, False)
            assert (caught.value.scope, caught.value.unknown) == (scope, unknown)
            # What was left half done does not disturb what comes next.
            assert send(transport).code == 250

    def test_the_dot_does_not_wait_for_a_packet(self, inbox: Inbox) -> None:
        took = []
        with SmtpTransport(settings(inbox.port)) as transport:
            for _ in range(5):
                begun = time.perf_counter()
                transport.send(NEWS, ADA, MAIL + b"A line of a long mail.\r\n" * 999, lambda: None)
                took.append(time.perf_counter() - begun)
        # Where it does, no mail takes less than the 40 ms of a delayed acknowledgement.
        assert min(took) < 0.035

    def test_abort_ends_a_wait_at_once(self, inbox: Inbox) -> None:
        inbox.stall(5, "dot")
        with SmtpTransport(settings(inbox.port)) as transport, pytest.raises(Refused) as caught:
            transport.send(NEWS, ADA, MAIL, transport.abort)
        assert caught.value.unknown

    def test_the_login(self, inbox: Inbox) -> None:
        inbox.require_login("ada", "secret")
        with SmtpTransport(settings(inbox.port, username="ada", password="secret")) as transport:
            send(transport)
        wrong = SmtpTransport(settings(inbox.port, username="ada", password="wrong"))
        with wrong, pytest.raises(Refused, match="refused the login: 535") as caught:
            send(wrong)
        error = caught.value
        assert error.auth and error.scope is Scope.LANE and "smtp.password" in error.hint
        assert "wrong" not in str(error) and len(inbox.messages) == 1

    def test_a_server_without_login(self, inbox: Inbox) -> None:
        odd = settings(inbox.port, username="ada", password="schlüssel")
        with SmtpTransport(odd) as transport, pytest.raises(Refused) as caught:
            send(transport)
        assert caught.value.scope is Scope.LANE and "smtp.password" in caught.value.hint

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_encryption(
        self, security: str, monkeypatch: pytest.MonkeyPatch, configure: Callable[..., Config]
    ) -> None:
        inbox = Inbox()
        certificate = inbox.tls() if security == "tls" else inbox.starttls()
        inbox.require_login("ada", "secret")
        own = {"security": security, "username": "ada", "password": "secret"}
        with inbox:
            strict = SmtpTransport(settings(inbox.port, **own))
            with strict, pytest.raises(Refused, match="cannot be trusted: self-signed") as caught:
                send(strict)
            assert caught.value.scope is Scope.LANE and caught.value.permanent
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            with SmtpTransport(settings(inbox.port, **own)) as transport:
                send(transport)
            assert inbox.recipients == [ADA]

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
        transport = SmtpTransport(settings(inbox.port, **values))
        with transport, pytest.raises(Refused, match=message) as caught:
            send(transport)
        assert caught.value.scope is Scope.LANE and "smtp.security" in caught.value.hint

    def test_nobody_listens(self) -> None:
        with SmtpTransport(settings(1)) as transport, pytest.raises(Refused) as caught:
            send(transport)
        assert "127.0.0.1:1 gave no answer (connect): Connection refused" in caught.value.message


def test_the_configuration_chooses(configure: Callable[..., Config]) -> None:
    configure(provider={"name": "resend", "settings": {"api_key": "k"}})
    for kind in TRANSPORTS:
        configure(mail={"transport": kind})
        assert open_transport().name == site().mail.transport
    configure(mail={"transport": "pigeon"})
    with pytest.raises(ConfigError, match="Known are: smtp, provider, directory"):
        open_transport()
