"""Signatures made in another process: right, in order, and its key nowhere to be seen."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from syndicate.lib import signing
from syndicate.lib.signing import PrivateKey, SigningProcess
from tests.installation import until


def pem(key: PrivateKey) -> str:
    made = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.decode("ascii")


@cache
def keys() -> tuple[rsa.RSAPrivateKey, ed25519.Ed25519PrivateKey]:
    return rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()


@pytest.fixture
def process() -> Iterator[SigningProcess]:
    made = SigningProcess([(pem(key), signing.octets(key)) for key in keys()])
    yield made
    made.close()


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def answers(process: SigningProcess, count: int) -> list[list[Sequence[bytes]]]:
    """Of so many asks, as they come."""
    found: list[list[Sequence[bytes]]] = []
    while len(found) < count:
        assert select.select([process], [], [], 10)[0]
        found += process.hear()
    return found


def check(signatures: Sequence[bytes], by_rsa: bytes, by_ed25519: bytes) -> None:
    """Raises InvalidSignature."""
    one, two = keys()
    scheme = utils.Prehashed(SHA256())
    one.public_key().verify(signatures[0], by_rsa, padding.PKCS1v15(), scheme)
    two.public_key().verify(signatures[1], by_ed25519)


def test_each_key_signs_its_own_digests_in_their_order(process: SigningProcess) -> None:
    asks = [["a", "b", "c"], ["d"], ["e", "f"]]
    for names in asks:
        process.ask([[digest(f"{name} rsa"), digest(f"{name} ed")] for name in names])
    assert process.due == 6
    for names, answer in zip(asks, answers(process, 3), strict=True):
        for name, signatures in zip(names, answer, strict=True):
            check(signatures, digest(f"{name} rsa"), digest(f"{name} ed"))
    assert process.due == 0


def test_as_many_as_can_be_asked_for_at_once(process: SigningProcess) -> None:
    process.ask([[digest(f"{n}"), digest(f"{n}")] for n in range(255)])
    check(answers(process, 1)[0][-1], digest("254"), digest("254"))


@pytest.mark.parametrize("bits", [2048, 2050, 3072])
def test_keys_of_any_length(bits: int) -> None:
    key = rsa.generate_private_key(65537, bits)
    process = SigningProcess([(pem(key), signing.octets(key))])
    process.ask([[digest("a")], [digest("b")], [digest("c")]])
    assert [signatures[0] for signatures in answers(process, 1)[0]] == [
        signing.signs(key)(digest(name)) for name in "abc"
    ]
    process.close()


def test_it_is_the_same_signature_here() -> None:
    one, two = keys()
    check([signing.signs(one)(digest("a")), signing.signs(two)(digest("b"))],
          digest("a"), digest("b"))  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")
def test_nobody_sees_the_key(process: SigningProcess) -> None:
    folder = Path(f"/proc/{process.pid}")
    seen = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
    assert b"signing.py" in seen and b"PRIVATE KEY" not in seen
    assert not [line for line in pem(keys()[0]).splitlines() if line.encode() in seen]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_does_not_reach_it_before_us(process: SigningProcess, number: int) -> None:
    process.ask([[digest("a"), digest("a")]])
    answers(process, 1)  # by now it listens to no signal
    os.kill(process.pid, number)
    process.ask([[digest("b"), digest("b")]])
    check(answers(process, 1)[0][0], digest("b"), digest("b"))


def test_its_death_is_noticed(process: SigningProcess) -> None:
    os.kill(process.pid, signal.SIGKILL)
    assert select.select([process], [], [], 10)[0]
    with pytest.raises(OSError):
        process.hear()
    with pytest.raises(OSError):
        process.ask([[digest("a"), digest("a")]])


def test_it_ends_with_us(tmp_path: Path) -> None:
    """However we end: nobody is there to tell it."""
    (tmp_path / "rsa.pem").write_text(pem(keys()[0]))
    script = (
        "import pathlib, sys, time\n"
        "from syndicate.lib.signing import SigningProcess\n"
        "made = SigningProcess([(pathlib.Path(sys.argv[1]).read_text(), 256)])\n"
        "print(made.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "rsa.pem")], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _lives(pid)
        parent.kill()
        parent.wait(10)
        until(lambda: not _lives(pid), 10, "the end of the process that signs")


def test_one_that_hangs_is_ended(process: SigningProcess) -> None:
    os.kill(process.pid, signal.SIGSTOP)
    process.close()
    assert not _lives(process.pid)


def test_a_key_that_it_cannot_use_ends_it() -> None:
    process = SigningProcess([("no key", 256)])
    assert select.select([process], [], [], 10)[0]
    with pytest.raises(OSError):
        process.hear()
    process.close()


def test_where_no_process_can_be_had(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(OSError):
        SigningProcess([(pem(keys()[0]), 256)])


def _lives(pid: int) -> bool:
    """Whether it runs; one that nobody has asked after yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
