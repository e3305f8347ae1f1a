"""What Coo seals, every program that knows the age format opens, and the other way round."""

from __future__ import annotations

import io
from pathlib import Path

import pyrage
import pytest

from ledger.archive.age import CHUNK, looks_sealed, opened, sealed
from ledger.archive.troubles import CopyDamaged, NotACopy, WrongPassphrase

WORDS = "correct horse battery"
HERE = Path("a.coo")
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7]


def file_of(data: bytes, *, pieces: int = 3, words: str = WORDS) -> bytes:
    size = max(1, len(data) // pieces)
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(sealed(parts, words, work=6))


def read(file: bytes, words: str = WORDS) -> bytes:
    return opened(io.BytesIO(file), words, HERE).read()


@pytest.mark.parametrize("size", SIZES)
def test_the_reference_library_opens_what_was_sealed_here(size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    assert pyrage.passphrase.decrypt(file_of(data), WORDS) == data


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_here_opens_here(size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    assert read(file_of(data)) == data


def test_a_file_is_told_by_its_beginning(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.write_bytes(file_of(b"x"))
    other.write_bytes(b"company:\n")
    assert looks_sealed(mine)
    assert not looks_sealed(other)


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(WrongPassphrase, match=r"does not open 'a\.coo'"):
        read(file_of(b"secret"), "correct horse batterz")


@pytest.mark.parametrize("file", [b"", b"company:\n", b"age-encryption.org/v1\n-> X25519 abc\n"])
def test_what_is_no_sealed_file_is_said_to_be_none(file: bytes) -> None:
    with pytest.raises(NotACopy):
        read(file)


def test_a_file_that_asks_for_absurd_work_is_refused_before_any_work_is_done() -> None:
    absurd = file_of(b"x").replace(b" 6\n", b" 40\n", 1)
    with pytest.raises(NotACopy):
        read(absurd)


@pytest.mark.parametrize("lost", [1, 16, 17, CHUNK + 16, CHUNK + 17, 2 * (CHUNK + 16)])
def test_a_cut_file_never_reads_as_a_whole_one(lost: int) -> None:
    file = file_of(bytes(3 * CHUNK + 7))
    with pytest.raises(CopyDamaged, match="cut or changed"):
        read(file[:-lost])


@pytest.mark.parametrize("place", [-1, -30_000, -(CHUNK + 100), -(3 * CHUNK)])
def test_a_changed_byte_is_noticed_wherever_it_is(place: int) -> None:
    file = bytearray(file_of(bytes(3 * CHUNK + 7)))
    file[place] ^= 1
    with pytest.raises(CopyDamaged):
        read(bytes(file))


def test_two_chunks_cannot_be_swapped_nor_the_last_one_repeated() -> None:
    file = file_of(bytes(3 * CHUNK))
    head = len(file) - 3 * (CHUNK + 16)
    chunks = [file[head + n * (CHUNK + 16) : head + (n + 1) * (CHUNK + 16)] for n in range(3)]
    for order in ((1, 0, 2), (0, 1, 2, 2), (0, 2)):
        with pytest.raises(CopyDamaged):
            read(file[:head] + b"".join(chunks[n] for n in order))


def test_a_changed_header_is_noticed() -> None:
    file = file_of(b"x")
    line = file.split(b"\n")[3]
    other = line[:-1] + (b"A" if line[-1:] != b"A" else b"E")
    with pytest.raises(CopyDamaged, match="header"):
        read(file.replace(line, other, 1))
