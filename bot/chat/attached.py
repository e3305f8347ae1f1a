"""Files that hang on a message: fetched through their chat, and handed to the same door as mail."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot import texts
from bot.channel import Reply
from bot.chat.forms import Fetching
from bot.chat.port import ChatTrouble
from bot.intake import Intake
from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from ledger.domain.errors import CooError
from ledger.domain.events import ChatFile, MailUnreadable

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a file that is taken from a chat."""


async def take_files(files: tuple[ChatFile, ...], service: object, intake: Intake) -> Reply:
    """Take in what can be read, and say of each file what became of it."""
    if not isinstance(service, Fetching):
        return Reply(lines=texts.FILES_UNFETCHED.put(), trouble=True)
    lines: list[str] = []
    trouble = False
    for file in files:
        try:
            lines += await _taken(file, service, intake)
        except (CooError, ChatTrouble) as error:
            lines += [texts.FILE_NOT_TAKEN.format(name=_shown(file), cause=error.cause)]
            lines += [error.remedy]
            trouble = True
    return Reply(lines=tuple(lines), trouble=trouble)


async def _taken(file: ChatFile, service: Fetching, intake: Intake) -> list[str]:
    if file.size > LARGEST:
        raise CooError(*texts.FILE_TOO_LARGE.put(size=file.size, most=LARGEST))
    data = await service.fetch(file, LARGEST)
    with TemporaryDirectory(prefix="coo-chat-") as folder:
        path = Path(folder) / _safe(file.name)
        await asyncio.to_thread(path.write_bytes, data)
        taken = await intake.file(path)
    unreadable = [one.fact.event for one in taken if isinstance(one.fact.event, MailUnreadable)]
    new = sum(one.new for one in taken)
    words = counted(len(taken), taken[0].what) if taken else ""
    line = texts.FILE_TAKEN if new else texts.FILE_KNOWN if taken else texts.FILE_EMPTY
    said = [line.format(name=_shown(file), what=words)]
    return [*said, *(text for event in unreadable for text in (event.cause, event.remedy))]


def _safe(name: str) -> str:
    """A file's name without anything that means something to a file system."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")[-80:] or "file"


def _shown(file: ChatFile) -> str:
    return one_line(file.name or file.id, 80)
