"""What doctor says about the machine and the files on it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from syndicate.checks import machine
from tests.conftest import small_files


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site's folder of this test's own."""
    monkeypatch.setenv("SYNDICATE_HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    (tmp_path / "config").mkdir()
    return tmp_path


def ids(found: Any) -> list[str]:
    return [finding.id for finding in found]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((3, 11, 9), ["E001"]),
        ((3, 11, 10), []),
        ((3, 12, 4), ["E001"]),
        ((3, 12, 5), []),
        ((3, 13, 0), []),
    ],
)
def test_a_python_with_the_header_hole_is_told(
    version: tuple[int, int, int], expected: list[str]
) -> None:
    assert ids(machine.of_python(version)) == expected


def test_a_nearly_full_disk_is_told() -> None:
    assert ids(machine.of_disk(Path("/srv"), 10_000_000)) == ["E002"]
    assert ids(machine.of_disk(Path("/srv"), 10_000_000_000)) == []


def test_a_folder_that_cannot_be_written_to_is_told(home: Path, now: datetime) -> None:
    (home / "data" / ".doctor").mkdir()  # root may write anywhere, but not make a file of this
    (home / "data" / ".doctor" / "in the way").touch()
    assert "E003" in ids(machine.disk(now))


def test_a_disk_without_room_for_a_page_is_told(home: Path, now: datetime) -> None:
    with small_files():
        assert "E003" in ids(machine.disk(now))
    assert list((home / "data").iterdir()) == []


def test_a_secret_that_others_can_read_is_told(home: Path, now: datetime) -> None:
    key = home / "data" / "secret.key"
    key.write_text("secret")
    key.chmod(0o600)
    assert ids(machine.secrets(now)) == []
    key.chmod(0o640)
    assert ids(machine.secrets(now)) == ["C023"]


def test_a_password_in_a_file_that_others_can_read_is_told(
    home: Path, now: datetime, configure: Any
) -> None:
    configure(smtp={"password": "pass word"})
    file = home / "config" / "syndicate.toml"
    file.write_text('[smtp]\npassword = "pass word"\n')
    file.chmod(0o644)
    assert ids(machine.secrets(now)) == ["C024"]
    file.chmod(0o600)
    assert ids(machine.secrets(now)) == []
