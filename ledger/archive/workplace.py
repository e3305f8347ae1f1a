"""A folder to work in, held by one process at a time; what a killed one left is thrown away."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ledger.archive.troubles import AlreadyRuns
from ledger.durable_files import make_folder

PRIVATE: Final = 0o700


@contextmanager
def workplace(folder: Path, what: str) -> Iterator[Path]:
    """Hold `folder`, empty, and remove it at the end where it is still there.

    The lock is the operating system's and goes with the process. Raises `AlreadyRuns`.
    """
    handle = _held(folder, what)
    try:
        _emptied(folder)
        yield folder
        if folder.exists() and os.path.samestat(folder.stat(), os.fstat(handle)):
            shutil.rmtree(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(handle)


def _held(folder: Path, what: str) -> int:
    while True:
        make_folder(folder.parent)
        folder.mkdir(mode=PRIVATE, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise AlreadyRuns(what) from error
        if folder.exists() and os.path.samestat(folder.stat(), os.fstat(handle)):
            return handle
        os.close(handle)  # somebody removed it between our two steps


def _emptied(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
