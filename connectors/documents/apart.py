"""Reads documents in a process apart: what hangs is ended, what crashes takes nobody along."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from connectors.documents.child import Asked
from connectors.documents.kinds import Kind, kind_of
from connectors.documents.limits import DocumentLimits
from connectors.documents.reading import Reading, read_document
from ledger.domain.documents import ReadHow

_CHILD: Final = ("-I", "-m", "connectors.documents.child")
_LINE: Final = 16 * 1024 * 1024
_HARMLESS: Final = frozenset({Kind.NAMED, Kind.UNKNOWN, Kind.TEXT})
_CRASHED: Final = "reading it crashed"


class Given(Protocol):
    """A file as it came: what it is called, what it is said to be, and its bytes."""

    @property
    def name(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    @property
    def data(self) -> bytes: ...


class ReadsApart:
    """Reads files one after the other. `command` is the process that does it."""

    def __init__(
        self, limits: DocumentLimits | None = None, command: Sequence[str] | None = None
    ) -> None:
        self._limits = limits or DocumentLimits()
        self._command = tuple(command or (sys.executable, *_CHILD))

    async def read(self, files: Sequence[Given]) -> list[Reading]:
        """A reading for each file. One that takes too long, or crashes, costs only itself."""
        ends = time.monotonic() + self._limits.all_seconds
        found: list[Reading] = []
        async with contextlib.AsyncExitStack() as stack:
            process: _Process | None = None
            for file in files:
                if self._needs_nobody(file):
                    found.append(read_document(file.name, file.media_type, file.data, self._limits))
                    continue
                left = min(self._limits.seconds, ends - time.monotonic())
                if left <= 0:
                    found.append(_late())
                    continue
                if process is None or process.over:
                    process = await stack.enter_async_context(_Process(self._command))
                found.append(await process.read(file, self._limits, left))
        return found

    def _needs_nobody(self, file: Given) -> bool:
        """Whether nothing in it is looked at but letters, as those of a mail are."""
        kind = kind_of(file.name, file.media_type, file.data)
        return kind in _HARMLESS or not 0 < len(file.data) <= self._limits.size


class _Process:
    """One process, ended at the latest when the reading is over."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self.over = False

    async def __aenter__(self) -> _Process:
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, stderr=nothing, env={}, limit=_LINE
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.communicate()

    async def read(self, file: Given, limits: DocumentLimits, seconds: float) -> Reading:
        """What it makes of a file within so many seconds; else it is ended."""
        try:
            async with asyncio.timeout(seconds):
                line = await self._asked(file, limits)
        except TimeoutError:
            self._end()
            return _late()
        except (OSError, ValueError):
            line = b""
        try:
            return msgspec.json.decode(line, type=Reading)
        except msgspec.MsgspecError:
            self._end()
            return Reading(how=ReadHow.BROKEN, notes=(_CRASHED,))

    async def _asked(self, file: Given, limits: DocumentLimits) -> bytes:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return b""
        head = Asked(name=file.name, media_type=file.media_type, size=len(file.data), limits=limits)
        process.stdin.write(msgspec.json.encode(head) + b"\n" + file.data)
        await process.stdin.drain()
        return await process.stdout.readline()

    def _end(self) -> None:
        self.over = True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


def _late() -> Reading:
    return Reading(how=ReadHow.TOO_SLOW, notes=("reading it took too long, and was ended",))
