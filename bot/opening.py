"""Opens a data folder: what every process may do with it, so read and record.

Light on purpose: `coo status` and `coo stop` answer without loading the planner, the connectors
and a model's client. What runs the subscribers is built in `bot.app`.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.clock import SystemClock
from bot.company.file import load_company
from bot.folder import Folder
from bot.intake import Intake
from bot.settings import Settings
from ledger.domain.company import Company
from ledger.domain.failpoints import UNWATCHED, Failpoints
from ledger.domain.reading import Clock
from ledger.ids import TimeOrderedIds
from ledger.outbox import WokenBy
from ledger.places import KeptBlobs, Waking, blobs_at, keys_at, outbox_at
from ledger.seal import Chance, Keys
from ledger.store import Ledger
from ledger.views import InlineViews, ReadViews
from policies.engine import Policies

if TYPE_CHECKING:
    from graph.replayer import Replayer


class App(Struct, frozen=True, kw_only=True):
    """What any process may use."""

    folder: Folder
    settings: Settings
    company: Company
    clock: Clock
    keys: Keys
    blobs: KeptBlobs
    ledger: Ledger
    views: ReadViews
    policies: Policies
    intake: Intake
    failpoints: Failpoints = UNWATCHED
    chance: Chance = secrets.token_bytes
    waking: Waking | None = None

    def woken_by(self, woken_by: WokenBy) -> None:
        """Whom facts that are appended here wake on the machines that work."""
        if self.waking is not None:
            self.waking.woken_by = woken_by

    @property
    def operator(self) -> str:
        """Who speaks in this process: COO_OPERATOR, else the operator of company.yaml."""
        return self.settings.operator or self.company.operator.name

    @property
    def replayer(self) -> Replayer:
        """Replays cases from their facts; it has no way to the world."""
        # The planner takes a second to load, and what only looks at a folder does without it.
        from bot.rehearsal.replaying import replayer  # noqa: PLC0415

        return replayer(self.ledger)


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    failpoints: Failpoints = UNWATCHED,
    chance: Chance = secrets.token_bytes,
) -> AsyncIterator[App]:
    """Open a data folder. `chance` gives the random bytes of ids and keys.

    Raises `SettingsInvalid` where it cannot be written to or has no usable `company.yaml`.
    """
    folder = Folder(settings.data, settings.mail)
    folder.refuse_unusable()
    company = load_company(folder.company)
    time = clock or SystemClock()
    async with AsyncExitStack() as closing:
        server = settings.database.reveal() if settings.database else ""
        keys = keys_at(server or folder.keys, company.id, chance=chance)
        closing.callback(keys.close)
        waking = outbox_at(server, company.id) if server else None
        ledger = await Ledger.open(
            server or folder.root,
            company=company.id,
            keys=keys,
            clock=time,
            projection=InlineViews(),
            ids=TimeOrderedIds(chance),
            failpoints=failpoints,
            outbox=waking,
        )
        closing.push_async_callback(ledger.close)
        await ledger.examine()
        blobs = blobs_at(server or folder.blobs, company.id, keys)
        closing.callback(blobs.close)
        yield App(
            folder=folder,
            settings=settings,
            company=company,
            clock=time,
            keys=keys,
            blobs=blobs,
            ledger=ledger,
            views=ReadViews(ledger),
            policies=Policies.load(folder=folder.policies),
            intake=Intake(ledger, blobs, keys, company.receiving),
            failpoints=failpoints,
            chance=chance,
            waking=waking,
        )
