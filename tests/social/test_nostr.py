"""What is Nostr's alone: several relays, of which some have a post and some do not."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.social.channels import nostr_event as events
from syndicate.social.channels.message import Published, Reactions
from syndicate.social.channels.nostr import LIMIT, Nostr
from syndicate.social.channels.nostr_relay import short
from tests.fakes import relay
from tests.fakes.relay import Relay
from tests.fakes.relay_line import RelayLine
from tests.fakes.relay_words import Said, Words, refuses, takes_all
from tests.social.stage import LINK, Memory, message
from tests.social.test_nostr_event import KEYS, NSEC

READER = events.keys("11" * 32)
needs_relay = [
    pytest.mark.relay,
    pytest.mark.skipif(bool(relay.missing()), reason=relay.missing()),
]


@pytest.fixture(scope="module")
def real() -> Iterator[Relay]:
    with Relay() as found:
        yield found


@pytest.fixture
def line(real: Relay) -> Iterator[RelayLine]:
    with RelayLine(real.url) as found:
        found.on("EVENT")
        yield found


@pytest.fixture
def several() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def channel(*urls: str, key: str = NSEC, **options: object) -> Nostr:
    return Nostr({"key": key, "relays": "\n".join(urls)}, options, Memory())


def dead() -> str:
    """A relay that is down."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"ws://127.0.0.1:{taken.getsockname()[1]}"


def refused(*urls: str, **options: object) -> NotSent:
    with pytest.raises(NotSent) as error:
        channel(*urls, **options).publish(message(datetime.now(UTC)), lambda: None)
    return error.value


class TestOnARealRelay:
    pytestmark = needs_relay

    def test_the_relay_takes_our_signature_and_keeps_the_note(self, real: Relay) -> None:
        now = datetime.now(UTC)
        there = channel(real.url).publish(message(now, f"潮と町 #Harbour\n\n{LINK}"), lambda: None)
        (note,) = real.ask({"ids": [there.remote_id]})
        assert note["content"] == f"潮と町 #Harbour\n\n{LINK}"
        assert ["t", "harbour"] in note["tags"] and ["r", LINK] in note["tags"]
        assert there.permalink.startswith("https://njump.me/nevent1")

    def test_a_repetition_is_a_duplicate_and_no_error(self, real: Relay) -> None:
        one = message(datetime.now(UTC), "Only once")
        assert len({channel(real.url).publish(one, lambda: None) for _ in range(3)}) == 1
        assert [note["content"] for note in real.notes()].count("Only once") == 1

    def test_what_stands_is_found(self, real: Relay) -> None:
        now = datetime.now(UTC)
        one, other = message(now, "Here"), message(now, "Nowhere")
        there = channel(real.url).publish(one, lambda: None)
        assert channel(real.url).find(one) == there
        assert channel(real.url).find(other) is None

    def test_half_an_answer_leaves_it_open(self, real: Relay, line: RelayLine) -> None:
        line.cut_answer()
        error = refused(line.url)
        assert error.unknown and not error.permanent

    def test_it_is_taken_down_and_twice_is_as_once(self, real: Relay, line: RelayLine) -> None:
        there = channel(real.url).publish(message(datetime.now(UTC), "Soon gone"), lambda: None)
        line.drop_after()
        with pytest.raises(NotSent):
            channel(line.url).delete(there)
        channel(real.url).delete(there)
        channel(real.url).delete(there)
        assert real.ask({"ids": [there.remote_id]}) == []

    def test_somebody_else_s_key_takes_nothing_down(self, real: Relay) -> None:
        there = channel(real.url).publish(message(datetime.now(UTC), "Stays"), lambda: None)
        channel(real.url, key="11" * 32).delete(there)
        assert real.ask({"ids": [there.remote_id]})

    def test_how_it_was_received(self, real: Relay) -> None:
        now = datetime.now(UTC)
        there, gone = channel(real.url).publish(message(now, "Liked"), lambda: None), "0" * 64
        for kind, content, tag in (
            (7, "+", "e"),
            (6, "", "e"),
            (1, "Well said", "e"),
            (1, "", "q"),
        ):
            tags = [[tag, there.remote_id]]
            real.take(events.sign(READER, kind, content, tags, int(now.timestamp())))
        assert channel(real.url).measure([there.remote_id, gone]) == {
            there.remote_id: Reactions(likes=1, reposts=1, replies=1, quotes=1)
        }

    def test_a_thread_hangs_together(self, real: Relay) -> None:
        now, there = datetime.now(UTC), channel(real.url)
        first = there.publish(message(now, "One"), lambda: None)
        second = there.publish(message(now, "Two", after=(first,)), lambda: None)
        (note,) = real.ask({"ids": [second.remote_id]})
        assert ["e", first.remote_id, "", "root", KEYS.public] in note["tags"]

    def test_check_knows_the_profile(self, real: Relay) -> None:
        profile = json.dumps({"name": "The Harbour Review"})
        real.take(events.sign(READER, 0, profile, [], int(datetime.now(UTC).timestamp())))
        me = channel(real.url, key="11" * 32).check()
        assert me.handle == "The Harbour Review"
        assert "program" in me.remark
        nameless = channel(real.url).check()
        assert nameless.handle == KEYS.name

    def test_the_profile_says_that_a_program_posts(self, real: Relay) -> None:
        keys = events.keys("22" * 32)
        profile = {"name": "The Review", "about": "News"}
        at = int(datetime.now(UTC).timestamp()) + 60  # ours must be newer all the same
        real.take(events.sign(keys, 0, json.dumps(profile), [["i", "kept"]], at))
        for _ in range(2):
            assert channel(real.url, key="22" * 32, automated=True).check().remark == ""
        (event,) = real.ask({"kinds": [0], "authors": [keys.public]})
        assert json.loads(event["content"]) == profile | {"bot": True}
        assert (event["created_at"], event["tags"]) == (at + 1, [["i", "kept"]])

    def test_without_a_profile_none_is_made(self, real: Relay) -> None:
        keys = events.keys("33" * 32)
        assert "no profile" in channel(real.url, key="33" * 32, automated=True).check().remark
        assert real.ask({"kinds": [0], "authors": [keys.public]}) == []

    def test_a_real_rate_limit(self) -> None:
        limits = {"rate_limits": {"ip": {"EVENT": "1/hour"}}}
        with Relay(**limits) as slow:
            now = datetime.now(UTC)
            channel(slow.url).publish(message(now, "The first"), lambda: None)
            error = refused(slow.url)
        assert "rate-limited" in error.message
        assert error.scope is Scope.LANE and error.retry_after and not error.permanent


class TestSeveralRelays:
    @pytest.mark.parametrize(("up", "down", "enough"), [(1, 1, 0), (2, 1, 0), (2, 2, 2), (1, 3, 1)])
    def test_enough_have_it(self, several: ExitStack, up: int, down: int, enough: int) -> None:
        relays = [several.enter_context(Words(takes_all)) for _ in range(up)]
        urls = [each.url for each in relays] + [dead() for _ in range(down)]
        channel(*urls, enough=enough).publish(message(datetime.now(UTC)), lambda: None)
        assert all(each.kinds() == ["EVENT"] for each in relays)

    def test_too_few_have_it_yet(self, several: ExitStack) -> None:
        up = several.enter_context(Words(takes_all))
        error = refused(up.url, dead(), dead())
        assert "1 of 3 relays have the post, 2 must" in error.message
        assert error.unknown and not error.permanent and error.scope is Scope.ITEM

    def test_too_few_ever_will(self, several: ExitStack) -> None:
        up = several.enter_context(Words(takes_all))
        no = several.enter_context(Words(refuses("blocked: not you")))
        error = refused(up.url, no.url, enough=2)
        assert error.unknown and error.permanent

    def test_it_is_told_again_to_those_that_lack_it(self, several: ExitStack) -> None:
        one = message(datetime.now(UTC))
        note = events.note(KEYS, one)

        def has_it(said: Said) -> list[Said]:
            if said[0] == "EVENT":
                return [["OK", said[1]["id"], False, "duplicate: exists"]]
            return [["EVENT", said[1], note], ["EOSE", said[1]]]

        has = several.enter_context(Words(has_it))
        lacks = several.enter_context(Words(takes_all))
        both = channel(has.url, lacks.url, enough=2)
        assert both.find(one) is None
        there = both.publish(one, lambda: None)
        assert there.remote_id == note["id"]
        assert channel(has.url, lacks.url, enough=1).find(one) == Published(
            note["id"], there.permalink
        )

    def test_if_nobody_answers_nothing_is_known(self) -> None:
        with pytest.raises(NotSent):
            channel(dead(), dead()).find(message(datetime.now(UTC)))

    def test_a_relay_that_cannot_be_reached_is_not_unknown(self) -> None:
        error = refused(dead())
        assert not error.unknown and not error.permanent

    def test_a_post_on_a_silent_relay_is_not_counted_as_gone(self, several: ExitStack) -> None:
        up = several.enter_context(Words(takes_all))
        assert channel(up.url, dead()).measure(["a" * 64]) == {"a" * 64: Reactions()}
        assert channel(up.url).measure(["a" * 64]) == {}

    def test_taking_down_waits_for_all(self, several: ExitStack) -> None:
        up = several.enter_context(Words(takes_all))
        no = several.enter_context(Words(refuses("blocked: read only")))
        channel(up.url, no.url).delete(Published("a" * 64))  # it has none of it
        with pytest.raises(NotSent) as error:
            channel(up.url, dead()).delete(Published("a" * 64))
        assert not error.value.permanent and "1 of 2 relays" in error.value.hint

    def test_a_relay_that_keeps_it_is_named(self, several: ExitStack) -> None:
        note = events.note(KEYS, message(datetime.now(UTC)))

        def keeps(said: Said) -> list[Said]:
            if said[0] == "EVENT":
                return [["OK", "", False, "blocked: nothing is deleted here"]]
            return [["EVENT", said[1], note], ["EOSE", said[1]]]

        there = several.enter_context(Words(keeps))
        with pytest.raises(NotSent, match="nothing is deleted here") as error:
            channel(there.url).delete(Published(note["id"]))
        assert error.value.permanent


class TestWords:
    @pytest.mark.parametrize(
        ("reason", "permanent", "scope"),
        [
            ("rate-limited: slow down there", False, Scope.LANE),
            ("error: could not connect to the database", False, Scope.ITEM),
            ("invalid: created_at too early", True, Scope.ITEM),
            ("blocked: no links here", True, Scope.ITEM),
            ("rejected: something of its own", True, Scope.ITEM),
            ("", True, Scope.ITEM),
            ("pow: difficulty 26 is less than 30", True, Scope.LANE),
            ("restricted: not on the list", True, Scope.LANE),
            ("auth-required: who are you", True, Scope.LANE),
        ],
    )
    def test_what_a_refusal_means(self, reason: str, permanent: bool, scope: Scope) -> None:
        with Words(refuses(reason)) as there:
            error = refused(there.url)
        assert reason in error.message or "without a reason" in error.message
        assert (error.permanent, error.scope) == (permanent, scope)
        assert not error.unknown and not error.auth

    def test_who_we_are_is_told_to_one_that_asks(self) -> None:
        known: list[Said] = []

        def guarded(said: Said) -> list[Said]:
            if said[0] == "AUTH":
                known.append(said[1])
                return [["OK", said[1]["id"], True, ""]]
            return takes_all(said) if known else refuses("auth-required: who are you")(said)

        with Words(guarded, greeting=["AUTH", "a-challenge"]) as there:
            channel(there.url).publish(message(datetime.now(UTC)), lambda: None)
            assert there.kinds() == ["EVENT", "AUTH", "EVENT"]
            assert known[0]["kind"] == 22242 and known[0]["pubkey"] == KEYS.public
            assert known[0]["tags"] == [["relay", there.url], ["challenge", "a-challenge"]]

    def test_one_that_asks_again_and_again_is_left(self) -> None:
        with Words(refuses("auth-required: who"), greeting=["AUTH", "a"]) as there:
            assert refused(there.url).permanent
            assert there.kinds().count("AUTH") == 1

    def test_strange_words_are_passed_over(self) -> None:
        def babble(said: Said) -> list[Any]:
            strange = [{"no": "list"}, [], ["OK"], ["NOTICE", "hello"], ["OK", "b" * 64, True, ""]]
            return [*strange, *takes_all(said)]

        with Words(babble) as there:
            channel(there.url).publish(message(datetime.now(UTC)), lambda: None)

    def test_events_without_a_shape_are_passed_over(self) -> None:
        def odd(said: Said) -> list[Any]:
            broken = [None, {}, {"id": 1}, {**events.note(KEYS, message(NOON)), "tags": [[], [1]]}]
            return [*(["EVENT", said[1], each] for each in broken), ["EOSE", said[1]]]

        with Words(odd) as there:
            assert channel(there.url).measure(["a" * 64]) == {}

    def test_a_question_that_is_refused(self) -> None:
        closed = Words(lambda said: [["CLOSED", said[1], "error: shutting down"]])
        with closed as there, pytest.raises(NotSent, match="shutting down"):
            channel(there.url).find(message(datetime.now(UTC)))

    def test_check_learns_the_strictest_limit_and_what_stands_in_the_way(
        self, several: ExitStack
    ) -> None:
        abouts: list[dict[str, Any] | None] = [
            {"limitation": {"max_content_length": 2000, "payment_required": True}},
            {"limitation": {"max_content_length": 90_000, "min_pow_difficulty": 30}},
            {"limitation": {"max_content_length": "many"}},
            {"limitation": []},
            None,
        ]
        relays = [several.enter_context(Words(takes_all, about=about)) for about in abouts]
        me = channel(*(each.url for each in relays), dead()).check()
        assert me.learned == {"limit": 2000}
        assert "wants to be paid" in me.remark and "proof of work" in me.remark
        assert "cannot be reached" in me.remark
        assert channel(relays[1].url).check().learned == {"limit": LIMIT}

    def test_check_fails_where_no_relay_answers(self) -> None:
        with pytest.raises(NotSent, match="cannot be reached"):
            channel(dead()).check()

    def test_a_key_that_cannot_be_read_asks_for_a_better_one(self) -> None:
        error = refused("ws://127.0.0.1:1", key="nsec1hush")
        assert error.auth and error.scope is Scope.LANE and "hush" not in str(error)

    def test_a_token_in_an_address_is_never_shown(self) -> None:
        private = f"{dead()}/?key=hush"
        assert "hush" not in str(refused(private))
        with Words(takes_all) as there:
            link = channel(f"{there.url}/?key=hush").publish(
                message(datetime.now(UTC)), lambda: None
            )
            open_link = channel(there.url).publish(message(datetime.now(UTC)), lambda: None)
        assert len(link.permalink) < len(open_link.permalink)


NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_too_few_by_rate_limits_wait_for_the_longest() -> None:
    def later(minutes: int) -> NotSent:
        wait = timedelta(minutes=minutes)
        return NotSent("Later.", permanent=False, scope=Scope.LANE, retry_after=wait)

    never = NotSent("Never.", permanent=True, hint="Not here.")
    error = short(0, 1, [never, later(5), later(15)])
    assert (error.scope, error.retry_after) == (Scope.LANE, timedelta(minutes=15))
    assert not error.permanent
    assert short(0, 1, [never, never]).permanent


def test_relays_are_written_in_any_way() -> None:
    given = {"key": NSEC, "relays": "relay.example, wss://other.example\nrelay.example"}
    assert Nostr.complete(given)["relays"] == "wss://relay.example wss://other.example"


@pytest.mark.parametrize("relays", ["", "https://relay.example", " ".join(map(str, range(13)))])
def test_what_are_no_relays_is_said_at_once(relays: str) -> None:
    with pytest.raises(BadInput, match="relay"):
        Nostr.complete({"key": NSEC, "relays": relays})


def test_a_key_that_is_none_is_said_at_once() -> None:
    with pytest.raises(BadInput, match="private key"):
        Nostr.complete({"key": "hush", "relays": "relay.example"})
