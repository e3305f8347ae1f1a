"""Mail coming in through a maildir: list, watch, and mark as taken."""

from __future__ import annotations

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

from watchfiles import awatch

from connectors.mail.maildir import make_maildir
from ledger.durable_files import sync_folder

_SWEEP_MS = 2_000
_SETTLE_MS = 200


class MaildirIn:
    """The folder into which a mail program, a script or a person drops mails.

    A mail counts as new until `done`, in new/ or (moved there by a mail program) unseen in
    cur/. Files in tmp/ are half-written and never looked at.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_maildir(folder)

    def messages(self) -> list[tuple[str, Path]]:
        """(name, path) of the mails not yet taken, oldest first."""
        found = [*self._files("new"), *(each for each in self._files("cur") if not _seen(each[1]))]
        return [
            (name, path)
            for _, name, path in sorted((_age(path), name, path) for name, path in found)
        ]

    def done(self, name: str) -> None:
        """Mark a mail as taken: it moves to cur/ with the flag S. Again is no error, nor is it
        where another process is faster.
        """
        for fresh, path in self.messages():
            if fresh == name:
                target = self._free(name)
                with contextlib.suppress(FileNotFoundError):
                    path.rename(target)
                sync_folder(target.parent)
                return

    async def watch(self, stop: asyncio.Event) -> AsyncIterator[tuple[str, Path]]:
        """Every mail not yet taken and every new one, each once, until `stop`.

        The folder is also swept every two seconds, since some file systems report no changes.
        """
        told: set[tuple[str, int]] = set()
        changes = awatch(
            self._folder / "new", self._folder / "cur",
            stop_event=stop, debounce=_SETTLE_MS, rust_timeout=_SWEEP_MS, yield_on_timeout=True,
        )  # fmt: skip
        async with aclosing(changes):
            while not stop.is_set():
                fresh = [each for each in self.messages() if (each[0], _age(each[1])) not in told]
                for name, path in fresh:
                    told.add((name, _age(path)))
                    yield name, path
                if not fresh and await anext(changes, None) is None:
                    return

    def _files(self, part: str) -> Iterator[tuple[str, Path]]:
        """The regular files of new/ or cur/: no folders, links or hidden files."""
        for path in (self._folder / part).iterdir():
            if not path.name.startswith(".") and _is_regular(path):
                yield path.name.partition(":2,")[0], path

    def _free(self, name: str) -> Path:
        """Where the mail goes in cur/; another mail that once had the same name stays."""
        target = self._folder / "cur" / f"{name}:2,S"
        count = 1
        while target.exists():
            target = self._folder / "cur" / f"{name}.{count}:2,S"
            count += 1
        return target


def _seen(path: Path) -> bool:
    return "S" in path.name.partition(":2,")[2]


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False  # taken by somebody else in this moment


def _age(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except FileNotFoundError:
        return 0
