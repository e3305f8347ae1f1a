"""Commands that answer with a picture: the timeline of a case, the report of a month."""

from __future__ import annotations

import asyncio
import calendar
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bot import texts
from bot.channel import Attached, Reply
from bot.commands.answers import trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Things
from bot.office.port import Looks
from bot.pictures.figures import Figures, Month, figures, month_of, spent_words
from bot.pictures.moments import Moment, Who, moments
from bot.wording.amounts import counted, span_words
from bot.wording.naming import named
from bot.wording.standing import status_of
from bot.wording.untrusted import one_line
from ledger.audit import read_trail
from ledger.domain.amounts import amount_words
from ledger.domain.entities import Case

PNG: Final = "image/png"
MONTHS: Final = 12
_WRITTEN: Final = re.compile(r"(\d{4})-(\d{1,2})")
_THIS: Final = frozenset({"", "month", "this month", "now"})
_LAST: Final = frozenset({"last", "last month"})
_SHORTEST: Final = 3
"""Signs that a month is known by: `oct`."""


class Picturing:
    """Reads, and draws; changes nothing."""

    def __init__(self, office: Looks, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    @property
    def _now(self) -> datetime:
        return self._session.now(self._office)

    async def timeline(self, said: str) -> Reply:
        """A case as a picture, with its last moments in words beside it."""
        found = await self._things.case(said or self._session.last_case)
        if not isinstance(found, Candidate):
            none = not said and not await self._things.cases()
            return trouble(texts.NO_CASES) if none else unclear(found, said)
        case = found.thing
        self._session.last_case = case.id
        told = [await self._spoken(each) for each in await self._moments(case)]
        title = one_line(case.title or case.kind, 90)
        under = await self._under(case, told)
        head, alive = f"{case.number} · {title}", not case.closed
        now = self._now
        drawn = await asyncio.to_thread(_timeline, head, under, told, now, alive=alive)
        name = f"timeline-{case.number}.png"
        return Reply(
            title=texts.TIMELINE_TITLE.format(label=found.label),
            lines=(under,),
            hints=(texts.TIMELINE_HINT.format(case=case.number),),
            attachments=(Attached(name=name, media_type=PNG, title=title, data=drawn),),
        )

    async def _moments(self, case: Case) -> tuple[Moment, ...]:
        return moments(await read_trail(self._office.history, case.id))

    async def _spoken(self, moment: Moment) -> Moment:
        what = await named(self._office.views, moment.what)
        more = await named(self._office.views, moment.more)
        return Moment(at=moment.at, who=moment.who, what=what, more=more)

    async def _under(self, case: Case, told: list[Moment]) -> str:
        stands = await status_of(self._office.views, case)
        stands += f": {one_line(case.outcome, 60)}" if case.outcome else ""
        span = span_words(case.updated_at - case.opened_at)
        yours = sum(each.who is Who.YOU for each in told)
        decisions = counted(yours, "decision")
        return texts.TIMELINE_SPAN.format(stands=stands, span=span, decisions=decisions)

    async def report(self, said: str) -> Reply:
        """A month: money, pipeline and what the models cost."""
        month = month_said(said, self._now)
        if month is None:
            return trouble(texts.MONTH_UNREADABLE, said=one_line(said, 40))
        if month.start > self._now:
            return trouble(texts.MONTH_AHEAD, month=f"{month.start:%B %Y}")
        company, office = self._office.company, self._office
        found = await figures(office.views, office.history, month, self._now, company.currency)
        cap = company.budgets.model_per_day_microusd
        drawn = await asyncio.to_thread(_month, found, company.name, cap=cap)
        title = texts.MONTH_TITLE.format(month=f"{month.start:%B %Y}")
        picture = Attached(
            name=f"report-{month.start:%Y-%m}.png", media_type=PNG, title=title, data=drawn
        )
        return Reply(title=title, lines=tuple(_in_words(found, cap)), attachments=(picture,))


def month_said(said: str, now: datetime) -> Month | None:
    """The month that is meant: `2026-11`, `november`, `oct`, `last month`, "" for this one.

    A name means the last such month that has begun. None where it cannot be read.
    """
    words = " ".join(said.casefold().split())
    this = month_of(now)
    if words in _THIS:
        return this
    if words in _LAST:
        return month_of(this.start - timedelta(days=1))
    written = _WRITTEN.fullmatch(words)
    if written:
        year, number = int(written[1]), int(written[2])
        return _month_in(now, year, number) if year and 1 <= number <= MONTHS else None
    names = [each.casefold() for each in calendar.month_name]
    named_so = [n for n, name in enumerate(names) if name and name.startswith(words)]
    if len(words) < _SHORTEST or len(named_so) != 1:
        return None
    (number,) = named_so
    return _month_in(now, now.year if number <= now.month else now.year - 1, number)


def _month_in(now: datetime, year: int, number: int) -> Month:
    return month_of(now.replace(year=year, month=number, day=1))


def _timeline(head: str, under: str, told: list[Moment], now: datetime, *, alive: bool) -> bytes:
    from bot.pictures.paper import png  # noqa: PLC0415 - the library for PDFs loads slowly
    from bot.pictures.timeline import timeline  # noqa: PLC0415 - the same

    return png(timeline(head, under, told, now, alive=alive))


def _month(found: Figures, company: str, *, cap: int) -> bytes:
    from bot.pictures.month import month_pdf  # noqa: PLC0415 - the library for PDFs loads slowly
    from bot.pictures.paper import png  # noqa: PLC0415 - the same

    return png(month_pdf(found, company, cap=cap))


def _in_words(found: Figures, cap: int) -> Iterator[str]:
    """The same in words: for the console, and for whoever cannot see the picture."""
    yield texts.MONTH_MONEY.format(
        invoiced=amount_words(found.invoiced),
        paid=amount_words(found.paid),
        open=amount_words(found.open),
    )
    yield ", ".join(
        texts.MONTH_STAGE.format(stage=texts.STAGES[each.name].lower(), count=each.count)
        for each in found.pipeline
    )
    yield texts.MONTH_MODELS.format(spent=spent_words(found.total_spent, cap))
