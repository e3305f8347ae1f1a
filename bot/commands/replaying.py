"""Commands that run the past again: replay, as it was or as it would have been."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bot import texts
from bot.channel import Reply
from bot.commands.answers import trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Things
from bot.commands.words import Replay
from bot.office.port import Office, ReplayReport, Supposed
from bot.rehearsal.supposed_words import differing, names_of, said_lines
from bot.wording.amounts import clock_words, counted, usd_words
from bot.wording.untrusted import one_line

if TYPE_CHECKING:  # the planner takes a second to load
    from graph.supposing import SupposedDelivery

LONGEST: Final = 300


class Replaying:
    """Answers that come from running recorded deliveries once more."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    async def replay(self, intent: Replay) -> Reply:
        """Run a case again from the records, or under other rules or another model."""
        case, option, rest = intent.thing.partition("--")
        if option:
            return trouble(texts.REPLAY_NO_OPTION, said=f"--{one_line(rest, 40)}")
        said = case.strip()
        found = await self._things.case(said or self._session.last_case)
        if not isinstance(found, Candidate):
            none = not said and not await self._things.cases()
            return trouble(texts.NO_CASES) if none else unclear(found, said)
        self._session.last_case = found.thing.id
        if not intent.policy and not intent.model:
            return _replayed(await self._office.replay(found.thing.id))
        rules = _path(intent.policy) if intent.policy else None
        supposed = await self._office.suppose(found.thing.id, rules=rules, model=intent.model)
        now = self._session.now(self._office)
        return _supposed(supposed, found.label, intent, now)


def _path(file: str) -> Path:
    return Path(file).expanduser()


def _replayed(report: ReplayReport) -> Reply:
    reply = _compared(report)
    if not report.erased:
        return reply
    if report.erased == report.deliveries:
        return Reply(lines=(texts.REPLAY_ALL_ERASED.format(case=report.case),))
    erased = texts.REPLAY_ERASED.format(erased=report.erased, deliveries=report.deliveries)
    return replace(reply, lines=(*reply.lines, erased))


def _compared(report: ReplayReport) -> Reply:
    time = texts.REPLAY_TIME.format(ms=report.milliseconds) if report.milliseconds else ""
    if not report.divergences:
        words, facts = _deliveries(report.deliveries), counted(report.facts, "fact")
        line = texts.REPLAY_SAME.format(case=report.case, deliveries=words, facts=facts, time=time)
        return Reply(lines=(line,))
    number = counted(len(report.divergences), "place")
    lines = [f"{each.fact}: {one_line(each.what, LONGEST)}" for each in report.divergences]
    title = texts.REPLAY_DIFFERS.format(case=report.case, number=number)
    return Reply(title=title, lines=tuple(lines), trouble=True)


def _deliveries(number: int) -> str:
    return counted(number, "delivery").replace("deliverys", "deliveries")


def _supposed(found: Supposed, label: str, intent: Replay, now: datetime) -> Reply:
    what = []
    if found.policy:
        file = one_line(intent.policy, 80)
        what.append(texts.SUPPOSED_RULES.format(file=file, policy=found.policy))
    if found.model:
        what.append(texts.SUPPOSED_MODEL.format(model=one_line(found.model, 60)))
    lines = [_headline(found, now)]
    lines += [texts.SUPPOSED_REFUSED.format(why=one_line(w, LONGEST)) for w in found.refused]
    names = names_of(event for each in found.deliveries for event in (*each.then, *each.now))
    for delivery in found.deliveries:
        lines += _delivery(delivery, names, now)
    title = texts.SUPPOSED_TITLE.format(case=label, what=" and ".join(what))
    return Reply(title=title, lines=tuple(lines), hints=(_end(found),))


def _headline(found: Supposed, now: datetime) -> str:
    whys = ", ".join(dict.fromkeys(found.not_evaluable))
    number = len(found.not_evaluable)
    lost = texts.SUPPOSED_LOST.format(number=number, why=one_line(whys, 200)) if number else ""
    first = next((each for each in found.deliveries if each.differs), None)
    if first is None:
        deliveries = _deliveries(len(found.deliveries))
        return texts.SUPPOSED_SAME.format(deliveries=deliveries, lost=lost)
    return texts.SUPPOSED_FIRST.format(
        number=first.number,
        total=len(found.deliveries),
        kind=type(first.fact.event).__name__,
        when=clock_words(first.fact.at, now),
        lost=lost,
    )


def _delivery(one: SupposedDelivery, names: dict[str, str], now: datetime) -> Iterator[str]:
    if one.erased:
        yield texts.SUPPOSED_ERASED.format(number=one.number)
    if not one.differs:
        return
    yield texts.SUPPOSED_DELIVERY.format(
        number=one.number,
        kind=type(one.fact.event).__name__,
        when=clock_words(one.fact.at, now),
        mark=texts.SUPPOSED_MARK if one.counterfactual else "",
    )
    then, instead = said_lines(one.then, names), said_lines(one.now, names)
    if one.stopped:
        yield from (texts.SUPPOSED_THEN.format(line=line) for line in then)
        yield texts.SUPPOSED_STOPPED.format(why=one_line(one.stopped, LONGEST))
        return
    was, would_be = differing(then, instead)
    nothing = [texts.SUPPOSED_NOTHING]
    yield from (texts.SUPPOSED_THEN.format(line=line) for line in was or nothing)
    yield from (texts.SUPPOSED_NOW.format(line=line) for line in would_be or nothing)


def _end(found: Supposed) -> str:
    if not found.model:
        return texts.SUPPOSED_END
    model, cost = one_line(found.model, 60), usd_words(found.microusd)
    return texts.SUPPOSED_COST.format(model=model, cost=cost)
