"""Which way mail leaves: by weight, round what is closed, back when it is mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from syndicate.lib.config import Config
from syndicate.lib.errors import ConfigError, NotSent, Scope
from syndicate.lib.status import Status
from syndicate.mail import pause
from syndicate.mail.deliver import deliver_batch
from syndicate.mail.models import Batch, Pause
from syndicate.mail.routes import Route, open_routes, pick, routes
from syndicate.mail.send import send
from syndicate.mail.transports import open_transport
from tests.fakes.inbox import Inbox
from tests.mail.editions import readers, sending
from tests.ways import way

pytestmark = pytest.mark.django_db

MAIL = b"From: news@harbour.example.org\r\nMessage-ID: <tok-1@x>\r\n\r\nEnd\r\n"
NEWS, ADA = "news@harbour.example.org", "ada@example.org"
MAIN, BACKUP = "transport smtp", "transport backup"


@pytest.fixture
def inboxes() -> Iterator[tuple[Inbox, Inbox]]:
    with Inbox() as main, Inbox() as backup:
        yield main, backup


@pytest.fixture(autouse=True)
def site(configure: Callable[..., Config], inboxes: tuple[Inbox, Inbox]) -> None:
    """A main server, and one in reserve."""
    main, backup = ({"host": "127.0.0.1", "port": one.port, "security": "none"} for one in inboxes)
    reserve = way("smtp", weight=0, **backup)
    configure(mail={"transport": "smtp"}, smtp=main, transports={"backup": reserve})


def close(lane: str, now: datetime, **until: float) -> None:
    Pause.objects.create(lane=lane, until=now + timedelta(**until), since=now, error="It is shut.")


def choose(now: datetime, seed: int) -> Route | None:
    return pick(open_routes(now), seed)


def spread(*able: Route, runs: int = 100) -> Counter[str]:
    chosen = (pick(able, seed) for seed in range(runs))
    return Counter(route.name for route in chosen if route is not None)


def test_each_has_its_share_whatever_number_one_begins_with() -> None:
    able = Route("a", "smtp", 3), Route("b", "smtp", 1), Route("c", "smtp", 0)
    assert 74 <= spread(*able)["a"] <= 76 and not spread(*able)["c"]
    few = Counter(route.name for seed in range(1000, 1008) if (route := pick(able, seed)))
    assert few["a"] in (5, 6, 7) and few["a"] + few["b"] == 8


def test_one_in_reserve_is_used_when_no_other_can_be() -> None:
    assert spread(Route("c", "smtp", 0), Route("d", "smtp", 0)) == {"c": 50, "d": 50}
    assert pick([], 1) is None


def test_the_main_way_comes_first_and_goes_by_its_kind(now: datetime) -> None:
    assert [(r.name, r.kind, r.weight) for r in routes()] == [
        ("smtp", "smtp", 1), ("backup", "smtp", 0)]  # fmt: skip
    assert [open_transport(name).name for name in (None, "smtp", "backup")] == [
        "smtp", "smtp", "backup"]  # fmt: skip
    with pytest.raises(ConfigError, match="Known are: smtp, provider, directory, backup"):
        open_transport("bakup")


def test_a_run_goes_round_what_is_closed(now: datetime) -> None:
    assert choose(now, 1) == Route("smtp", "smtp", 1)
    close(MAIN, now, minutes=5)
    assert choose(now, 1) == Route("backup", "smtp", 0)
    close(BACKUP, now, minutes=2)
    assert choose(now, 1) is None


def test_after_a_pause_one_connection_tries(now: datetime) -> None:
    close(MAIN, now, minutes=5)
    later = now + timedelta(minutes=5)
    route = choose(later, 1)
    assert route is not None and (route.name, route.trial) == ("smtp", True)
    assert route.open().connections == 1
    pause.worked(later, MAIN)
    again = choose(later, 1)
    assert again is not None and not again.trial and again.open().connections > 1


def test_a_trial_that_fails_closes_it_for_longer(now: datetime) -> None:
    error = NotSent("The server is down.", permanent=False, scope=Scope.LANE)
    waits = []
    for _ in range(3):
        pause.pause(error, now, MAIN)
        until = Pause.objects.get(lane=MAIN).until
        waits.append(until - now)
        now = until
    assert waits == sorted(set(waits)) and open_routes(now)[0].trial


def test_batches_are_due_as_long_as_any_way_is_open(now: datetime) -> None:
    sending(*readers(2))
    assert Batch.objects.due(now).exists()
    close(MAIN, now, minutes=5)
    assert Batch.objects.due(now).exists()
    close(BACKUP, now, minutes=2)
    assert not Batch.objects.due(now).exists()
    assert Batch.objects.due(now + timedelta(minutes=2)).exists()


def test_a_single_mail_fails_over_and_closes_what_failed(
    now: datetime, inboxes: tuple[Inbox, Inbox]
) -> None:
    main, backup = inboxes
    main.answer("mail", 421, "4.3.2 shutting down")
    assert send(NEWS, ADA, MAIL, now).code == 250
    assert (main.messages, backup.recipients) == ([], [ADA])
    assert pause.paused(now, MAIN) is not None and pause.paused(now, BACKUP) is None
    main.heal()
    send(NEWS, ADA, MAIL, now)  # main is still paused
    assert main.messages == [] and len(backup.messages) == 2


def test_a_single_mail_that_is_refused_is_not_tried_elsewhere(
    now: datetime, inboxes: tuple[Inbox, Inbox]
) -> None:
    main, backup = inboxes
    main.refuse(ADA)
    with pytest.raises(NotSent) as caught:
        send(NEWS, ADA, MAIL, now)
    assert caught.value.scope is Scope.ITEM and backup.messages == []


def test_a_single_mail_of_unknown_fate_is_not_tried_elsewhere(
    now: datetime, inboxes: tuple[Inbox, Inbox]
) -> None:
    main, backup = inboxes
    main.drop_at("dot")
    with pytest.raises(NotSent) as caught:
        send(NEWS, ADA, MAIL, now)
    assert caught.value.unknown and backup.messages == []


def test_a_mail_that_goes_ends_the_trial(now: datetime, inboxes: tuple[Inbox, Inbox]) -> None:
    close(MAIN, now, minutes=5)
    send(NEWS, ADA, MAIL, now + timedelta(minutes=6))
    assert not Pause.objects.exists() and inboxes[0].recipients == [ADA]


def test_when_all_are_closed_nothing_is_sent_unless_an_editor_insists(
    now: datetime, inboxes: tuple[Inbox, Inbox]
) -> None:
    close(MAIN, now, minutes=5)
    close(BACKUP, now, minutes=2)
    with pytest.raises(NotSent, match="No mail leaves for now") as caught:
        send(NEWS, ADA, MAIL, now)
    assert caught.value.retry_after == timedelta(minutes=2)
    assert send(NEWS, ADA, MAIL, now, despite_pause=True).code == 250


@pytest.mark.parametrize("weight", [1, 3])
def test_several_ways_share_an_edition_by_its_batches(
    now: datetime, configure: Callable[..., Config], inboxes: tuple[Inbox, Inbox], weight: int
) -> None:
    main, other = ({"host": "127.0.0.1", "port": one.port, "security": "none"} for one in inboxes)
    second = way("smtp", weight=1, **other)
    configure(
        mail={"transport": "smtp", "weight": weight}, smtp=main, transports={"second": second}
    )
    edition = sending(*readers(80), batch_size=5)
    deliver_batch(Batch.objects.due(now).earliest("first_seq").pk, now)
    edition.refresh_from_db()
    assert edition.status == Status.SENT
    counts = [len(inbox.recipients) for inbox in inboxes]
    assert sorted(inboxes[0].recipients + inboxes[1].recipients) == sorted(readers(80))
    assert abs(counts[0] - 80 * weight // (weight + 1)) <= 5


def test_when_one_of_several_fails_the_others_carry_on(
    now: datetime, configure: Callable[..., Config], inboxes: tuple[Inbox, Inbox]
) -> None:
    main, other = ({"host": "127.0.0.1", "port": one.port, "security": "none"} for one in inboxes)
    configure(mail={"transport": "smtp"}, smtp=main, transports={"second": way("smtp", **other)})
    inboxes[0].answer("mail", 421, "4.3.2 shutting down")
    edition = sending(*readers(40), batch_size=5)
    deliver_batch(Batch.objects.due(now).earliest("first_seq").pk, now)
    soon = now + timedelta(seconds=30)  # before the pause is over
    while batch := Batch.objects.due(soon).filter(edition=edition).first():
        deliver_batch(batch.pk, soon)
    assert sorted(inboxes[1].recipients) == sorted(readers(40)) and not inboxes[0].recipients
    assert pause.paused(now, MAIN) is not None


def test_a_server_that_hangs_up_on_each_mail_is_left_for_another(
    now: datetime, inboxes: tuple[Inbox, Inbox]
) -> None:
    main, backup = inboxes
    main.answer("dot", 421, "4.3.2 shutting down")
    edition = sending(*readers(40), batch_size=40)
    soon = now + timedelta(seconds=30)  # before the pause is over
    deliver_batch(Batch.objects.get().pk, now)
    assert [pause.lane for pause in Pause.objects.all()] == [MAIN]
    deliver_batch(Batch.objects.get().pk, soon)
    put_off = edition.deliveries.filter(status=Status.DEFERRED).count()
    assert 0 < put_off <= 16 and len(backup.recipients) == 40 - put_off
