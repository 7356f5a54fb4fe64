"""What a channel declares beside posting, it can; told once, for every channel that declares it.

Inherit it before ChannelContract. A capability that is not declared is not asked for. A leaf that
declares one says how its server is read back: :meth:`standing`, and :meth:`received` for METRICS;
and which requests are meant: ``edits``, ``deletes``, ``uploads``.

Whatever breaks on the way: twice is as once, a lost answer changes nothing twice, and a picture
that will not do costs no post.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from syndicate.lib.errors import NotSent
from syndicate.social.channels import channel, kind
from syndicate.social.channels.base import (
    ALT,
    DELETE,
    EDIT,
    IDEMPOTENT,
    MEDIA,
    METRICS,
    READBACK,
    THREAD,
    Channel,
)
from syndicate.social.channels.message import Image, Message, Published, Reactions
from syndicate.social.key import key
from syndicate.social.models import Account
from tests.fakes.faults import Line
from tests.fakes.photographs import photograph
from tests.social.stage import LINK, message

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Shown:
    """A picture, as it came to the server."""

    data: bytes
    alt: str = ""


@dataclass(frozen=True)
class Standing:
    """A post that readers see now."""

    remote_id: str  # as Published names it
    text: str  # holds the text's words; links may look different
    pictures: tuple[Shown, ...] = ()
    after: str = ""  # the remote id of the post that it answers


# What a lost answer meant can be found out, or need not be known.
SETTLES = (READBACK, IDEMPOTENT)


def needs(*capabilities: str) -> Callable[[Any], Any]:
    """The test is for channels that declare all of these."""

    def mark(test: Any) -> Any:
        test.needs = set(capabilities)
        return test

    return mark


@pytest.mark.django_db
class ChannelCapabilities:
    """Inherit it beside ChannelContract, which gives ``server``, ``line`` and ``account``."""

    channel: ClassVar[str]
    decisive: ClassVar[tuple[str, str]]
    # The requests that change a post, take one down, bring a picture: method, beginning of a path.
    edits: ClassVar[tuple[str, str]]
    deletes: ClassVar[tuple[str, str]]
    uploads: ClassVar[tuple[str, str] | None] = None  # None: it goes with the post itself
    # How a picture is refused for good; None: nobody there looks at it.
    bad_picture: ClassVar[tuple[int, bytes] | None] = (422, b'{"error": "this is no picture"}')
    # Whether pictures are fetched over there by their address: a Shown's data are then that.
    fetched: ClassVar[bool] = False
    # Whether the platform knows one level of answers only: all parts answer the first.
    flat: ClassVar[bool] = False

    # What a leaf's test says of its server.

    def standing(self, server: Any) -> list[Standing]:
        """The posts that readers see now, oldest first; parts of threads are posts as well."""
        raise NotImplementedError

    def received(self, server: Any, there: Published) -> Reactions:
        """Let readers react to the post *there*; what the platform will tell of it."""
        raise NotImplementedError

    # The stage.

    @pytest.fixture(autouse=True)
    def _declared(self, request: pytest.FixtureRequest) -> None:
        if missing := getattr(request.function, "needs", set()) - kind(self.channel).capabilities:
            pytest.skip(f"it declares no {' and no '.join(sorted(missing))}")

    @pytest.fixture
    def leaf(self, account: Account) -> Iterator[Channel]:
        yield channel(account)

    def fresh(self, word: str = "pier", **values: Any) -> Message:
        """A message that stands nowhere yet; *word* and a number are found in its text."""
        now, number = datetime.now(UTC), next(_numbers)
        text = f"The {word} {number} opened\n\n{LINK}-{number}-{now.timestamp():.0f}"
        return message(now, text, **{"key": key(number, now)} | values)

    def posted(self, leaf: Channel, message: Message) -> Published:
        return leaf.publish(message, lambda: None)

    def again(self, leaf: Channel, message: Message, wait: timedelta) -> Published | None:
        """As a worker goes on after an answer that was never read; None: a person must look."""
        later = replace(message, now=message.first_try + wait)
        if not leaf.capabilities.isdisjoint(SETTLES):
            return leaf.find(later) or leaf.publish(later, lambda: None)
        with pytest.raises(NotSent) as unsure:
            leaf.find(later)
        assert unsure.value.unknown and unsure.value.permanent and unsure.value.hint
        return None

    def those(self, server: Any, message: Message) -> list[Standing]:
        """The posts that stand there with *message*'s words."""
        words = message.text.partition("\n")[0]
        return [one for one in self.standing(server) if words in one.text]

    def only(self, server: Any, message: Message) -> Standing:
        (found,) = self.those(server, message)
        return found

    # Changing a post.

    @needs(EDIT)
    def test_an_edit_changes_the_post_and_makes_no_other(self, server: Any, leaf: Channel) -> None:
        before, after = self.fresh("peer"), self.fresh("pier")
        there = self.posted(leaf, before)
        changed = leaf.edit(there, after)
        assert self.those(server, before) == []
        assert self.only(server, after).remote_id == changed.remote_id
        assert changed.permalink == there.permalink or changed.remote_id != there.remote_id

    @needs(EDIT)
    def test_an_edit_twice_is_as_once(self, server: Any, leaf: Channel) -> None:
        there, after = self.posted(leaf, self.fresh("peer")), self.fresh("pier")
        first = leaf.edit(there, after)
        assert leaf.edit(first, after).remote_id == self.only(server, after).remote_id

    @needs(EDIT)
    def test_an_edit_whose_answer_was_lost_is_done_once(
        self, server: Any, line: Line, leaf: Channel
    ) -> None:
        before, after = self.fresh("peer"), self.fresh("pier")
        there = self.posted(leaf, before)
        line.on(*self.edits)
        line.drop_after()
        with pytest.raises(NotSent) as lost:
            leaf.edit(there, after)
        assert not lost.value.permanent and not lost.value.auth
        changed = leaf.edit(there, after)
        assert self.only(server, after).remote_id == changed.remote_id
        assert self.those(server, before) == []

    @needs(EDIT)
    def test_an_edit_that_never_arrived_changes_nothing(
        self, server: Any, line: Line, leaf: Channel
    ) -> None:
        before, after = self.fresh("peer"), self.fresh("pier")
        there = self.posted(leaf, before)
        line.on(*self.edits)
        line.drop_before()
        with pytest.raises(NotSent) as lost:
            leaf.edit(there, after)
        assert not lost.value.permanent and not lost.value.auth
        assert self.only(server, before).remote_id == there.remote_id
        assert self.those(server, after) == []

    @needs(EDIT, MEDIA)
    def test_an_edit_leaves_the_pictures(self, server: Any, leaf: Channel) -> None:
        (picture,) = self.images(1)
        there = self.posted(leaf, self.fresh("peer", pictures=(picture,)))
        after = self.fresh("pier", pictures=(picture,))
        leaf.edit(there, after)
        shown = [one.data for one in self.only(server, after).pictures]
        assert shown == [one.data for one in self.arrived((picture,))]

    @needs(EDIT, DELETE)
    def test_an_edit_of_what_is_gone_makes_no_new_post(self, server: Any, leaf: Channel) -> None:
        there, after = self.posted(leaf, self.fresh()), self.fresh()
        leaf.delete(there)
        with pytest.raises(NotSent) as refused:
            leaf.edit(there, after)
        assert refused.value.permanent and not refused.value.auth
        assert self.those(server, after) == []

    # Taking one down.

    @needs(DELETE)
    def test_a_post_is_taken_down_and_no_other(self, server: Any, leaf: Channel) -> None:
        gone, stays = self.fresh(), self.fresh()
        there, _ = self.posted(leaf, gone), self.posted(leaf, stays)
        leaf.delete(there)
        assert self.those(server, gone) == []
        assert self.only(server, stays)

    @needs(DELETE)
    def test_taking_down_twice_is_as_once(self, server: Any, leaf: Channel) -> None:
        gone = self.fresh()
        there = self.posted(leaf, gone)
        leaf.delete(there)
        leaf.delete(there)
        assert self.those(server, gone) == []

    @needs(DELETE)
    def test_taking_down_with_a_lost_answer(self, server: Any, line: Line, leaf: Channel) -> None:
        gone = self.fresh()
        there = self.posted(leaf, gone)
        line.on(*self.deletes)
        line.drop_after()
        with pytest.raises(NotSent) as lost:
            leaf.delete(there)
        assert not lost.value.permanent and not lost.value.auth
        leaf.delete(there)
        assert self.those(server, gone) == []

    @needs(DELETE)
    def test_a_refusal_to_take_down_is_told(self, server: Any, line: Line, leaf: Channel) -> None:
        stays = self.fresh()
        there = self.posted(leaf, stays)
        line.on(*self.deletes)
        line.answer(429, {"Retry-After": "60"}, b"{}")
        with pytest.raises(NotSent) as refused:
            leaf.delete(there)
        assert refused.value.retry_after == timedelta(minutes=1)
        assert self.only(server, stays)

    # How a post was received.

    @needs(METRICS)
    def test_reactions_are_told_by_post(self, server: Any, leaf: Channel) -> None:
        liked, ignored = self.posted(leaf, self.fresh()), self.posted(leaf, self.fresh())
        expected = self.received(server, liked)
        assert expected.likes or expected.reposts or expected.replies or expected.views
        told = leaf.measure([liked.remote_id, ignored.remote_id])
        assert told[liked.remote_id] == expected
        assert not (told[ignored.remote_id].likes or told[ignored.remote_id].reposts)

    @needs(METRICS, DELETE)
    def test_of_what_is_gone_nothing_is_told(self, server: Any, leaf: Channel) -> None:
        gone, stays = self.posted(leaf, self.fresh()), self.posted(leaf, self.fresh())
        leaf.delete(gone)
        assert set(leaf.measure([gone.remote_id, stays.remote_id])) == {stays.remote_id}

    @needs(METRICS)
    def test_of_nothing_nothing_is_asked(self, line: Line, leaf: Channel) -> None:
        asked = len(line.asked)
        assert leaf.measure([]) == {}
        assert len(line.asked) == asked

    # Pictures.

    def images(self, count: int) -> tuple[Image, ...]:
        """Pictures that fit this channel, each with words of its own; where the platform fetches
        them, with an address."""
        place = "https://harbour.example.org/boat-" if self.fetched else ""
        return tuple(
            Image(
                photograph(number, 64, 48), "image/jpeg", 64, 48, f"A boat, number {number + 1}",
                place and f"{place}{number + 1}.jpg",
            )
            for number in range(count)
        )  # fmt: skip

    def arrived(self, images: tuple[Image, ...]) -> list[Shown]:
        """As the server must have them."""
        alt = ALT in kind(self.channel).capabilities
        return [
            Shown(one.url.encode() if self.fetched else one.data, one.alt if alt else "")
            for one in images
        ]

    def shown(self, server: Any, message: Message) -> list[Shown]:
        alt = ALT in kind(self.channel).capabilities
        found = self.only(server, message).pictures
        return [one if alt else replace(one, alt="") for one in found]

    @needs(MEDIA)
    def test_a_picture_goes_with_the_post(self, server: Any, leaf: Channel) -> None:
        images = self.images(1)
        sent = self.fresh(pictures=images)
        self.posted(leaf, sent)
        assert self.shown(server, sent) == self.arrived(images)

    @needs(MEDIA)
    def test_as_many_pictures_as_it_takes_in_their_order(self, server: Any, leaf: Channel) -> None:
        assert leaf.media is not None
        images = self.images(leaf.media.count)
        sent = self.fresh(pictures=images)
        self.posted(leaf, sent)
        assert self.shown(server, sent) == self.arrived(images)

    @needs(MEDIA)
    def test_a_picture_without_words(self, server: Any, leaf: Channel) -> None:
        (image,) = self.images(1)
        sent = self.fresh(pictures=(replace(image, alt=""),))
        self.posted(leaf, sent)
        shown = [one.data for one in self.only(server, sent).pictures]
        assert shown == [one.data for one in self.arrived((image,))]

    @needs(MEDIA)
    def test_a_refused_picture_costs_no_post(self, server: Any, line: Line, leaf: Channel) -> None:
        if self.bad_picture is None:
            pytest.skip("nobody there looks at a picture")
        sent = self.fresh(pictures=self.images(1))
        line.on(*(self.uploads or self.decisive))
        line.answer(self.bad_picture[0], {"Content-Type": "application/json"}, self.bad_picture[1])
        self.posted(leaf, sent)
        assert self.shown(server, sent) == []

    @needs(MEDIA)
    def test_a_picture_whose_upload_was_lost_is_brought_again(
        self, server: Any, line: Line, leaf: Channel
    ) -> None:
        if self.uploads is None:
            pytest.skip("the picture goes in the post's own request")
        images = self.images(1)
        sent = self.fresh(pictures=images)
        line.on(*self.uploads)
        line.drop_after()
        with pytest.raises(NotSent) as lost:
            self.posted(leaf, sent)
        assert not lost.value.permanent and not lost.value.auth
        assert self.those(server, sent) == []
        self.posted(leaf, sent)
        assert self.shown(server, sent) == self.arrived(images)

    @needs(MEDIA)
    def test_a_post_with_a_picture_whose_answer_was_lost(
        self, server: Any, line: Line, leaf: Channel
    ) -> None:
        images = self.images(1)
        sent = self.fresh(pictures=images)
        self.lose(line, leaf, sent)
        self.again(leaf, sent, timedelta(minutes=2))  # never a second one, without the picture
        assert self.shown(server, sent) == self.arrived(images)

    # Threads.

    @needs(THREAD)
    def test_each_part_answers_the_one_before(self, server: Any, leaf: Channel) -> None:
        parts = self.thread(leaf, 3)
        found = [self.only(server, part) for part, _ in parts]
        assert [one.remote_id for one in found] == [there.remote_id for _, there in parts]
        above = found[0] if self.flat else found[1]
        assert [one.after for one in found] == ["", found[0].remote_id, above.remote_id]

    @needs(THREAD)
    def test_a_part_whose_answer_was_lost_stands_once(
        self, server: Any, line: Line, leaf: Channel
    ) -> None:
        ((_, first),) = self.thread(leaf, 1)
        part = self.fresh("second part", after=(first,))
        self.lose(line, leaf, part)
        there = self.again(leaf, part, timedelta(minutes=2))
        found = self.only(server, part)
        assert found.after == first.remote_id
        assert there is None or there.remote_id == found.remote_id

    def thread(self, leaf: Channel, count: int) -> list[tuple[Message, Published]]:
        """So many parts, posted one after the other."""
        parts: list[tuple[Message, Published]] = []
        for _ in range(count):
            part = self.fresh("part", after=tuple(there for _, there in parts))
            parts.append((part, self.posted(leaf, part)))
        return parts

    def lose(self, line: Line, leaf: Channel, message: Message) -> None:
        """Post it; nobody hears what became of it."""
        line.on(*self.decisive)
        line.drop_after()
        with pytest.raises(NotSent) as lost:
            self.posted(leaf, message)
        assert lost.value.unknown
