"""SIGKILL around every call of the outbox: no post is lost, and none is doubled unmarked."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.app import at_work, open_app
from bot.company.init import write_company
from bot.company.text import defaults
from bot.settings import Settings
from ledger.domain.entities import Post
from ledger.domain.events import ChatPaired
from ledger.domain.facts import Draft
from ledger.domain.failpoints import Moment
from ledger.domain.values import DESK

pytestmark = pytest.mark.slow

PROCESS = Path(__file__).parents[1] / "peers" / "posting_process.py"
LEAD = b"""From: Ada Example <ada@example.com>\r
To: hello@studio-nord.example\r
Subject: A new website\r
Message-ID: <lead-1@mail.example.com>\r
Date: Mon, 16 Nov 2026 08:12:44 +0000\r
\r
Hello Nora, we would like your website design package. Could you send us an offer? Ada\r
"""
MOMENTS = (
    Moment.CLAIM_BEFORE,
    Moment.CLAIM_AFTER,
    Moment.CALL_BEFORE,
    Moment.CALL_AFTER,
    Moment.COMMIT_BEFORE,
    Moment.COMMIT_AFTER,
)


BEN = LEAD.replace(b"Ada", b"Ben").replace(b"ada@", b"ben@").replace(b"lead-1", b"lead-2")
TOLD = 4
"""Two new cases, and a card for each."""


async def prepared(data: Path) -> None:
    """A company with one paired chat and some things to tell there."""
    write_company(data, defaults(), force=True)
    async with open_app(Settings(data=data)) as app, at_work(app, "test") as works:
        paired = ChatPaired(
            identity="id-1",
            offer="offer-1",
            channel="slack",
            role="owner",
            operator="Nora",
            user="U1",
            chat="D1",
        )
        await app.ledger.append([Draft(case=DESK, event=paired, key="paired", by="test")])
        await app.intake.mail(LEAD, "lead.eml")
        await app.intake.mail(BEN, "ben.eml")
        await works.relay.run_until_idle()
        assert len(await app.views.find(Post, "due")) == TOLD


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("posts") / "company"
    asyncio.run(prepared(data))
    return data


def run(*arguments: object) -> int:
    command = [sys.executable, str(PROCESS), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode in {0, -9}, done.stderr.decode()
    return done.returncode


def messages(chat: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(chat.iterdir())]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_kill_around_a_post_that_can_be_read_back_leaves_each_exactly_once(
    company: Path, tmp_path: Path, moment: Moment
) -> None:
    data, chat = tmp_path / "company", tmp_path / "chat"
    shutil.copytree(company, data)
    assert run(data, chat, "readable", moment, 2) == -9
    assert run(data, chat, "readable") == 0
    posts = [each["post"] for each in messages(chat)]
    assert len(posts) == len(set(posts)) == TOLD
    assert not any(each["repeated"] for each in messages(chat))


def test_a_kill_where_nobody_can_look_posts_once_more_and_says_so(
    company: Path, tmp_path: Path
) -> None:
    data, chat = tmp_path / "company", tmp_path / "chat"
    shutil.copytree(company, data)
    assert run(data, chat, "blind", Moment.CALL_AFTER, 2) == -9
    assert run(data, chat, "blind") == 0
    said = messages(chat)
    assert len({each["post"] for each in said}) == TOLD
    assert [each["repeated"] for each in said].count(True) == 1 == len(said) - TOLD
    assert run(data, chat, "blind") == 0
    assert messages(chat) == said
