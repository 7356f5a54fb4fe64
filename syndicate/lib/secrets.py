"""The site's secret key, and credentials encrypted at rest.

The key lies outside the database (the environment, a file, or ``data/secret.key`` with mode 0600),
so a copied database gives nothing away. ``site.secret_key`` may hold several keys separated by
commas: the first encrypts, all decrypt, which is how a key is changed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from syndicate.lib.errors import ConfigError

# Characters; a shorter one is what a full disk left of it.
SHORTEST = 20


def secret_keys(configured: str, file: Path) -> list[str]:
    """The keys in force, newest first; makes *file* when nothing is configured and it is absent."""
    if configured:
        return [key.strip() for key in configured.split(",") if key.strip()]
    try:
        return [_kept(file)]
    except OSError as error:
        raise ConfigError(
            "C005",
            f"The secret key cannot be kept in {file}: {error.strerror}.",
            "Make the folder writable, or set SYNDICATE_SITE__SECRET_KEY.",
        ) from error


def _kept(file: Path) -> str:
    if not file.is_file():
        _make(file)
    key = file.read_text(encoding="ascii", errors="replace").strip()
    if len(key) < SHORTEST or not key.isascii():
        raise ConfigError(
            "C005",
            f"The secret key in {file} is damaged.",
            "Put it back from a backup. Without it: delete the file, and a new key is made; links "
            "in mails sent before lead nowhere then, and accounts must be connected again.",
        )
    return key


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48) + "\n")
        # All of it or nothing; of two first starts at once, both take the one that came first.
        os.link(fresh, file)
    except FileExistsError:
        return
    finally:
        fresh.unlink(missing_ok=True)


def fresh() -> str:
    """Twenty-four letters that nobody can guess, fit for an address."""
    return secrets.token_urlsafe(18)


def seal(values: Mapping[str, str]) -> str:
    """Encrypt a small mapping (an account's credentials) to text for the database."""
    return _fernet().encrypt(json.dumps(dict(values)).encode()).decode("ascii")


def unseal(sealed: str) -> dict[str, str]:
    """What :func:`seal` was given; an empty text is an empty mapping."""
    if not sealed:
        return {}
    try:
        opened: dict[str, str] = json.loads(_fernet().decrypt(sealed.encode("ascii")))
    except InvalidToken as error:
        raise ConfigError(
            "C006",
            "Stored credentials cannot be read with the present secret key.",
            "Put the old key behind the new one in site.secret_key, or connect the account again.",
        ) from error
    return opened


def _fernet() -> MultiFernet:
    from django.conf import settings

    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    digest = hashlib.sha256(b"syndicate.credentials:" + key.encode()).digest()
    return base64.urlsafe_b64encode(digest)
