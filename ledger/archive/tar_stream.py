"""A tar as a stream of pieces, written and read without ever holding a file in memory."""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from msgspec import Struct

from ledger.archive.troubles import SourceShrank

_PIECE: Final = 1 << 16
_MODE: Final = 0o600


class Member(Struct, frozen=True):
    """A file of the tar: bytes that are at hand, or a file on disk (gone by then: left out)."""

    name: str
    content: bytes | Path


class Tally:
    """Counts and fingerprints members in their order: what was read must be what was written."""

    def __init__(self) -> None:
        self.files = 0
        self.size = 0
        self.by_top: Counter[str] = Counter()
        self._digest = hashlib.sha256()

    def add(self, name: str, size: int, sha256: bytes) -> None:
        self.files += 1
        self.size += size
        self.by_top[name.partition("/")[0]] += 1
        line = f"{name}\n{size}\n".encode("utf-8", "surrogateescape")
        self._digest.update(line + sha256)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def tar_pieces(members: Iterable[Member], tally: Tally) -> Iterator[bytes]:
    """The members as tar, each counted in `tally` once it is through. The end is not written."""
    for member in members:
        yield from _pieces(member, tally)


def tar_end() -> bytes:
    """What ends a tar."""
    return bytes(2 * tarfile.BLOCKSIZE)


def files_below(folder: Path, prefix: str, *, leave_out: Iterable[str] = ()) -> Iterator[Member]:
    """Every regular file below a folder, as members named from `prefix` on.

    Hidden files are half-written ones. Folders come in reverse order, so that `new` of a maildir
    is read before `cur`: a mail that moves meanwhile is found twice rather than never.
    """
    skipped = frozenset(leave_out)
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name, reverse=True)
    for entry in found:
        if entry.name.startswith(".") or entry.name in skipped:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(Path(entry.path), f"{prefix}/{entry.name}", leave_out=skipped)
        elif entry.is_file(follow_symlinks=False):
            yield Member(f"{prefix}/{entry.name}", Path(entry.path))


def _pieces(member: Member, tally: Tally) -> Iterator[bytes]:
    match member.content:
        case bytes() as data:
            yield _header(member.name, len(data)) + data + _padding(len(data))
            tally.add(member.name, len(data), hashlib.sha256(data).digest())
        case Path() as path:
            try:
                file = path.open("rb")
            except FileNotFoundError:  # erased or moved since it was listed
                return
            with file:
                yield from _file_pieces(member.name, file, tally)


def _file_pieces(name: str, file: IO[bytes], tally: Tally) -> Iterator[bytes]:
    size = os.fstat(file.fileno()).st_size
    yield _header(name, size)
    digest, left = hashlib.sha256(), size
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            raise SourceShrank(name)
        digest.update(piece)
        left -= len(piece)
        yield piece
    yield _padding(size)
    tally.add(name, size, digest.digest())


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.type = size, _MODE, tarfile.REGTYPE
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def sound_name(name: str, tops: frozenset[str]) -> bool:
    """Whether a member may be unpacked: a relative path below one of `tops`, nothing else."""
    parts = Path(name).parts
    return bool(parts) and parts[0] in tops and not Path(name).is_absolute() and ".." not in parts


def copied_out(source: IO[bytes], path: Path, size: int) -> bytes:
    """Write a member to disk, synced and private; its sha256."""
    digest = hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, stat.S_IRUSR | stat.S_IWUSR), "wb") as file:
        left = size
        while left and (piece := source.read(min(left, _PIECE))):
            digest.update(piece)
            file.write(piece)
            left -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.digest()
