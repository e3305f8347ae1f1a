"""Files that hang on a message: fetched through their chat, and handed to the same door as mail."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.channel import Reply
from bot.chat.forms import Fetching
from bot.chat.port import ChatTrouble
from bot.documents.arriving import Handed
from bot.intake import Intake, Taken
from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from connectors.documents.kinds import Kind, kind_of
from ledger.domain.errors import CooError, InputUnreadable
from ledger.domain.events import ChatFile, MailUnreadable

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a file that is taken from a chat."""


_DOCUMENTS: Final = frozenset({Kind.PDF, Kind.DOCX, Kind.PICTURE})
"""What is no mail and no list of payments, whatever it is called."""


async def take_files(
    files: tuple[ChatFile, ...], service: object, intake: Intake, handed: Handed | None = None
) -> Reply:
    """Take in what can be read, and say of each file what became of it.

    `handed`: the case that documents are for; None: nobody said one.
    """
    if not isinstance(service, Fetching):
        return Reply(lines=texts.FILES_UNFETCHED.put(), trouble=True)
    lines: list[str] = []
    trouble = False
    for file in files:
        try:
            lines += await _taken(file, service, intake, handed)
        except (CooError, ChatTrouble) as error:
            lines += [texts.FILE_NOT_TAKEN.format(name=_shown(file), cause=error.cause)]
            lines += [error.remedy]
            trouble = True
    return Reply(lines=tuple(lines), trouble=trouble)


async def _taken(
    file: ChatFile, service: Fetching, intake: Intake, handed: Handed | None
) -> list[str]:
    if file.size > LARGEST:
        raise CooError(*texts.FILE_TOO_LARGE.put(size=file.size, most=LARGEST))
    data = await service.fetch(file, LARGEST)
    with TemporaryDirectory(prefix="coo-chat-") as folder:
        path = Path(folder) / _safe(file.name)
        await asyncio.to_thread(path.write_bytes, data)
        if kind_of(file.name, "", data) in _DOCUMENTS:
            taken = [await _document(path, file, intake, handed)]
        else:
            taken = await intake.file(path)
    unreadable = [one.fact.event for one in taken if isinstance(one.fact.event, MailUnreadable)]
    new = sum(one.new for one in taken)
    words = counted(len(taken), taken[0].what) if taken else ""
    line = texts.FILE_TAKEN if new else texts.FILE_KNOWN if taken else texts.FILE_EMPTY
    said = [line.format(name=_shown(file), what=words)]
    return [*said, *(text for event in unreadable for text in (event.cause, event.remedy))]


async def _document(path: Path, file: ChatFile, intake: Intake, handed: Handed | None) -> Taken:
    """Raises `InputUnreadable` where nobody said which case it is for."""
    if handed is None:
        raise InputUnreadable(*texts.FILE_FOR_WHAT.put())
    return await intake.document(path, replace(handed, name=file.name))


def _safe(name: str) -> str:
    """A file's name without anything that means something to a file system."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")[-80:] or "file"


def _shown(file: ChatFile) -> str:
    return one_line(file.name or file.id, 80)
