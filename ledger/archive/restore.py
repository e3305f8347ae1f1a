"""The way back: a backup is unpacked beside its place and checked whole before it goes there."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Final, TypeVar

import msgspec

from ledger.archive.age import CHUNK, opened
from ledger.archive.manifest import (
    BLOBS,
    FIRST,
    FORMAT,
    KEYS,
    LAST,
    LEDGER,
    TOPS,
    Checks,
    Manifest,
    checks_of,
)
from ledger.archive.stored import check_documents, walked
from ledger.archive.tar_stream import Tally, copied_out, sound_name
from ledger.archive.troubles import CopyDamaged, CopyTooNew, NotACopy, TargetTaken
from ledger.archive.workplace import workplace
from ledger.chain import Head
from ledger.durable_files import make_folder, sync_folder
from ledger.seal import Keys

T = TypeVar("T")

_LARGEST_NOTE: Final = 100_000


@contextmanager
def arriving(target: Path, what: str) -> Iterator[Path]:
    """A folder beside `target` to make a copy in; `put_in_place` ends it.

    Whatever happens before, `target` is as it was. Raises `TargetTaken` where it is not empty.
    """
    refuse_taken(target)
    with workplace(target.parent / f".{target.name}.arriving", what) as folder:
        yield folder


def refuse_taken(target: Path) -> None:
    """Raise `TargetTaken` where something is there. An empty folder is nothing."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise TargetTaken(target)
    if target.is_dir() and any(target.iterdir()):
        raise TargetTaken(target)


def put_in_place(folder: Path, target: Path) -> None:
    """Give the finished copy its name, durably, in one step."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
    sync_folder(folder)
    try:
        folder.rename(target)
    except OSError as error:  # somebody put something there meanwhile
        raise TargetTaken(target) from error
    sync_folder(target.parent)


def unpack(path: Path, folder: Path, passphrase: str) -> Manifest:
    """Unpack a backup into an empty folder, checked file by file; what it says of itself.

    Raises `WrongPassphrase`, `NotACopy`, `CopyTooNew` and `CopyDamaged`.
    """
    with path.open("rb") as file, opened(file, passphrase, path) as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|") as tar:
                manifest = _unpacked(tar, path, folder)
            while stream.read(CHUNK):  # only who has seen the end knows that nothing is missing
                pass
        except (tarfile.TarError, EOFError, UnicodeError) as error:
            raise CopyDamaged(path, str(error) or "its end is missing") from error
    return manifest


def check(folder: Path, manifest: Manifest, path: Path) -> None:
    """Walk the chain to the head that was noted, and open every document.

    Raises `ChainBroken`, `DocumentDamaged` and `KeysUnreadable`.
    """
    if manifest.facts:
        walked(
            folder / LEDGER, manifest.company, Head(manifest.facts, bytes.fromhex(manifest.head))
        )
    if not (folder / KEYS).exists():
        raise CopyDamaged(path, "it holds no keys")
    with closing(Keys.open(folder / KEYS)) as keys:
        check_documents(folder / BLOBS, keys)


def _unpacked(tar: tarfile.TarFile, path: Path, folder: Path) -> Manifest:
    manifest: Manifest | None = None
    tally, checks = Tally(), None
    for info in tar:
        source = tar.extractfile(info)
        if checks is not None or source is None or not info.isreg():
            raise CopyDamaged(path, f"{info.name!r} should not be there")
        if manifest is None:
            manifest = _manifest(info, source, path)
        elif info.name == LAST:
            checks = _note(source, Checks, path)
        else:
            _take(info, source, folder, tally, path)
    if manifest is None or checks is None:
        raise CopyDamaged(path, "its end is missing")
    if checks != checks_of(tally):
        raise CopyDamaged(path, "it does not hold the files that were counted")
    return manifest


def _manifest(info: tarfile.TarInfo, source: IO[bytes], path: Path) -> Manifest:
    if info.name != FIRST:
        raise NotACopy(path, "a backup")
    manifest = _note(source, Manifest, path)
    if manifest.format != FORMAT:
        raise CopyTooNew(path, manifest.format)
    return manifest


def _note(source: IO[bytes], kind: type[T], path: Path) -> T:
    try:
        return msgspec.json.decode(source.read(_LARGEST_NOTE), type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise CopyDamaged(path, f"its notes cannot be read: {error}") from error


def _take(info: tarfile.TarInfo, source: IO[bytes], folder: Path, tally: Tally, path: Path) -> None:
    if not sound_name(info.name, TOPS):
        raise CopyDamaged(path, f"{info.name!r} should not be there")
    place = folder / info.name
    make_folder(place.parent)
    try:
        sha256 = copied_out(source, place, info.size)
    except FileExistsError as error:
        raise CopyDamaged(path, f"{info.name!r} is in it twice") from error
    tally.add(info.name, place.stat().st_size, sha256)
