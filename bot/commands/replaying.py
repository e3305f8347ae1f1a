"""Commands that run the past again: replay."""

from __future__ import annotations

from msgspec.structs import replace

from bot import texts
from bot.amounts import counted
from bot.channel import Reply
from bot.commands.answers import trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Things
from bot.office import Office, ReplayReport
from bot.untrusted import one_line


class Replaying:
    """Answers that come from running recorded deliveries once more."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    async def replay(self, said: str) -> Reply:
        """Run a case again from the records."""
        found = await self._things.case(said or self._session.last_case)
        if not isinstance(found, Candidate):
            none = not said and not await self._things.cases()
            return trouble(texts.NO_CASES) if none else unclear(found, said)
        self._session.last_case = found.thing.id
        return _replayed(await self._office.replay(found.thing.id))


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
        words = counted(report.deliveries, "delivery").replace("deliverys", "deliveries")
        facts = counted(report.facts, "fact")
        line = texts.REPLAY_SAME.format(case=report.case, deliveries=words, facts=facts, time=time)
        return Reply(lines=(line,))
    number = counted(len(report.divergences), "place")
    lines = [f"{each.fact}: {one_line(each.what, 300)}" for each in report.divergences]
    title = texts.REPLAY_DIFFERS.format(case=report.case, number=number)
    return Reply(title=title, lines=tuple(lines), trouble=True)
