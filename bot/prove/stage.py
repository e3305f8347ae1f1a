"""The throw-away company: everything real but time, chance and the world outside.

The world lies in a file of its own beside the data folder, as a provider's servers would: it
stays when the process dies.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from bot.app import App, Reach, Works, at_work, open_app
from bot.commands import Commands, Session
from bot.company.init import write_company
from bot.company.text import defaults
from bot.office.live import LiveOffice
from bot.settings import Settings
from bot.work.hosting import Stepping
from connectors.base import Capability, Connector
from connectors.claims import Attempts as Claims
from connectors.mail.compose import Identity
from connectors.sandbox import EffectsInFile, Sandbox
from ledger.attempts import Attempts
from ledger.domain.failpoints import UNWATCHED, Failpoints

OPERATOR: Final = "Nora Lindt"
CHANNEL: Final = "console"

_FIRST_DAY: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
_DAYS: Final = 300
_MINUTES: Final = 6 * 60

Tamper = Callable[[Claims], Claims]
"""Puts something between the dispatcher and its claims: to see whether that would be found."""


class Stage(Struct, frozen=True, kw_only=True):
    """Where a rehearsal is played, and with what. `run`: which process of this folder it is."""

    root: Path
    seed: int
    mail: Capability = Capability.READ_BACK
    run: int = 0
    tamper: Tamper | None = None

    @property
    def folder(self) -> Path:
        """The company's data folder."""
        return self.root / "company"

    @property
    def world(self) -> Path:
        """What happened outside."""
        return self.root / "world.jsonl"

    @property
    def start(self) -> datetime:
        """When the story begins: a working hour that the seed chooses."""
        chosen = random.Random(f"{self.seed}:start")  # noqa: S311 - a schedule, not a secret
        days, minutes = chosen.randrange(_DAYS), chosen.randrange(_MINUTES)
        return _FIRST_DAY + timedelta(days=days, minutes=minutes)

    def chance(self) -> Callable[[int], bytes]:
        """Random bytes that the seed fixes; another process of the same folder gets others."""
        return random.Random(f"{self.seed}:{self.run}").randbytes  # noqa: S311 - throw-away keys


class StageClock:
    """Time stands still until the stage moves it; waiting moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def move(self, by: timedelta) -> None:
        """Forward, or backward."""
        self.moment += by


class Staged(Struct, frozen=True, kw_only=True):
    """A company at work, and the world around it."""

    stage: Stage
    app: App
    works: Works
    clock: StageClock
    world: Sandbox
    office: LiveOffice
    commands: Commands

    async def settle(self) -> None:
        """Everything that follows happens; alarms that are due ring first."""
        await self.works.alarms.ring_due()
        await self.works.relay.run_until_idle()


def founded(stage: Stage) -> Stage:
    """Write the company's file."""
    write_company(stage.folder, defaults())
    return stage


@asynccontextmanager
async def staged(stage: Stage, failpoints: Failpoints = UNWATCHED) -> AsyncIterator[Staged]:
    """Open the company and go to work: the first time, or after a crash."""
    clock = StageClock(stage.start)
    settings = Settings(data=stage.folder)
    async with open_app(settings, clock=clock, failpoints=failpoints, chance=stage.chance()) as app:
        await _follow(clock, app)
        world = world_of(stage, app)
        async with at_work(app, "coo prove", reach=_reach(stage, app, world)) as works:
            office = LiveOffice(app, Stepping(works), operator=OPERATOR, channel=CHANNEL)
            yield Staged(
                stage=stage,
                app=app,
                works=works,
                clock=clock,
                world=world,
                office=office,
                commands=Commands(office, Session()),
            )


def world_of(stage: Stage, app: App) -> Sandbox:
    """The world as it is by now."""
    domain = Identity.of(app.company).domain
    happened = EffectsInFile(stage.world)
    return Sandbox(clock=app.clock, blobs=app.blobs, domain=domain, happened=happened)


async def _follow(clock: StageClock, app: App) -> None:
    """A process that starts again does not go back behind what is on record."""
    head = (await app.ledger.head()).seq
    async for fact in app.ledger.facts(head - 1):
        clock.moment = max(clock.moment, fact.at)


def _reach(stage: Stage, app: App, world: Sandbox) -> Reach:
    attempts: Claims = Attempts(app.ledger, app.company)
    if stage.tamper is not None:
        attempts = stage.tamper(attempts)
    return Reach(connectors=(_mail(stage.mail, world), world.invoices), attempts=attempts)


def _mail(capability: Capability, world: Sandbox) -> Connector:
    match capability:
        case Capability.KEYED:
            return world.mail
        case Capability.READ_BACK:
            return world.readable_mail
        case Capability.NEITHER:
            return world.keyless_mail
