"""`coo run` as a process of its own: it serves the chats that are configured, and ends cleanly."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from slack_server import SlackServer, slack_server

from bot.company.init import write_company
from bot.company.text import defaults
from bot.opening import open_app
from bot.settings import Settings
from ledger.domain.events import ChatPaired
from ledger.domain.facts import Draft
from ledger.domain.values import DESK

PATIENCE_S = 90


class Running:
    """One `coo run`, and what it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.printed = ""
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.printed += line.decode()

    async def says(self, text: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while text not in self.printed:
                assert self.process.returncode is None, self.printed
                await asyncio.sleep(0.05)

    async def ends(self) -> int:
        """It is told to stop, and does."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            code = await self.process.wait()
            await self._reading
        return code


@asynccontextmanager
async def running(folder: Path, server: SlackServer) -> AsyncIterator[Running]:
    env = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "COO_DATA": str(folder),
        "COO_SLACK_API": server.api,
        "COO_SLACK_BOT_TOKEN": server.bot_token,
        "COO_SLACK_APP_TOKEN": server.app_token,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        "run",
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    found = Running(process)
    try:
        yield found
    finally:
        await found.ends()


@pytest.mark.slow
async def test_one_process_of_a_folder_serves_its_chats_and_the_next_takes_over(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "company"
    write_company(folder, defaults())
    async with slack_server() as server:
        nora = server.person("nora")
        paired = ChatPaired(
            identity="chat-1",
            offer="offer-1",
            channel="slack",
            role="owner",
            operator="Nora Lindt",
            user=nora.id,
            chat=nora.dm.id,
        )
        async with open_app(Settings(data=folder)) as app:
            draft = Draft(case=DESK, by="test", key="paired:1", event=paired)
            await app.ledger.append([draft])
        async with running(folder, server) as first:
            await first.says("In chat: slack")
            await server.connected()
            await nora.writes("inbox")
            await nora.sees_soon("Nothing waits", seconds=PATIENCE_S)
            async with running(folder, server) as second:
                await second.says("The chats of this folder are run by process")
                assert await first.ends() == 0
                assert server.bot_token not in first.printed
                await second.says("In chat: slack")
