"""Signing as the Standard Webhooks specification has it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from syndicate.lib.errors import BadInput, NotSent
from syndicate.social.channels.message import Image, Published
from syndicate.social.channels.webhook import Webhook, sign
from tests.fakes.faults import Line
from tests.fakes.webhook import SECRET, Receiver
from tests.social.stage import Memory, message


def channel(url: str) -> Webhook:
    return Webhook({"url": url, "secret": SECRET}, {}, Memory())


def test_the_specifications_own_vector() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_verifier_takes_it() -> None:
    secret = Webhook.complete({"url": "https://a.example"})["secret"]
    body = '{"é": 1}'.encode()
    assert Verifier(secret).verify(body, sign(secret, "msg_1", body, datetime.now(UTC)))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "a secret of mine"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(BadInput, match="signing secret"):
        sign(secret, "msg_1", b"", datetime.now(UTC))


def test_the_receiver_may_say_what_it_made_of_it() -> None:
    with Receiver() as receiver:
        posted = channel(receiver.url).publish(message(datetime.now(UTC)), lambda: None)
    assert (posted.remote_id, posted.permalink) == ("0", "https://receiver.example/0")


def test_check_sends_a_ping() -> None:
    with Receiver() as receiver:
        assert channel(receiver.url).check().handle == "127.0.0.1"
        assert [call["type"] for call in receiver.calls] == ["ping"]


@pytest.mark.parametrize(
    ("status", "auth", "permanent"),
    [
        (301, True, True),
        (404, True, True),
        (410, True, True),
        (422, False, True),
        (503, False, False),
    ],
)
def test_what_its_refusals_mean(status: int, auth: bool, permanent: bool) -> None:
    with Receiver() as receiver, Line(receiver.url) as line:
        line.on("POST", "/")
        line.answer(status, {"Location": "https://elsewhere.example"})
        with pytest.raises(NotSent) as refused:
            channel(line.url).publish(message(datetime.now(UTC)), lambda: None)
    assert (refused.value.auth, refused.value.permanent) == (auth, permanent)


def test_its_address_is_as_secret_as_its_secret() -> None:
    hidden = channel("http://127.0.0.1:1/a-path-that-is-a-secret")
    with pytest.raises(NotSent) as refused:
        hidden.publish(message(datetime.now(UTC)), lambda: None)
    assert "a-path" not in str(refused.value)


def test_a_change_and_its_repetition_are_one_call() -> None:
    now = datetime.now(UTC)
    with Receiver() as receiver:
        there = channel(receiver.url).publish(message(now), lambda: None)
        for _ in range(2):
            changed = channel(receiver.url).edit(there, message(now, "A newer pier"))
        channel(receiver.url).edit(there, message(now, "The newest pier"))
        assert (changed.remote_id, changed.permalink) == (there.remote_id, there.permalink)
        told = [(call["type"], call["data"]["text"]) for call in receiver.calls[1:]]
        assert told == [
            ("article.updated", "A newer pier"), ("article.updated", "The newest pier")
        ]  # fmt: skip


def test_a_withdrawal_names_what_was_answered() -> None:
    with Receiver() as receiver:
        there = channel(receiver.url).publish(message(datetime.now(UTC)), lambda: None)
        channel(receiver.url).delete(there)
        assert receiver.calls[-1]["type"] == "article.withdrawn"
        assert receiver.calls[-1]["data"] == {"id": there.remote_id}


def test_a_picture_that_lies_nowhere_is_not_told() -> None:
    with Receiver() as receiver:
        here = Image(b"1", "image/png", 40, 30, "The pier", "https://harbour.example.org/p.png")
        drawn = Image(b"2", "image/png", 40, 30, "A title")
        channel(receiver.url).publish(
            message(datetime.now(UTC), pictures=(here, drawn)), lambda: None
        )
        assert receiver.calls[0]["data"]["pictures"] == [
            {
                "url": "https://harbour.example.org/p.png",
                "alt": "The pier",
                "width": 40,
                "height": 30,
            }
        ]


def test_a_part_tells_of_all_parts_before_it() -> None:
    with Receiver() as receiver:
        after: tuple[Published, ...] = ()
        for number in range(3):
            part = message(datetime.now(UTC), f"Part {number}", key=f"part-{number}", after=after)
            after = (*after, channel(receiver.url).publish(part, lambda: None))
        assert receiver.calls[2]["data"]["after"] == [
            {"id": one.remote_id, "url": one.permalink} for one in after[:2]
        ]
