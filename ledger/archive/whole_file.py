"""A file that appears at once and whole: written beside, synced, then renamed over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ledger.domain.errors import InputUnreadable
from ledger.durable_files import sync_folder


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write `path`, readable by its owner only. Where the block raises, what was there stays.

    A killed process leaves `.NAME.part` behind; the next one writes over it.
    """
    if not path.parent.is_dir():
        raise InputUnreadable(
            f"There is no folder {str(path.parent)!r} to write {path.name!r} into.",
            "Nothing was written. Make the folder, or name another file.",
        )
    beside = path.with_name(f".{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        with os.fdopen(os.open(beside, flags, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
