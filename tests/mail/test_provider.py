"""Sending services: caps, who got what, and what becomes of each mail when a call goes wrong."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from syndicate import paths
from syndicate.lib.config import Config, Provider
from syndicate.lib.errors import ConfigError, Scope
from syndicate.mail.replies import Kind
from syndicate.mail.transports import open_transport
from syndicate.mail.transports.api import Api
from syndicate.mail.transports.base import Accepted, Refused
from syndicate.mail.transports.parts import parts
from syndicate.mail.transports.payload import single
from syndicate.mail.transports.provider import ProviderTransport
from syndicate.mail.transports.services import SERVICES, service
from tests.fakes.provider import KEY, KINDS, Service

MANY = [f"r{number}@example.org" for number in range(120)]
FEW = ["a@example.org", "b@example.org", "c@example.org", "d@example.org"]
BATCHES = ["brevo", "mailgun", "mailjet", "mailtrap", "postmark", "resend"]


class Note:
    """A mail as the run hands it to a transport."""

    sender, needs_utf8 = b"news@harbour.example.org", False

    def __init__(self, address: str, html: str = "") -> None:
        self.address, self.recipient, self.html = address, address.encode(), html

    def content(self) -> Sequence[bytes]:
        return (self.whole(),)

    def whole(self) -> bytes:
        who = self.address.partition("@")[0].upper()
        html = self.html or f"<p>Dear {who} &amp; all, <a href='https://n.example.org/u/{who}'>go"
        lines = [
            "Date: Mon, 23 Nov 2026 12:00:00 +0000",
            """From: "Harbour, Review" <news@harbour.example.org>""",
            f"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe=2C_{who}?=",
            "Reply-To: desk@harbour.example.org",
            "List-Id: <weekly.harbour.example.org>",
            f"To: =?utf-8?q?{who}_=C3=84?= <{self.address}>",
            f"Message-ID: <{who}@harbour.example.org>",
            f"List-Unsubscribe: <https://n.example.org/one-click/{who}{'x' * 60}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="=_b"\r\n',
            "--=_b\r\nContent-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable\r\n",
            f"Gr=C3=BC=C3=9Fe, {who},=\r\n or leave: https://n.example.org/u/{who}",
            "--=_b\r\nContent-Type: text/html; charset=utf-8",
            f"Content-Transfer-Encoding: 8bit\r\n\r\n{html}</a>\r\n--=_b--\r\n",
        ]
        return "\r\n".join(lines).encode()


class Pile:
    """What a connection draws from, and what it said in which order."""

    def __init__(self, addresses: Sequence[str], html: str = "") -> None:
        self.waiting = [Note(address, html) for address in addresses]
        self.log: list[str] = []
        self.answers: dict[str, Accepted | Refused] = {}
        self.barred: set[str] = set()

    def take(self) -> Note | None:
        return self.waiting.pop(0) if self.waiting else None

    async def more(self) -> bool:
        return bool(self.waiting)

    def dot(self, mail: Any) -> bool:
        self.log.append("dot")
        return mail.address not in self.barred

    def done(self, mail: Any, answer: Accepted | Refused) -> None:
        assert mail.address not in self.answers
        self.log.append("done")
        self.answers[mail.address] = answer

    def put_back(self, mail: Any) -> None:
        raise AssertionError("nothing is drawn that cannot go")

    @property
    def sent(self) -> list[str]:
        return [a for a, answer in self.answers.items() if isinstance(answer, Accepted)]

    def refusal(self, address: str) -> Refused:
        answer = self.answers[address]
        assert isinstance(answer, Refused)
        return answer


def carry(fake: Service, addresses: Sequence[str], html: str = "", **more: Any) -> Pile:
    pile = Pile(addresses, html)
    asyncio.run(ProviderTransport(Provider(**fake.options(**more))).serve(pile))
    return pile


@pytest.fixture(params=BATCHES)
def batching(request: pytest.FixtureRequest) -> Iterator[Service]:
    with Service(request.param) as fake:
        yield fake


@pytest.fixture
def resend() -> Iterator[Service]:
    with Service("resend") as fake:
        yield fake


@pytest.fixture
def mailgun() -> Iterator[Service]:
    with Service("mailgun") as fake:
        yield fake


@pytest.fixture
def postmark() -> Iterator[Service]:
    with Service("postmark") as fake:
        yield fake


def test_no_call_is_larger_than_the_service_s_cap(batching: Service) -> None:
    pile = carry(batching, MANY)
    most = batching.kind.most
    assert batching.calls == [min(most, 120 - at) for at in range(0, 120, most)]
    assert pile.sent == MANY and batching.asked == len(batching.calls)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_reader_gets_their_own_mail(name: str) -> None:
    with Service(name) as fake:
        carry(fake, FEW)
        assert [mail.to for mail in fake.mails] == FEW
        for mail, who in zip(fake.mails, "ABCD", strict=True):
            assert mail.subject == f"Grüße, {who}"
            assert mail.text.strip() == f"Grüße, {who}, or leave: https://n.example.org/u/{who}"
            link = f"<a href='https://n.example.org/u/{who}'>go</a>"
            assert mail.html.strip() == f"<p>Dear {who} &amp; all, {link}"
            leave = f"<https://n.example.org/one-click/{who}{'x' * 60}>"
            assert mail.headers["list-unsubscribe"] == leave
            assert mail.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
            assert mail.headers["list-id"] == "<weekly.harbour.example.org>"


def test_the_message_id_stays_ours_where_the_service_lets_it() -> None:
    for name in sorted(KINDS):
        with Service(name) as fake:
            carry(fake, FEW[:2])
            ids = [mail.headers.get("message-id") for mail in fake.mails]
        ours = ["<A@harbour.example.org>", "<B@harbour.example.org>"]
        assert ids == (ours if SERVICES[name].keeps_message_id else [None, None]), name


def test_a_call_s_mails_are_done_with_before_the_next_is_made(resend: Service) -> None:
    pile = Pile(MANY)
    resend.on_call = lambda: pile.log.append("call")
    asyncio.run(ProviderTransport(Provider(**resend.options())).serve(pile))
    one, other = ["dot"] * 100, ["dot"] * 20
    assert pile.log == [*one, "call", *["done"] * 100, *other, "call", *["done"] * 20]


def test_one_that_must_not_go_any_more_is_not_in_the_call(resend: Service) -> None:
    pile = Pile(FEW)
    pile.barred = {"b@example.org"}
    asyncio.run(ProviderTransport(Provider(**resend.options())).serve(pile))
    assert [mail.to for mail in resend.mails] == [a for a in FEW if a not in pile.barred]
    assert pile.sent == ["a@example.org", "c@example.org", "d@example.org"]


def test_the_service_s_name_for_a_mail_is_its_reply(resend: Service) -> None:
    assert carry(resend, FEW).answers["b@example.org"] == Accepted(200, "id-b@example.org")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_refused_reader_is_told_from_a_refused_key(name: str) -> None:
    with Service(name) as fake:
        fake.refuse("b@example.org")
        error = carry(fake, FEW[:2]).refusal("b@example.org")
        assert error.permanent and not (error.everybody or error.unknown)
        wrong = {n: "no" if v == KEY else v for n, v in fake.options()["settings"].items()}
        error = carry(fake, ["a@example.org"], settings=wrong).refusal("a@example.org")
        assert error.everybody and error.kind is Kind.LOGIN


def test_one_bad_address_fails_nobody_else(batching: Service) -> None:
    batching.refuse("r37@example.org")
    pile = carry(batching, MANY)
    assert set(MANY) - set(pile.sent) == {"r37@example.org"}
    error = pile.refusal("r37@example.org")
    assert error.permanent and error.kind in (Kind.GONE, Kind.CLOSED)
    assert sorted(mail.to for mail in batching.mails) == sorted(pile.sent)  # each once


def test_when_all_are_refused_it_is_about_us_and_the_rest_waits(mailgun: Service) -> None:
    for _ in range(40):
        mailgun.answer(400, body='{"message": "from is not allowed for this domain"}')
    pile = carry(mailgun, MANY)
    kinds = [pile.refusal(address).kind for address in MANY]
    assert 5 <= kinds.count(Kind.BLOCK) < 10 and kinds[10:] == [Kind.SERVER] * 110
    last = pile.refusal("r99@example.org")
    assert last.scope is Scope.LANE and "from is not allowed" in last.message
    assert mailgun.asked < 20


@pytest.mark.parametrize("how", ["drop", "drop_after", "page"])
def test_an_answer_that_never_came_leaves_that_call_s_mails_unknown(
    postmark: Service, how: str
) -> None:
    getattr(postmark, how)()
    pile = carry(postmark, MANY[:5])
    assert all(pile.refusal(address).unknown for address in MANY[:5])
    assert postmark.asked == 1


def test_where_a_call_is_known_to_be_the_same_its_answer_is_asked_for_again(
    resend: Service,
) -> None:
    resend.drop_after()
    pile = carry(resend, FEW)
    assert pile.sent == FEW and resend.asked == 2
    assert [mail.to for mail in resend.mails] == FEW


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_service_in_trouble_may_have_taken_it(postmark: Service, status: int) -> None:
    postmark.answer(status)
    error = carry(postmark, FEW).refusal("a@example.org")
    assert error.unknown and error.scope is Scope.ITEM and error.code == status


@pytest.mark.parametrize(
    ("status", "kind", "permanent"),
    [(401, Kind.LOGIN, True), (403, Kind.LOGIN, True), (402, Kind.SERVER, True),
     (404, Kind.SERVER, True), (301, Kind.SERVER, True), (429, Kind.LATER, False),
     (503, Kind.LATER, False)],
)  # fmt: skip
def test_what_holds_for_all_mail_closes_the_way(
    postmark: Service, status: int, kind: Kind, permanent: bool
) -> None:
    postmark.answer(status, {"Retry-After": "7", "Location": "https://other.example.org/"})
    pile = carry(postmark, FEW)
    assert not postmark.mails and postmark.asked == 1
    for address in FEW:
        error = pile.refusal(address)
        assert (error.scope, error.kind, error.permanent) == (Scope.LANE, kind, permanent)
        assert not error.unknown
    wait = timedelta(seconds=7) if status in (429, 503) else None
    assert pile.refusal("a@example.org").retry_after == wait


def test_nobody_there_means_that_nothing_went() -> None:
    fake = Service("postmark")
    fake._server.server_close()
    error = carry(fake, FEW).refusal("d@example.org")
    assert (error.scope, error.unknown, error.kind) == (Scope.LANE, False, Kind.LOST)


def test_a_connection_that_is_cut_leaves_its_call_unknown(postmark: Service) -> None:
    asyncio.run(_cut(postmark, pile := Pile(FEW)))
    assert all(pile.refusal(address).unknown for address in FEW)


async def _cut(fake: Service, pile: Pile) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    fake.on_call = lambda: (loop.call_soon_threadsafe(begun.set), fake.gate.wait(5))
    task = asyncio.create_task(ProviderTransport(Provider(**fake.options())).serve(pile))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    fake.gate.set()


@pytest.mark.parametrize("name", ["brevo", "sparkpost", "mailgun"])
def test_an_article_about_templates_arrives_as_it_was_written(name: str) -> None:
    with Service(name) as fake:
        pile = carry(fake, FEW, html="<p>Write {{ name }} or %recipient.html0% here: <a>")
        assert pile.sent == FEW
        for mail in fake.mails:
            shown = mail.html.replace("&#123;", "{")
            assert shown.strip() == "<p>Write {{ name }} or %recipient.html0% here: <a></a>"
            assert "{{" not in mail.html or name == "mailgun"


@pytest.mark.parametrize("name", ["postal", "sparkpost"])
def test_who_lets_us_say_where_bounces_go_is_told_each_mail_s_own(
    configure: Callable[..., Config], name: str
) -> None:
    configure(mail={"bounce_address": "b+*@harbour.example.org"})
    one = SERVICES[name]
    settings = dict.fromkeys(one.needs, "https://api.example.org/")
    backend = Api(Provider(name, settings, 5, 1))._backend
    mail = parts(Note("ada@example.org").whole(), "b+7@harbour.example.org", "ada@example.org")
    asked = single(backend, one, mail).request("https://api.example.org/")
    assert "b+7@harbour.example.org" in asked["data"]


def test_a_signature_of_ours_does_not_go_with_what_a_service_makes_of_the_mail(
    resend: Service,
) -> None:
    raw = b"DKIM-Signature: v=1; a=rsa-sha256\r\n" + Note("ada@example.org").whole()
    ProviderTransport(Provider(**resend.options())).send("n@example.org", "ada@example.org", raw)
    assert "dkim-signature" not in resend.mails[0].headers


def test_one_mail_now(resend: Service) -> None:
    transport = ProviderTransport(Provider(**resend.options()))
    note = Note("ada@example.org")
    answer = transport.send("news@example.org", note.address, note.whole())
    assert answer == Accepted(200, "id-ada@example.org")
    resend.refuse("b@example.org")
    with pytest.raises(Refused) as caught:
        transport.send("news@example.org", "b@example.org", Note("b@example.org").whole())
    assert caught.value.permanent and caught.value.kind is Kind.GONE


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_check_sends_nothing_and_tells_a_wrong_key(name: str) -> None:
    with Service(name) as fake:
        ProviderTransport(Provider(**fake.options())).check()
        key = next(n for n, value in fake.kind.settings.items() if value == KEY)
        wrong = {**fake.options()["settings"], key: "another"}
        with pytest.raises(Refused) as caught:
            ProviderTransport(Provider(**fake.options(settings=wrong))).check()
        assert caught.value.auth and "another" not in str(caught.value)
        assert fake.mails == []


# What cannot be, is said when it is configured ----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings", "id", "says"),
    [
        ("", {}, "C008", "Known are: brevo"),
        ("postmrk", {}, "C008", "Did you mean postmark"),
        ("unisender_go", {"api_key": "k"}, "M008", "takes no List-Unsubscribe-Post"),
        ("sendgrid", {"api_key": "k"}, "M008", "encodes a long List-Unsubscribe"),
        ("amazon_ses", {}, "M008", "Use its SMTP endpoint"),
        ("mailjet", {"api_key": "k"}, "M009", "needs the setting secret_key"),
        ("mailgun", {"api_key": "k", "sender": "x"}, "M009", "no setting sender"),
    ],
)
def test_what_is_missing_is_named(name: str, settings: dict[str, str], id: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        service(name, settings)
    assert caught.value.id == id


def test_the_package_it_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anymail", None)  # as if it were not installed
    with pytest.raises(ConfigError, match="needs the package django-anymail") as caught:
        service("resend", {"api_key": "k"})
    assert caught.value.id == "M007" and "syndicate[providers]" in caught.value.hint


def test_a_mistake_is_said_before_anything_is_sent(configure: Callable[..., Config]) -> None:
    configure(mail={"transport": "provider"}, provider={"name": "postmark", "settings": {}})
    with pytest.raises(ConfigError, match=r"\[provider\]: Postmark needs the setting server_token"):
        open_transport()


def rows() -> dict[str, list[str]]:
    """The tables of docs/providers.md, by the name in their first column."""
    text = (paths.REPOSITORY / "docs" / "providers.md").read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if "| `" in line[:3]]
    return {cells[0].strip("`"): cells[1:] for cells in lines}


def test_the_document_says_what_each_service_can_do() -> None:
    told = rows()
    assert set(told) == set(SERVICES)
    for name, one in SERVICES.items():
        if one.lacks:
            assert len(told[name]) == 2
            continue
        settings = [f"`{n}`" for n in one.needs] + [f"`{n}`?" for n in one.may]
        bounces = "yes" if one.takes_bounces else "no"
        assert told[name] == [one.title, one.how, str(one.most), ", ".join(settings), bounces]


def test_every_service_that_can_be_used_is_one_of_anymail_s() -> None:
    for name, one in SERVICES.items():
        if not one.lacks:
            settings = dict.fromkeys(one.needs, "https://api.example.org/")
            ProviderTransport(Provider(name, settings, 5, 1))
