"""The talk about mails, without a socket and with a clock of ours."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Refused
from syndicate.mail.transports.dialogue import DOT_SECONDS, Dialogue, Terms
from syndicate.mail.transports.opening import Offers
from syndicate.mail.transports.reply import Replies
from tests.mail.scripted import Script, play
from tests.mail.tray import Letter, Tray, letters, outcome

ONE_BY_ONE, PIPELINED = Offers(), Offers(pipelining=True)
CHUNKED = Offers(pipelining=True, chunking=True)
ALL = [ONE_BY_ONE, PIPELINED, CHUNKED]
TERMS = Terms("mail.example.org:25", 30, 100)


def became(tray: Tray) -> dict[str, str]:
    return {name: outcome(answer) for name, answer in tray.answers.items()}


def test_one_write_ends_a_mail_and_announces_the_next() -> None:
    dialogue = Dialogue(TERMS, PIPELINED, Tray(letters("ada", "bob", "cleo")))
    assert dialogue.begin(0) == b"MAIL FROM:<news@harbour.example.org>\r\n"
    assert dialogue.receive(b"250 Ok\r\n", 0) == b"RCPT TO:<ada@example.org>\r\n"
    assert dialogue.receive(b"250 Ok\r\n", 0) == b"DATA\r\n"
    assert b"bob@" in dialogue.receive(b"354 Go\r\n", 0)
    written = dialogue.receive(b"250 Ok\r\n250 Ok\r\n250 Ok\r\n354 Go\r\n", 0)
    assert written.startswith(b"From: ") and written.endswith(
        b"End\r\n.\r\nMAIL FROM:<news@harbour.example.org>\r\n"
        b"RCPT TO:<cleo@example.org>\r\nDATA\r\n"
    )


@pytest.mark.parametrize("offers", ALL)
def test_the_mails_go_in_order_and_one_at_a_time(offers: Offers) -> None:
    tray, script = Tray(letters("ada", "bob", "cleo")), Script({})
    play(tray, script, offers)
    assert script.taken == ["ada", "bob", "cleo"]
    assert tray.log == [f"{what} {name}" for name in script.taken for what in ("dot", "sent")]
    assert ("DATA" in script.lines) is not offers.chunking


NOES = {
    ("RCPT", "bob"): b"550 5.1.1 No such user\r\n",
    ("DATA", "cleo"): b"450-4.2.0 Not\r\n450 4.2.0 now\r\n",
    ("BDAT", "cleo"): b"450 Not now\r\n",
    ("dot", "dora"): b"554 5.7.1 We do not\r\n",
    ("BDAT", "dora"): b"554 5.7.1 We do not\r\n",
    ("dot", "emil"): b"250\r\n",
}
NAMES = ("ada", "bob", "cleo", "dora", "emil", "fay")
BECAME = {"ada": "sent", "bob": "fail", "cleo": "defer", "dora": "fail", "emil": "sent"}


@pytest.mark.parametrize("offers", ALL)
@given(sizes=st.lists(st.integers(1, 9), min_size=1))
def test_however_replies_are_cut(offers: Offers, sizes: list[int]) -> None:
    def cut(said: bytes) -> Iterable[bytes]:
        for size in sizes * len(said):
            if said:
                yield said[:size]
            said = said[size:]

    plain, cut_up = Tray(letters(*NAMES)), Tray(letters(*NAMES))
    first, second = Script(NOES), Script(NOES)
    play(plain, first, offers)
    play(cut_up, second, offers, cut)
    assert cut_up.log == plain.log and second.lines == first.lines
    assert became(plain) == {**BECAME, "fay": "sent"} and first.taken == second.taken


def test_data_is_taken_though_no_recipient_was() -> None:
    noes = {("RCPT", "bob"): b"550 No\r\n", ("DATA", "bob"): b"354 Go\r\n"}
    tray, script = Tray(letters("ada", "bob", "cleo")), Script(noes)
    play(tray, script, PIPELINED)
    assert became(tray) == {"ada": "sent", "bob": "fail", "cleo": "sent"}
    assert script.taken == ["ada", "cleo"] and script.lines.count("dot") == 3


def test_no_empty_mail_goes_to_a_recipient_that_was_taken() -> None:
    odd = {("MAIL", "big"): b"552 5.3.4 Too large\r\n", ("DATA", "bob"): b"354 Go\r\n"}
    tray = Tray([*letters("ada"), Letter(b"bob@example.org", sender=b"big@x"), *letters("cleo")])
    script = Script(odd)
    dialogue = play(tray, script, PIPELINED)
    assert became(tray) == {"ada": "sent", "bob": "fail"} and dialogue.over
    assert script.lines.count("dot") == 1 and not dialogue.error


@pytest.mark.parametrize("offers", ALL)
def test_what_is_forbidden_at_the_last_moment_does_not_go(offers: Offers) -> None:
    tray, script = Tray(letters("ada", "bob", "cleo"), forbidden=[b"bob@example.org"]), Script({})
    dialogue = play(tray, script, offers)
    assert dialogue.over is not offers.chunking  # after DATA only hanging up prevents it
    assert script.taken == (["ada", "cleo"] if offers.chunking else ["ada"])
    assert "bob" not in tray.answers and not tray.out


def test_a_mail_that_cannot_be_written_is_not_announced() -> None:
    tray = Tray([Letter(b"ada@example.org", text=b""), *letters("bob")])
    script = Script({})
    play(tray, script, PIPELINED)
    assert became(tray) == {"ada": "fail", "bob": "sent"} and len(script.lines) == 4


def test_a_mail_too_large_for_the_server_stays_here() -> None:
    tray = Tray([Letter(b"ada@example.org", text=b"x" * 999 + b"\r\n"), *letters("bob")])
    script = Script({})
    play(tray, script, Offers(sizes=True, size=1000))
    error = tray.answers["ada"]
    assert isinstance(error, Refused) and error.kind is Kind.FULL and error.permanent
    assert script.taken == ["bob"] and script.lines[0].endswith("> SIZE=60")


def test_an_address_beyond_ascii_needs_a_server_that_takes_it() -> None:
    def tray() -> Tray:
        return Tray([Letter("jörg@example.org".encode(), needs_utf8=True), *letters("bob")])

    able, unable, script = tray(), tray(), Script({})
    play(able, script, Offers(utf8=True))
    assert became(able) == {"jörg": "sent", "bob": "sent"}
    assert script.lines[0].endswith("> SMTPUTF8") and "SMTPUTF8" not in script.lines[4]
    play(unable, Script({}), Offers())
    assert became(unable) == {"jörg": "fail", "bob": "sent"}


@pytest.mark.parametrize(
    ("letter", "says"),
    [
        (Letter(b"bob@example.org", sender=b"big@x"), b"552 5.3.4 Too large\r\n"),
        (Letter(b"bob@example.org", sender=b"big@x", needs_utf8=True), b"553 What a name\r\n"),
    ],
)
def test_a_no_to_mail_may_be_about_one_mail(letter: Letter, says: bytes) -> None:
    tray = Tray([*letters("ada"), letter, *letters("cleo")])
    script = Script({("MAIL", "big"): says, ("RCPT", "bob"): b"503 Need MAIL\r\n"})
    dialogue = play(tray, script, Offers(pipelining=True, utf8=True))
    assert became(tray) == {"ada": "sent", "bob": "fail", "cleo": "sent"} and not dialogue.error


@pytest.mark.parametrize("recipient", [b"a@x>\r\nRCPT TO:<eve@x", b"a@x\nDATA", b"a\r@x"])
def test_an_address_cannot_become_a_command(recipient: bytes) -> None:
    tray, script = Tray([Letter(recipient)]), Script({})
    play(tray, script, PIPELINED)
    assert script.lines == [] and list(became(tray).values()) == ["fail"]


@pytest.mark.parametrize(
    "says", [b"what?\r\n", b"999 Ok\r\n", b"25\r\n", b"250_Ok\r\n", b"354 Go\r\n"]
)
def test_what_is_no_answer_to_a_mail_leaves_it_unknown(says: bytes) -> None:
    tray = Tray(letters("ada", "bob"))
    dialogue = play(tray, Script({("dot", "ada"): says + b"\r\n"}), PIPELINED)
    assert became(tray) == {"ada": "unknown"} and dialogue.over and not dialogue.error
    assert [letter.recipient for letter in tray.waiting] == [b"bob@example.org"]


@pytest.mark.parametrize("says", [b"x" * 9999, b"250-" + b"y" * 9000 + b"\r\n"])
def test_a_reply_without_an_end_takes_no_memory(says: bytes) -> None:
    replies = Replies()
    tracemalloc.start()
    for _ in range(500):
        assert replies.feed(says) == []
    assert tracemalloc.get_traced_memory()[0] < 500_000
    tracemalloc.stop()


def to_the_dot(offers: Offers = PIPELINED) -> tuple[Dialogue, Tray]:
    """Ada's mail went at second 10; bob's waits."""
    tray = Tray(letters("ada", "bob"))
    dialogue = Dialogue(TERMS, offers, tray)
    dialogue.begin(0)
    for at, said in ((3, b"250 Ok\r\n"), (6, b"250 Ok\r\n"), (10, b"354 Go\r\n")):
        assert dialogue.deadline == (0 if at == 3 else at - 3 if at == 6 else 6) + 30
        dialogue.receive(said, at)
    return dialogue, tray


@pytest.mark.parametrize("seconds", [1, 90, 599])
def test_p5_a_late_answer_makes_no_copy(seconds: float) -> None:
    dialogue, tray = to_the_dot()
    assert dialogue.deadline is not None and dialogue.deadline > 10 + seconds
    dialogue.receive(b"250 Taken\r\n", 10 + seconds)
    assert became(tray) == {"ada": "sent"} and tray.log == ["dot ada", "sent ada"]
    dialogue.lost("timed out")  # what comes after does not change it
    assert became(tray) == {"ada": "sent"} and list(tray.waiting) == [tray.letters[1]]


def test_p5_after_ten_minutes_nobody_knows() -> None:
    dialogue, tray = to_the_dot()
    assert dialogue.deadline == 10 + DOT_SECONDS < 10 + 601
    dialogue.lost("timed out")
    assert became(tray) == {"ada": "unknown"} and dialogue.over and dialogue.error is None
    assert tray.log == ["dot ada", "unknown ada", "back bob"]


def test_a_slow_server_is_told_of_the_next_mail_later() -> None:
    tray = Tray(letters("ada", "bob", "cleo"))
    dialogue = Dialogue(TERMS, PIPELINED, tray)
    dialogue.begin(0)
    for said in (b"250 Ok\r\n", b"250 Ok\r\n", b"354 Go\r\n", b"250 Taken\r\n"):
        written = dialogue.receive(said, 5 if b"Taken" in said else 0)
    written = dialogue.receive(b"250 Ok\r\n250 Ok\r\n354 Go\r\n", 5)
    assert written.endswith(b"End\r\n.\r\n")
    assert b"cleo" in dialogue.receive(b"250 Taken\r\n", 5.1)


@pytest.mark.parametrize(("unsent", "meaning"), [(0, "unknown"), (500, "defer")])
def test_a_cut_knows_whether_the_dot_had_left(unsent: int, meaning: str) -> None:
    dialogue, tray = to_the_dot()
    dialogue.unsent = unsent
    dialogue.cut()
    assert became(tray) == {"ada": meaning} and [*tray.waiting] == [tray.letters[1]]


def test_an_answer_before_the_end_of_a_mail_ends_the_talk() -> None:
    dialogue, tray = to_the_dot()
    dialogue.unsent = 500
    assert dialogue.receive(b"250 Taken\r\n", 11) == b"" and dialogue.over
    assert became(tray) == {"ada": "defer"}


@pytest.mark.parametrize("extra", [b"250 stray\r\n", b"hello\r\n", b"421 bye\r\n"])
def test_what_is_said_before_a_mail_was_written_is_no_answer_to_it(extra: bytes) -> None:
    tray = Tray(letters("ada", "bob"))
    dialogue = Dialogue(TERMS, PIPELINED, tray)
    dialogue.begin(0)
    for yes in (b"250 Ok\r\n", b"250 Ok\r\n", b"354 Go\r\n"):
        dialogue.receive(yes, 0)
    dialogue.receive(b"250 Ok\r\n250 Ok\r\n250 Ok\r\n354 Go\r\n" + extra, 0)
    assert became(tray) == {"ada": "sent", "bob": "defer"} and dialogue.over


@pytest.mark.parametrize("offers", ALL)
@pytest.mark.parametrize("yeses", [1, 2])
def test_what_is_said_before_a_command_was_written_is_no_answer_to_it(
    offers: Offers, yeses: int
) -> None:
    """An answer too many to one command must not be taken for the next one's, up to the dot's."""
    tray = Tray(letters("ada"))
    dialogue = Dialogue(TERMS, offers, tray)
    dialogue.begin(0)
    if yeses == 2:
        dialogue.receive(b"250 Ok\r\n", 0)
    assert dialogue.receive(b"250 Ok\r\n250 Ok\r\n", 0) == b""
    in_chunks = offers.chunking and yeses == 2  # where the mail itself comes next
    assert dialogue.over and tray.log == (["dot ada", "defer ada"] if in_chunks else ["back ada"])


def test_the_share_of_one_connection() -> None:
    tray, script = Tray(letters("ada", "bob", "cleo")), Script({})
    dialogue = play(tray, script, PIPELINED, most=2)
    assert script.taken == ["ada", "bob"] and dialogue.spent and not dialogue.over
    assert dialogue.deadline is None and len(tray.waiting) == 1


def test_a_server_that_speaks_unasked_is_left() -> None:
    tray = Tray(letters("ada"))
    dialogue = play(tray, Script({}), PIPELINED)
    assert dialogue.receive(b"421 4.4.2 Idle for too long\r\n", 99) == b"" and dialogue.over
    assert became(tray) == {"ada": "sent"} and dialogue.error is None
