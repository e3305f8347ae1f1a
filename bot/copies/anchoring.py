"""The daily anchor: once a day the head of the chain goes to the operator in a signed line."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ledger.anchors import Anchor, Signer, keep_line, read_anchors
from ledger.domain.errors import CooError
from ledger.domain.events import HeadAnchored
from ledger.domain.facts import Draft
from ledger.domain.values import DESK
from ledger.pauses import pause

if TYPE_CHECKING:
    from bot.opening import App
    from ledger.domain.company import Company
    from ledger.store import Tx

LOOK_EVERY_S: Final = 30.0
_log = logging.getLogger(__name__)


async def anchor_now(app: App) -> Anchor:
    """Sign the head as it is now, on demand, and keep the line in `anchors.txt`."""
    head = await app.ledger.head()
    anchor = Signer(app.keys, app.ledger.company).anchor(head, _day(app.company, app.clock.now()))
    await asyncio.to_thread(keep_line, app.folder.root, anchor)
    return anchor


class DailyAnchor:
    """Anchors the head on the first look of each day that has something new to anchor.

    The line is a fact, which the notices tell, and then a line of `anchors.txt`. The file is
    written again after a crash between the two.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._signer = Signer(app.keys, app.ledger.company)
        self._through: date | None = None

    async def look(self) -> Anchor | None:
        """Anchor where it is due, and say what was anchored."""
        today = _day(self._app.company, self._app.clock.now())
        if self._through == today:
            return None
        said = await self._app.ledger.transact(lambda tx: self._anchored(tx, today))
        self._through = today
        if said is None:
            return None
        (anchor,) = read_anchors(said.line)
        await asyncio.to_thread(keep_line, self._app.folder.root, anchor)
        return anchor

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                await self.look()
            except (CooError, OSError):
                _log.exception("The head cannot be anchored now.")  # the next look may
            await pause(self._app.clock, LOOK_EVERY_S, stop)

    def _anchored(self, tx: Tx, today: date) -> HeadAnchored | None:
        """The anchor of today: the one there is, or a new one where the days before left facts."""
        known = tx.by_key(_key(today))
        if known is not None:
            return known.event if isinstance(known.event, HeadAnchored) else None
        if not self._unanchored(tx, today):
            return None
        head = tx.head()
        event = HeadAnchored(day=today, seq=head.seq, line=self._signer.anchor(head, today).line)
        tx.append([Draft(case=DESK, event=event, key=_key(today), by="clock")])
        return event

    def _unanchored(self, tx: Tx, today: date) -> bool:
        """Whether a fact of an earlier day is there, and something since the last anchor."""
        first, last = tx.at_seq(1), tx.at_seq(tx.head().seq)
        if first is None or last is None or isinstance(last.event, HeadAnchored):
            return False
        return _day(self._app.company, first.at) < today


def _key(day: date) -> str:
    return f"anchor:{day.isoformat()}"


def _day(company: Company, moment: datetime) -> date:
    """The company's day at a moment: where it names no zone, the one that UTC has."""
    zone = ZoneInfo(company.time_zone) if company.time_zone else UTC
    return moment.astimezone(zone).date()
