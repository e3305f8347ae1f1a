"""The age format under a passphrase (age-encryption.org/v1), as a stream of any size.

What is written here `age -d FILE | tar x` opens, and a test lets the reference library do so.
That library itself takes a gigabyte for a passphrase and holds the whole file in memory, which
the machine that Coo runs on may not have; so the few steps of the format stand here, on the
primitives of `cryptography`.
"""

from __future__ import annotations

import hmac
import io
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ledger.archive.troubles import CopyDamaged, NotACopy, WrongPassphrase

INTRO: Final = b"age-encryption.org/v1\n"
WORK: Final = 17
"""log2 of scrypt's N: 128 MB and a third of a second for each guess at a passphrase."""

CHUNK: Final = 1 << 16
_TAG: Final = 16
_MOST_WORK: Final = 20
_LONGEST_HEADER: Final = 4_096
_NO_NONCE: Final = bytes(12)
_HEADER: Final = re.compile(
    re.escape(INTRO)
    + rb"-> scrypt (?P<salt>[A-Za-z0-9+/]{22}) (?P<work>[1-9][0-9]?)\n"
    + rb"(?P<key>[A-Za-z0-9+/]{43})\n"
    + rb"--- (?P<mac>[A-Za-z0-9+/]{43})\n"
)


def looks_sealed(path: Path) -> bool:
    """Whether a file begins like one in this format."""
    with path.open("rb") as file:
        return file.read(len(INTRO)) == INTRO


def sealed(pieces: Iterable[bytes], passphrase: str, *, work: int = WORK) -> Iterator[bytes]:
    """The file that holds these pieces, piece by piece."""
    salt, file_key, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapped = ChaCha20Poly1305(_wrapping(passphrase, salt, work)).encrypt(_NO_NONCE, file_key, None)
    head = INTRO + b"-> scrypt " + _text(salt) + f" {work}\n".encode() + _text(wrapped) + b"\n---"
    yield head + b" " + _text(_mac(file_key, head)) + b"\n" + nonce
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    for count, (chunk, last) in enumerate(_chunks(pieces)):
        yield cipher.encrypt(_nonce(count, last=last), chunk, None)


def opened(file: IO[bytes], passphrase: str, path: Path) -> io.BufferedReader:
    """What a file holds, as a file to be read once. `path` is only named in errors.

    Raises `NotACopy` and `WrongPassphrase`; reading raises `CopyDamaged` where a chunk was
    changed or the last one is missing. So nothing counts before the end has been read.
    """
    head = _HEADER.match(file.read(_LONGEST_HEADER))
    if head is None:
        raise NotACopy(path, "a backup")
    file.seek(head.end())
    file_key = _unwrapped(head, passphrase, path)
    signed = head.group(0)[: head.start("mac") - 1]
    if not hmac.compare_digest(_mac(file_key, signed), _bytes(head["mac"])):
        raise CopyDamaged(path, "its header was changed")
    cipher = ChaCha20Poly1305(_derived(file_key, file.read(16), b"payload"))
    return io.BufferedReader(_Opened(file, cipher, path), CHUNK)


class _Opened(io.RawIOBase):
    """Decrypts chunk by chunk as it is read."""

    def __init__(self, file: IO[bytes], cipher: ChaCha20Poly1305, path: Path) -> None:
        self._file, self._cipher, self._path = file, cipher, path
        self._next = file.read(CHUNK + _TAG)
        self._count = 0
        self._rest = b""
        self._through = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # narrower
        while not self._rest and not self._through:
            self._rest = self._chunk()
        given = self._rest[: len(buffer)]
        buffer[: len(given)] = given
        self._rest = self._rest[len(given) :]
        return len(given)

    def _chunk(self) -> bytes:
        chunk, self._next = self._next, self._file.read(CHUNK + _TAG)
        self._through = not self._next
        try:
            plain = self._cipher.decrypt(_nonce(self._count, last=self._through), chunk, None)
        except (InvalidTag, ValueError) as error:
            why = "its end is missing" if self._through else f"chunk {self._count + 1} is not whole"
            raise CopyDamaged(self._path, why) from error
        self._count += 1
        return plain


def _chunks(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Chunks of equal size, and whether each is the last; at least one, be it empty."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK:
            yield bytes(waiting[:CHUNK]), False
            del waiting[:CHUNK]
    yield bytes(waiting), True


def _unwrapped(head: re.Match[bytes], passphrase: str, path: Path) -> bytes:
    work = int(head["work"])
    if work > _MOST_WORK:
        raise NotACopy(path, "a backup")
    wrapping = _wrapping(passphrase, _bytes(head["salt"]), work)
    try:
        return ChaCha20Poly1305(wrapping).decrypt(_NO_NONCE, _bytes(head["key"]), None)
    except InvalidTag as error:
        raise WrongPassphrase(path) from error


def _wrapping(passphrase: str, salt: bytes, work: int) -> bytes:
    salted = b"age-encryption.org/v1/scrypt" + salt
    return Scrypt(salt=salted, length=32, n=1 << work, r=8, p=1).derive(passphrase.encode())


def _derived(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), head, sha256)


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11) + bytes([last])


def _text(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    return b64decode(text + b"=" * (-len(text) % 4))
