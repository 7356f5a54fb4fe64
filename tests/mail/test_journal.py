"""The journal says what happened, to whoever comes after."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.status import Status
from syndicate.mail import journal
from syndicate.mail.journal import Journal, Story, find, left_behind
from syndicate.mail.outcome import Outcome

OWNER = "host:1:abc"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A site of its own: the journals of other tests are elsewhere."""
    monkeypatch.setenv("SYNDICATE_HOME", str(tmp_path))
    yield journal.folder()


def sent(seq: int, reply: str = "ok") -> Outcome:
    return Outcome(seq, 1, Status.SENT, 250, reply)


def written(*, mails: int = 9) -> None:
    """1 and 2 answered, 3 on its way, then killed."""
    with Journal(7, OWNER, mails) as mine:
        for seq in (1, 2, 3):
            mine.attempting(seq, 1)
        mine.answered(sent(1))
        mine.answered(Outcome(2, 1, Status.FAILED, None, "no\r\n= 9 1 sent 250 - x\n\0", "gone"))


def test_it_tells_what_was_answered_and_what_was_not() -> None:
    written()
    story = find(7, OWNER)
    assert story is not None and story.whole and (story.batch_id, story.owner) == (7, OWNER)
    assert story.unanswered == {3: 1}
    assert story.outcomes[1] == sent(1)
    assert story.outcomes[2].kind == "gone" and set(story.outcomes) == {1, 2}


def test_another_claim_of_the_batch_has_another_file() -> None:
    written()
    assert find(7, "host:1:other") is None


def test_the_dead_are_told_from_the_living() -> None:
    written()
    with Journal(8, "host:1:def", 1):
        found = [(file.name, story) for file, story in left_behind()]
    assert [name for name, _ in found] == ["7-abc.journal"]
    assert isinstance(found[0][1], Story)


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_line_that_was_cut_off_was_never_written(folder: Path, cut: int) -> None:
    written()
    file = folder / "7-abc.journal"
    whole = file.read_bytes().rstrip(b"\0")
    file.write_bytes(whole[:-cut])
    story = find(7, OWNER)
    assert story is not None and set(story.outcomes) == {1} and set(story.unanswered) == {2, 3}


def test_after_a_power_cut_it_is_not_whole(folder: Path) -> None:
    written()
    file = folder / "7-abc.journal"
    file.write_bytes(file.read_bytes().replace(journal.boot_id().encode(), b"another-boot"))
    story = find(7, OWNER)
    assert story is not None and not story.whole


@given(st.text(), st.integers(1, 4_000_000_000))
def test_any_reply_is_one_line_that_fits(text: str, seq: int) -> None:
    with Journal(7, os.urandom(6).hex(), 1) as mine:
        mine.attempting(seq, 99)
        mine.answered(Outcome(seq, 99, Status.UNSUBSCRIBED, 550, text * 9, "blocked-by"))
        room = os.fstat(mine._fd).st_size
        assert mine._map.tell() <= room
        mine.discard()


def test_no_room_closes_the_lane_before_anything_is_sent(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    with pytest.raises(NotSent, match="cannot be written") as caught:
        Journal(7, OWNER, 1)
    assert caught.value.scope is Scope.LANE and "Make room" in caught.value.hint


def test_what_was_never_named_is_swept_away_in_time() -> None:
    journal.folder().mkdir(parents=True, exist_ok=True)
    old, young = journal.folder() / "1-a.new", journal.folder() / "2-b.new"
    old.touch()
    young.touch()
    os.utime(old, (0, 0))
    assert list(journal.left_behind()) == []
    assert (old.exists(), young.exists()) == (False, True)
