"""Commands that only look: inbox, status, failures, help."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot import texts
from bot.cards.loading import CardLoader
from bot.cards.outcomes import failure_card
from bot.channel import Card, Reply, Table
from bot.commands.answers import trouble, unclear
from bot.commands.books import Bookkeeping
from bot.commands.leads import message_counts
from bot.commands.overview import CaseOverview, is_paused
from bot.commands.session import Session
from bot.commands.strays import StrayList
from bot.commands.things import Candidate, Things
from bot.commands.words import nearest
from bot.notices.confirming import waiting_words
from bot.office.port import Looks
from bot.wording.amounts import clock_words, counted
from bot.wording.naming import named
from bot.wording.standing import status_of, stop_words, watching_words
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.confirming import Confirmation
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    ApprovalStatus,
    Case,
    Failure,
    Question,
    Stop,
)
from ledger.domain.going_live import MODE, Mode
from ledger.domain.identity import met_as

WHOLE_CARDS: Final = 3
"""So many cards are shown whole; more become a list, since nobody reads a wall of cards."""

MOST_ROWS: Final = 20


def _no_such_help(topic: str) -> Reply:
    near = nearest(topic)
    if not near:
        return trouble(texts.NO_SUCH_COMMAND, word=topic)
    offered = " or ".join(f"`help {each}`" for each in near)
    return trouble(texts.DID_YOU_MEAN, word=topic, near=offered)


class Looking:
    """Answers that change nothing."""

    def __init__(self, office: Looks, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)
        self._cards = CardLoader(office.views, office.history)
        self._strays = StrayList(office)

    @property
    def _now(self) -> datetime:
        return self._session.now(self._office)

    def help(self, topic: str, *, short: bool = False) -> Reply:
        """What can be said; `short`: what is said most, for a small screen."""
        found = next((each for each in texts.COMMANDS if each.name == topic), None)
        if found:
            return Reply(title=found.usage, lines=(found.does, texts.MORE_HELP[found.name]))
        if topic and topic != texts.HELP_ALL:
            return _no_such_help(topic)
        few = short and not topic
        shown = [each for each in texts.COMMANDS if not few or each.name in texts.HELP_SHORT]
        table = Table(texts.COLUMNS_HELP, tuple((each.usage, each.does) for each in shown))
        more = (texts.HELP_MORE,) if few else ()
        return Reply(title=texts.HELP_TITLE, table=table, hints=(*more, texts.HELP_FREE))

    async def inbox(self) -> Reply:
        """What waits for the operator, the soonest to expire first."""
        waiting = await self._office.views.find(Approval, f"status:{ApprovalStatus.PENDING}")
        ordered = sorted(waiting, key=lambda each: (each.expires_at, each.number))
        questions = await self._things.questions()
        strays = (*await self._to_confirm(), *await self._strays.lines())
        hints = (*await self._put_off(), *await self._paused())
        count = len(ordered) + len(questions)
        if not count:
            return Reply(lines=strays or (texts.INBOX_EMPTY,), hints=hints)
        title = texts.INBOX_TITLE.format(number=count)
        if count <= WHOLE_CARDS:
            whole = await self._whole(ordered, questions)
            return Reply(title=title, lines=strays, cards=whole, hints=hints)
        rows = [await self._row(each) for each in ordered]
        for asked in questions:
            text = await named(self._office.views, asked.text)
            rows.append((str(asked.number), one_line(text, 60), "", ""))
        table = Table(texts.COLUMNS_INBOX, tuple(rows[:MOST_ROWS]))
        more = (texts.MORE_SOURCES.format(number=count - MOST_ROWS),) if count > MOST_ROWS else ()
        shown = (*more, texts.INBOX_OPEN, *hints)
        return Reply(title=title, lines=strays, table=table, hints=shown)

    async def status(self, said: str) -> Reply:
        """How everything stands, or one case, or somebody who has no case or several."""
        if not said:
            return await self._company()
        found = await self._things.case(said)
        if not isinstance(found, Candidate):
            somebody = isinstance(await self._things.contact(said), Candidate)
            books = Bookkeeping(self._office, self._session)
            return await books.contact(said) if somebody else unclear(found, said)
        self._session.last_case = found.thing.id
        return await CaseOverview(self._office.views, self._now).reply(found.thing, found.label)

    async def failures(self) -> Reply:
        """What is broken now."""
        broken = await self._office.views.find(Failure, "broken")
        if not broken:
            return Reply(lines=(texts.FAILURES_NONE,))
        title = texts.FAILURES_TITLE.format(number=len(broken))
        if len(broken) <= WHOLE_CARDS:
            return Reply(title=title, cards=tuple(failure_card(e, self._now) for e in broken))
        rows = tuple(self._failure(each) for each in broken[:MOST_ROWS])
        return Reply(title=title, table=Table(texts.COLUMNS_FAILURES, rows))

    async def _to_confirm(self) -> tuple[str, ...]:
        asked = await self._office.views.find(Confirmation, "open")
        return tuple(waiting_words(each) for each in asked)

    async def _put_off(self) -> tuple[str, ...]:
        later = await self._office.views.find(Approval, f"status:{ApprovalStatus.POSTPONED}")
        labels = ", ".join(f"{a.number} ({self._until(a.until)})" for a in later)
        return (texts.INBOX_LATER.format(labels=labels),) if labels else ()

    async def _paused(self) -> tuple[str, ...]:
        """Cards that nobody decided in time, and that nothing has replaced since."""
        expired = await self._office.views.find(Approval, f"status:{ApprovalStatus.EXPIRED}")
        paused = [each for each in expired if await is_paused(self._office.views, each)]
        return tuple(
            texts.INBOX_PAUSED.format(number=each.number, title=one_line(each.title))
            for each in paused[-MOST_ROWS:]
        )

    def _until(self, moment: datetime | None) -> str:
        return clock_words(moment, self._now) if moment else "?"

    async def _whole(self, approvals: list[Approval], asked: list[Question]) -> tuple[Card, ...]:
        cards = [await self._cards.card(each, self._now) for each in approvals]
        questions = [await self._cards.question(each, self._now) for each in asked]
        return (*(card for card in cards if card), *questions)

    async def _row(self, approval: Approval) -> tuple[str, ...]:
        action = await self._office.views.get(Action, approval.action)
        card = await self._cards.card(approval, self._now)
        amount = amount_words(action.amount) if action and action.amount else ""
        title = card.title if card else one_line(approval.title)
        return str(approval.number), title, amount, clock_words(approval.expires_at, self._now)

    def _failure(self, failure: Failure) -> tuple[str, ...]:
        since = clock_words(failure.since, self._now)
        what, cause = one_line(failure.what, 40), one_line(failure.cause, 40)
        return what, cause, since, str(failure.count), f"retry {failure.id}"

    async def _company(self) -> Reply:
        views = self._office.views
        stops = await views.find(Stop, "active")
        broken = await views.find(Failure, "broken")
        lines = [await stop_words(views, each, self._now) for each in stops]
        lines.append(watching_words(await views.get(Mode, MODE), self._now))
        lines += [await self._for_you()]
        if held := await views.find(Action, f"status:{ActionStatus.WITHHELD}"):
            lines.append(texts.STATUS_HELD.format(actions=counted(len(held), "action")))
        if broken:
            lines.append(texts.STATUS_BROKEN.format(failures=counted(len(broken), "failure")))
        lines += [
            await message_counts(self._office),
            await self._strays.count(),
            await self._worker(),
            *self._rules(),
        ]
        title = texts.STATUS_TITLE.format(company=self._office.company.name)
        return Reply(title=title, lines=tuple(filter(None, lines)), table=await self._case_table())

    async def _for_you(self) -> str:
        cards = len(await self._things.approvals())
        questions = len(await self._things.questions())
        if not cards and not questions:
            return texts.INBOX_EMPTY
        asked = counted(questions, "question")
        return texts.STATUS_FOR_YOU.format(cards=counted(cards, "card"), questions=asked)

    async def _worker(self) -> str:
        if not self._office.policies.policy:  # of the past only the facts are known
            return ""
        who = await self._office.worker()
        return texts.STATUS_WORKER.format(who=who) if who else texts.STATUS_NOBODY

    def _rules(self) -> list[str]:
        policies = self._office.policies
        if not policies.policy:
            return []
        refused = [texts.STATUS_REFUSED.format(what=each) for each in policies.refused]
        return [texts.STATUS_RULES.format(policy=policies.policy), *refused]

    async def _case_table(self) -> Table | None:
        cases = [each for each in await self._office.views.all(Case) if not each.closed]
        newest = sorted(cases, key=lambda each: each.updated_at, reverse=True)[:MOST_ROWS]
        rows = [await self._case_row(each) for each in newest]
        return Table(texts.COLUMNS_CASES, tuple(rows)) if rows else None

    async def _case_row(self, case: Case) -> tuple[str, ...]:
        contact = await met_as(self._office.views, case.contact)
        who = one_line(contact.name or contact.address, 30) if contact else ""
        stands = await status_of(self._office.views, case)
        title = one_line(case.title or case.kind, 40)
        return str(case.number), title, who, stands, clock_words(case.updated_at, self._now)
