"""A process that takes posts out to a chat made of files, and dies where it is told to.

`python posting_process.py DATA CHAT MOMENT N`; without a moment it works to the end.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.chat.memory import text_of
from bot.chat.port import Limits, Message
from bot.chat.posts import outbox_of, subjects_of
from bot.opening import open_app
from bot.prove.points import Deadly, Point
from bot.settings import Settings
from ledger.domain.failpoints import UNWATCHED, Moment


class FileChat:
    """Every message is a file, on disk when the call returns. It can be read back, or not."""

    channel = "slack"
    limits = Limits()

    def __init__(self, folder: Path, *, can_read_back: bool) -> None:
        self.folder, self.can_read_back = folder, can_read_back
        folder.mkdir(exist_ok=True)

    async def post(self, chat: str, thread: str, message: Message) -> str:
        name = f"m{len(list(self.folder.iterdir())) + 1}"
        await self.edit(chat, name, message)
        return name

    async def edit(self, chat: str, message_id: str, message: Message) -> None:
        kept = {"post": message.post, "n": message.n, "text": text_of(message)}
        kept["repeated"] = message.repeated
        (self.folder / message_id).write_text(json.dumps(kept))

    async def find(self, chat: str, thread: str, post: str, n: int) -> str | None:
        for path in self.folder.iterdir():
            kept = json.loads(path.read_text())
            if (kept["post"], kept["n"]) == (post, n):
                return path.name
        return None

    async def delete(self, chat: str, message_id: str) -> None:
        (self.folder / message_id).unlink(missing_ok=True)

    async def upload(self, chat: str, thread: str, name: str, data: bytes, title: str) -> str:
        raise AssertionError("nothing is attached in this story")

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()


async def work(data: Path, chat: Path, dies: Deadly | None, *, can_read_back: bool) -> None:
    async with open_app(Settings(data=data), failpoints=dies or UNWATCHED) as app:
        service = FileChat(chat, can_read_back=can_read_back)
        await outbox_of(app, [service], subjects_of(app), pace=0.0).flush()


if __name__ == "__main__":
    _, data, chat, readable, *point = sys.argv
    dies = Deadly(Point(Moment(point[0]), int(point[1]))) if point else None
    asyncio.run(work(Path(data), Path(chat), dies, can_read_back=readable == "readable"))
