"""Blobs: large raw input, sealed on disk, found by its sha256."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ledger.blobs import BlobNotKept, FileBlobs
from ledger.domain.errors import BlobMissing
from ledger.domain.reading import Blobs
from ledger.seal import Keys, PersonForgotten

MAIL = b"From: ada@example.com\r\n\r\nSecret plans\r\n" * 100


@pytest.fixture
def keys(tmp_path: Path):
    opened = Keys.open(tmp_path / "keys.db")
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path, keys: Keys) -> Blobs:
    return FileBlobs(tmp_path / "blobs", keys)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("data", [MAIL, b"", b"\x00" * 1_000_000])
async def test_what_was_put_is_found_by_its_sha256(blobs: Blobs, data: bytes) -> None:
    address = await blobs.put(data, person="p-ada")
    assert address == hashlib.sha256(data).hexdigest()
    assert await blobs.get(address) == data


async def test_nothing_readable_lies_on_disk(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.put(MAIL, person="p-ada")
    stored = b"".join(path.read_bytes() for path in files(tmp_path / "blobs"))
    assert b"Secret" not in stored
    assert stored


async def test_the_same_bytes_twice_are_one_blob(blobs: Blobs, tmp_path: Path) -> None:
    first = await blobs.put(MAIL, person="p-ada")
    written = files(tmp_path / "blobs")[0].stat().st_mtime_ns
    assert await blobs.put(MAIL, person="p-ada") == first
    assert [path.stat().st_mtime_ns for path in files(tmp_path / "blobs")] == [written]


async def test_the_same_bytes_of_two_persons_outlive_the_erasure_of_one(
    blobs: Blobs, keys: Keys
) -> None:
    address = await blobs.put(MAIL, person="p-ada")
    assert await blobs.put(MAIL, person="p-bob") == address
    keys.forget("p-ada")
    assert await blobs.get(address) == MAIL
    keys.forget("p-bob")
    with pytest.raises(BlobMissing):
        await blobs.get(address)


async def test_a_blob_of_an_erased_person_is_missing(blobs: Blobs, keys: Keys) -> None:
    address = await blobs.put(MAIL, person="p-ada")
    keys.forget("p-ada")
    with pytest.raises(BlobMissing):
        await blobs.get(address)
    with pytest.raises(PersonForgotten):
        await blobs.put(b"more", person="p-ada")


async def test_a_blob_of_the_company_needs_no_person(blobs: Blobs) -> None:
    assert await blobs.get(await blobs.put(b"price list")) == b"price list"


@pytest.mark.parametrize("person", ["../../etc", "a/b", ".", "of-.sealed", "p ä"])
async def test_a_strange_person_stays_inside_the_folder(
    blobs: Blobs, tmp_path: Path, person: str
) -> None:
    address = await blobs.put(MAIL, person=person)
    assert await blobs.get(address) == MAIL
    assert {path.parent.name for path in files(tmp_path / "blobs")} == {address}


@pytest.mark.parametrize("address", ["0" * 64, "", "../keys.db", "*", "A" * 64])
async def test_an_unknown_address_is_missing(blobs: Blobs, address: str) -> None:
    await blobs.put(MAIL)
    with pytest.raises(BlobMissing):
        await blobs.get(address)


async def test_a_full_disk_leaves_no_half_a_blob(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr("ledger.blobs.sync_folder", lambda _folder: None)
        patched.setattr(os, "fsync", full)
        with pytest.raises(BlobNotKept, match="No space"):
            await blobs.put(MAIL)
    assert files(tmp_path / "blobs") == []
    assert await blobs.get(await blobs.put(MAIL)) == MAIL


async def test_a_file_left_over_from_a_crash_is_not_taken_for_a_blob(
    blobs: Blobs, tmp_path: Path
) -> None:
    address = await blobs.put(MAIL)
    [path] = files(tmp_path / "blobs")
    path.rename(path.with_name(f".{path.name}.0011223344556677"))
    with pytest.raises(BlobMissing):
        await blobs.get(address)
