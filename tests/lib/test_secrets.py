"""Credentials at rest, and the key they are sealed with."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from syndicate.lib import secrets
from syndicate.lib.errors import ConfigError
from tests.conftest import small_files


def test_sealed_credentials_do_not_show() -> None:
    sealed = secrets.seal({"token": "tell-no-one"})
    assert "tell-no-one" not in sealed
    assert secrets.unseal(sealed) == {"token": "tell-no-one"}


def test_an_old_key_still_opens(settings: Any) -> None:
    sealed = secrets.seal({"token": "x"})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
    assert secrets.unseal(sealed) == {"token": "x"}


def test_a_lost_key_says_what_to_do(settings: Any) -> None:
    sealed = secrets.seal({"token": "x"})
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(ConfigError, match="old key behind the new one") as caught:
        secrets.unseal(sealed)
    assert caught.value.id == "C006"


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret.key"
    first = secrets.secret_keys("", file)
    assert secrets.secret_keys("", file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_several_keys_are_separated_by_commas(tmp_path: Path) -> None:
    assert secrets.secret_keys("new, old", tmp_path / "unused") == ["new", "old"]


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(ConfigError, match="cannot be kept"):
        secrets.secret_keys("", tmp_path / "data" / "secret.key")


@pytest.mark.parametrize("left", [b"", b"short", b"\xff" * 64])
def test_a_damaged_key_is_never_used(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(left)
    with pytest.raises(ConfigError, match="is damaged") as caught:
        secrets.secret_keys("", tmp_path / "secret.key")
    assert caught.value.id == "C005"


def test_a_full_disk_leaves_no_half_a_key(tmp_path: Path) -> None:
    with small_files(10), pytest.raises(ConfigError, match="cannot be kept"):
        secrets.secret_keys("", tmp_path / "secret.key")
    assert list(tmp_path.iterdir()) == []
