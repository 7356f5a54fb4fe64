"""Signatures of SHA-256 digests, by a private key: here, or in a process that does nothing else.

    us ── once: the keys, as a line of JSON ──────→ python signing.py
       ── n, and n digests for each of the keys ──→
       ←─ as many signatures, in the same order ──    until we close, or are no more

A signature by RSA takes as long as all the rest of a mail does, several times over. Threads would
make them too, but each must wait for Python's lock between two signatures, and so does the thread
that sends: that cost more, and held up the sending.

The other process runs this very file and imports nothing of ours, so it starts in some 80 ms and
takes 25 MB. It is handed the keys over the socket: its arguments can be read by everybody on the
machine.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
Sign = Callable[[bytes], bytes]

DIGEST = 32

_PADDING, _PREHASHED = padding.PKCS1v15(), utils.Prehashed(SHA256())


def signs(key: PrivateKey) -> Sign:
    """What makes a signature by *key* of a SHA-256 digest; any thread may call it."""
    if isinstance(key, RSAPrivateKey):
        return lambda digest: key.sign(digest, _PADDING, _PREHASHED)
    return key.sign


def octets(key: PrivateKey) -> int:
    """How long its signatures are."""
    return (key.key_size + 7) // 8 if isinstance(key, RSAPrivateKey) else 64


class SigningProcess:
    """Signs by *keys*, each given as PEM and with its :func:`octets`. Raises OSError.

    Nothing here waits. *due*: how many answers have not come.
    """

    def __init__(self, keys: Sequence[tuple[str, int]]) -> None:
        self.due = 0
        self._sizes = [size for _, size in keys]
        self._asked: deque[int] = deque()  # how many were asked for, each time
        self._heard = b""
        self._socket, theirs = socket.socketpair()
        # -P: beside this file lie others that are called as the standard library's are.
        command = [sys.executable or "", "-P", __file__]
        try:
            with theirs:
                self._socket.setblocking(False)
                self._socket.sendall(json.dumps([pem for pem, _ in keys]).encode() + b"\n")
                self._process = subprocess.Popen(  # noqa: S603 – nothing in it is anybody's input
                    command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL
                )
        except OSError:
            self._socket.close()
            raise

    @property
    def pid(self) -> int:
        """Which process it is."""
        return self._process.pid

    def fileno(self) -> int:
        """What becomes readable when there is something to hear."""
        return self._socket.fileno()

    def ask(self, digests: Sequence[Sequence[bytes]]) -> None:
        """Have these signed, at most 255: for each thing that is signed, a digest for each key.

        Raises OSError where it has ended.
        """
        said = b"".join(digest for of_one in digests for digest in of_one)
        self._socket.sendall(bytes([len(digests)]) + said)
        self._asked.append(len(digests))
        self.due += len(digests)

    def hear(self) -> list[list[Sequence[bytes]]]:
        """What has come: for each ask() that is answered whole, a signature by each key for each
        thing. Raises OSError where it has ended."""
        said = self._socket.recv(1 << 16)
        if not said:
            raise ConnectionError("the process that signs has ended")
        self._heard += said
        found = []
        while self._asked and len(self._heard) >= self._asked[0] * sum(self._sizes):
            count = self._asked.popleft()
            self.due -= count
            found.append([self._of_one() for _ in range(count)])
        return found

    def close(self) -> None:
        """End it; what it was asked for is not waited for."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _of_one(self) -> Sequence[bytes]:
        found = []
        for size in self._sizes:
            found.append(self._heard[:size])
            self._heard = self._heard[size:]
        return found


def main() -> None:
    """Sign, until the other side closes. That side alone decides: a stop must not reach us first,
    as mails may still be waiting for their signatures."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=0) as line, line.makefile("rb") as asked, suppress(OSError):
        keys = [_loaded(pem) for pem in json.loads(asked.readline() or "[]")]
        while count := asked.read(1):
            digests = asked.read(count[0] * len(keys) * DIGEST)
            line.sendall(
                b"".join(
                    keys[at % len(keys)](digests[at * DIGEST : (at + 1) * DIGEST])
                    for at in range(len(digests) // DIGEST)
                )
            )


def _loaded(pem: str) -> Sign:
    # It was checked where it came from; to try its primes takes longer than all else here.
    key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, PrivateKey):
        raise TypeError("no key that we sign by")
    return signs(key)


if __name__ == "__main__":
    main()
