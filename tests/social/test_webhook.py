"""Signing as the Standard Webhooks specification has it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from syndicate.lib.errors import BadInput, NotSent
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
