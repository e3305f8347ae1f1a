"""A process that serves a folder goes on when the disk is full, and ends when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from bot.app import App, open_app
from bot.clock import AlarmClock
from bot.company.init import write_company
from bot.company.text import defaults
from bot.intake import Taken
from bot.notices.configured import RuleWatch
from bot.settings import Settings
from bot.work import serving
from connectors.mail.parse import mail_received, read_mail
from ledger.domain.entities import Alarm
from ledger.domain.events import AlarmSet, MailReceived, PolicyLoaded
from ledger.domain.facts import Draft
from ledger.domain.values import DESK
from ledger.store import WriteFailed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAIL = b"From: Ada <ada@example.com>\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n"
PATIENCE = 10.0


class Clock:
    """Time stands still; a sleep lets others run."""

    def now(self) -> datetime:
        return NOON

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Endless(Clock):
    """Its sleeps never end."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    write_company(tmp_path, defaults(), force=True)
    async with open_app(Settings(data=tmp_path), clock=Clock()) as opened:
        yield opened


class FullOnce:
    """An intake whose disk is full the first time."""

    def __init__(self, app: App, done: asyncio.Event) -> None:
        self._app = app
        self._done = done
        self.asked = 0

    async def alarm(self, alarm: Alarm) -> object:
        self._full()
        return await self._app.intake.alarm(alarm)

    async def missed(self, alarms: Sequence[Alarm], approvals: Sequence[str]) -> object:
        self._full()
        return await self._app.intake.missed(alarms, approvals)

    async def file(self, path: Path) -> list[Taken]:
        self._full()
        return await self._app.intake.file(path)

    async def configured(self, event: PolicyLoaded) -> None:
        self._full()
        await self._app.intake.configured(event)

    def _full(self) -> None:
        self.asked += 1
        if self.asked == 1:
            raise WriteFailed("database or disk is full")
        self._done.set()


async def test_alarms_ring_although_the_disk_was_full_for_a_while(app: App) -> None:
    alarm = AlarmSet(alarm="alm-1", due=NOON, purpose="test")
    await app.ledger.append([Draft(case="lead-1", event=alarm, key="a", by="test")])
    done = asyncio.Event()
    async with asyncio.timeout(PATIENCE):
        await AlarmClock(app.views, FullOnce(app, done), app.clock).run(done)
    assert await app.views.find(Alarm, "waiting") == []


async def test_the_alarm_clock_ends_at_once_when_told_to(app: App) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(AlarmClock(app.views, app.intake, Endless()).run(stop))
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(PATIENCE):
        await task


async def test_rules_that_changed_while_the_disk_was_full_are_told_afterwards(app: App) -> None:
    done = asyncio.Event()
    watch = RuleWatch(replace(app, intake=FullOnce(app, done)))
    app.folder.policies.mkdir()
    (app.folder.policies / "mine.yaml").write_text("version: 1\nrules: []\n")
    async with asyncio.timeout(PATIENCE):
        await watch.run(done)
    facts = [fact async for fact in app.ledger.facts()]
    assert len(facts) == 1


async def test_a_rule_file_that_an_editor_is_just_replacing_is_no_error(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.folder.policies.mkdir()
    vanished = app.folder.policies / "mine.yaml"
    monkeypatch.setattr(Path, "glob", lambda *_: iter([vanished]))
    await RuleWatch(app).look()


async def test_a_mail_waits_in_the_inbox_until_the_disk_takes_it(app: App) -> None:
    stop, done = asyncio.Event(), asyncio.Event()
    inbox = app.folder.inbox / "new"
    inbox.mkdir(parents=True)
    (inbox / "1.eml").write_bytes(MAIL)
    out = Console(file=StringIO())
    task = asyncio.create_task(
        serving.watch_inbox(replace(app, intake=FullOnce(app, done)), out, stop)
    )
    async with asyncio.timeout(PATIENCE):
        await done.wait()
        while list(inbox.iterdir()):  # noqa: ASYNC110 - a folder that the server empties sets no event
            await asyncio.sleep(0.01)
        stop.set()
        await task
    assert [fact async for fact in app.ledger.facts() if isinstance(fact.event, MailReceived)]
    assert "could not be written" in out.file.getvalue()  # type: ignore[attr-defined]


class TakenElsewhere:
    """An intake that comes too late: another process has taken the mail just now."""

    def __init__(self, app: App, stop: asyncio.Event) -> None:
        self._app = app
        self._stop = stop

    async def file(self, path: Path) -> list[Taken]:
        elsewhere = path.parents[1] / "cur" / f"{path.name}:2,S"
        path.rename(elsewhere)  # noqa: ASYNC240 - the other process is not on this loop
        self._stop.set()
        return await self._app.intake.file(path)


async def test_a_mail_that_another_process_took_in_this_moment_is_no_trouble(app: App) -> None:
    stop, out = asyncio.Event(), Console(file=StringIO())
    inbox = app.folder.inbox / "new"
    inbox.mkdir(parents=True)
    (inbox / "1.eml").write_bytes(MAIL)
    async with asyncio.timeout(PATIENCE):
        await serving.watch_inbox(replace(app, intake=TakenElsewhere(app, stop)), out, stop)
    assert not out.file.getvalue()  # type: ignore[attr-defined]


async def test_a_mail_from_somebody_who_was_erased_is_taken_in_as_from_somebody_new(
    app: App,
) -> None:
    before = app.keys.person("ada@example.com")
    app.keys.forget(before)
    path = app.folder.root / "1.eml"
    path.write_bytes(MAIL)
    assert await serving._patiently(app, Console(file=StringIO()), path, asyncio.Event())
    (mail,) = [f async for f in app.ledger.facts() if isinstance(f.event, MailReceived)]
    assert mail.person != before
    assert mail.event.sender == "ada@example.com"


async def test_a_mail_that_an_earlier_version_read_otherwise_is_still_the_same_mail(
    app: App,
) -> None:
    earlier = replace(mail_received(read_mail(MAIL)), text="read otherwise")
    person = app.keys.person("ada@example.com")
    key = f"mail:{earlier.raw_sha256}"
    draft = Draft(case=DESK, event=earlier, key=key, by="intake", person=person)
    (fact,) = (await app.ledger.append([draft])).facts
    taken = await app.intake.mail(MAIL, "1.eml")
    assert (taken.new, taken.fact) == (False, fact)
