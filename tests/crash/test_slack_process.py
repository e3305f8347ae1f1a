"""`coo run` in Slack as real processes: killed with cards open, it goes on where it was."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from slack_person import Person
from slack_server import SlackServer

from bot.slack.manifest import manifest

pytestmark = pytest.mark.slow

PATIENCE_S = 120.0
LEAD = """From: Ada Example <ada@example.com>
To: hello@studio-nord.example
Subject: A new website
Message-ID: <lead-1@mail.example.com>
Date: Sun, 22 Nov 2026 19:00:00 +0000

Hello, we would like your website design package. Could you send us an offer?
"""


@dataclass
class Coo:
    """The command line of a company whose operator sits in Slack."""

    folder: Path
    slack: SlackServer

    async def process(self, *words: str) -> Process:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COO_")}
        given = {
            "COO_SLACK_API": self.slack.api,
            "COO_SLACK_BOT_TOKEN": self.slack.bot_token,
            "COO_SLACK_APP_TOKEN": self.slack.app_token,
        }
        program = (sys.executable, "-m", "bot.cli", *words, "--data", str(self.folder))
        env = {**kept, **given}
        return await asyncio.create_subprocess_exec(
            *program, env=env, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
        )

    async def says(self, *words: str) -> str:
        """One command, and what it printed."""
        process = await self.process(*words)
        printed, _ = await process.communicate()
        assert process.returncode == 0, printed.decode()
        return printed.decode()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """`coo run`, connected to Slack, until the end or until it is killed."""
        process = await self.process("run")
        assert process.stdout is not None
        printed = asyncio.create_task(process.stdout.read())
        try:
            await self.slack.until(lambda: self.slack.sockets.open, PATIENCE_S, "a connection")
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()
            await printed

    async def pairs(self, person: Person) -> None:
        code = re.search(r"One-time code: (\S+?)\.", await self.says("pair"))
        assert code is not None
        await person.writes(f"pair {code[1]}")
        await person.sees_soon("This chat is paired", seconds=PATIENCE_S)

    def never_sleeps(self) -> None:
        """Cards come at any hour: a night on this machine's own clock would hold them back."""
        file = self.folder / "company.yaml"
        text = file.read_text()
        awake = re.sub(r"quiet_hours: .*", "quiet_hours: none", text)
        assert awake != text
        file.write_text(awake)

    def receives(self, mail: str) -> None:
        """A mail comes to lie in the inbox, all of it at once."""
        inbox = self.folder / "mail" / "inbox" / "new"
        inbox.mkdir(parents=True, exist_ok=True)
        half = self.folder / "half.eml"
        half.write_text(mail)
        half.rename(inbox / "lead-1")

    def sent(self) -> list[Path]:
        return list((self.folder / "mail" / "out" / "new").glob("*.eml"))


@pytest.fixture
async def coo(tmp_path: Path, slack: SlackServer) -> Coo:
    slack.install(manifest())
    found = Coo(tmp_path / "company", slack)
    await found.says("init", "--defaults")
    found.never_sleeps()
    return found


async def test_a_card_that_was_open_when_coo_was_killed_is_approved_after_the_restart(
    coo: Coo, slack: SlackServer
) -> None:
    nora = slack.person("nora", "Nora Lindt")
    async with coo.running() as process:
        await coo.pairs(nora)
        coo.receives(LEAD)
        card = await nora.sees_soon("Send an offer to Ada Example", seconds=PATIENCE_S)
        process.kill()
        await process.wait()
    await slack.until(lambda: not slack.sockets.open, PATIENCE_S, "the end of the connection")
    gone = await nora.taps(card, "Approve")
    assert gone is not None
    assert await gone.over() == "dispatch_failed"
    written = await nora.writes("status")
    async with coo.running():
        tap = await nora.taps(card, "Approve")
        assert tap is not None
        await tap.acked(PATIENCE_S)
        await slack.until(lambda: not nora.now(card).buttons, PATIENCE_S, "the card rewritten")
        await nora.sees_soon("Studio Nord", seconds=PATIENCE_S)
    assert "approved by Nora Lindt" in nora.now(card).text
    assert len(coo.sent()) == 1
    assert [each.ts for each in nora.reads()] == sorted({each.ts for each in nora.reads()})
    answers = [each for each in nora.reads() if each.text.startswith("Studio Nord")]
    assert len(answers) == 1, f"one answer to {written.text!r}"
    assert slack.complaints == []
