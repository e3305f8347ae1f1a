"""When a digest is due: a subscriber that sets its own alarm on the ledger's clock.

The alarm's purpose holds where the last digest ended. However late it rings, after a night or a
week, it rings once: so one digest covers all that time, and the next hour is a day of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, Protocol

from bot.digest.content import digest_of, is_empty
from bot.zones import zone_of_attention
from ledger.domain.entities import Alarm
from ledger.domain.events import AlarmRang, AlarmSet, ChatPaired, CompanyConfigured, Event
from ledger.domain.facts import Delivery, Draft, Fact, Reaction
from ledger.domain.pairing import ChatIdentity
from ledger.domain.reading import Views
from ledger.domain.values import DESK

if TYPE_CHECKING:
    from bot.opening import App

DIGESTER: Final = "digester"
"""The subscriber's name: it signs the facts and names the cursor."""

_ALARM: Final = "digest-"
_PURPOSE: Final = "digest:"


class Facts(Protocol):
    """The facts of the company; a ledger has them."""

    def facts(self, after_seq: int = 0) -> AsyncIterator[Fact]: ...

    async def by_key(self, key: str) -> Fact | None: ...


class Digester:
    """Implements `Subscriber`, on the desk. Nothing happens while nobody is paired."""

    def __init__(
        self,
        views: Views,
        ledger: Facts,
        hour: Callable[[], time | None],
        zone: tzinfo,
    ) -> None:
        """`hour`: the operator's, by the clock on the wall in `zone`; None for no digests."""
        self._views, self._ledger = views, ledger
        self._hour, self._zone = hour, zone

    @property
    def name(self) -> str:
        return DIGESTER

    def wants(self, fact: Fact) -> bool:
        """Its own alarms, and what may move the hour."""
        if fact.case != DESK:
            return False
        match fact.event:
            case AlarmRang(alarm=alarm):
                return alarm.startswith(_ALARM)
            case ChatPaired() | CompanyConfigured():
                return True
            case _:
                return False

    async def handle(self, delivery: Delivery) -> Reaction:
        """The digest, where it is due and anything happened, and the next alarm."""
        fact = delivery.fact
        hour = self._hour()
        if hour is None or not await self._views.find(ChatIdentity, "active"):
            return Reaction()
        if not isinstance(fact.event, AlarmRang):
            return Reaction(drafts=tuple(await self._next(fact, hour, await self._since(fact))))
        after = _after(await self._views.get(Alarm, fact.event.alarm), fact)
        if next_due(fact.event.due - timedelta(seconds=1), hour, self._zone) != fact.event.due:
            return Reaction(drafts=tuple(await self._next(fact, hour, after)))  # the hour was moved
        said = await self._digest(fact, after)
        return Reaction(drafts=(*said, *await self._next(fact, hour, fact.seq)))

    async def _digest(self, fact: Fact, after: int) -> list[Draft]:
        """One a day, however often the clock is set back."""
        day = fact.at.astimezone(self._zone).date()
        key = digest_key(day.isoformat())
        if await self._ledger.by_key(key) is not None:
            return []
        span = [one async for one in self._ledger.facts(after_seq=after) if one.seq <= fact.seq]
        made = digest_of(span, day, after, fact.seq)
        return [] if is_empty(made) else [_says(made, key)]

    async def _next(self, fact: Fact, hour: time, after: int) -> list[Draft]:
        """The alarm of the next hour, unless it is set; one that leaves facts out is mended."""
        due = next_due(fact.at, hour, self._zone)
        known = next((each for each in await self._waiting() if each.due == due), None)
        if known is not None and _after(known, fact) <= after:
            return []
        name = known.id if known else f"{_ALARM}{due:%Y%m%dT%H%M%S}-{fact.seq}"
        return [_says(AlarmSet(alarm=name, due=due, purpose=f"{_PURPOSE}{after}"))]

    async def _since(self, fact: Fact) -> int:
        """Where the last digest ended; before the first one, what begins it all."""
        last = await last_digest(self._views)
        return fact.seq if last is None else last

    async def _waiting(self) -> list[Alarm]:
        waiting = await self._views.find(Alarm, "waiting")
        return [each for each in waiting if each.purpose.startswith(_PURPOSE)]


def next_due(moment: datetime, hour: time, zone: tzinfo) -> datetime:
    """The first time after `moment` that the clock on the wall says `hour`; in UTC."""
    local = moment.astimezone(zone)
    for days in (0, 1):
        day = local.date() + timedelta(days=days)
        due = datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)
        if due > moment:
            return due
    return datetime.combine(local.date() + timedelta(days=2), hour, tzinfo=zone).astimezone(UTC)


async def last_digest(views: Views) -> int | None:
    """The `seq` at which the last digest ended; None before the first one."""
    waiting = await views.find(Alarm, "waiting")
    ends = [_number(each) for each in waiting if each.purpose.startswith(_PURPOSE)]
    return min((each for each in ends if each is not None), default=None)


def digest_key(day: str) -> str:
    """The key of a day's digest: one a day."""
    return f"digest:{day}"


def _after(alarm: Alarm | None, fact: Fact) -> int:
    """Where the last digest ended, as the alarm has it."""
    number = _number(alarm) if alarm else None
    return fact.seq if number is None else number


def _number(alarm: Alarm) -> int | None:
    number = alarm.purpose.removeprefix(_PURPOSE)
    return int(number) if number.isdigit() else None


def _says(event: Event, key: str = "") -> Draft:
    return Draft(case=DESK, event=event, key=key, by=DIGESTER)


def digester_of(app: App) -> Digester:
    """The subscriber of an open folder."""
    company = app.company
    zone = zone_of_attention(company)
    return Digester(app.views, app.ledger, lambda: company.attention.digest_at, zone)
