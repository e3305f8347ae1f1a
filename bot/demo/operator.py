"""The operator of a scenario: types and taps as the script says, through the same commands.

What is said at a step has keys that derive from the step, so that a step that is played again
after a crash says nothing twice.
"""

from __future__ import annotations

from typing import Final

from bot import texts
from bot.app import App
from bot.cards.outcomes import LETTERS
from bot.commands import Commands, Session
from bot.demo.diary import Diary
from bot.demo.script import Answered, Decided, Round, ScriptInvalid, Step
from bot.office.live import LiveOffice
from bot.work.worker import Worker
from ledger.domain.commands import command_name
from ledger.domain.entities import Action, Approval, ApprovalStatus, Case, Contact, Question
from ledger.domain.expenses import Expense

CHANNEL: Final = "console"
EXPENSE: Final = "expense"
"""Instead of somebody: a question about what the company spent."""

MOST_TURNS: Final = 12
"""So often a round looks whether its approvals brought new cards."""


class Turn:
    """What the operator does at one step."""

    def __init__(self, app: App, works: Worker, step: Step, diary: Diary) -> None:
        self._app, self._works, self._step, self._diary = app, works, step, diary

    async def type(
        self, line: str, commands: Commands | None = None, *, again: bool = False
    ) -> None:
        """Type a line. Raises `ScriptInvalid` where the answer is trouble, unless it was typed
        before, and a crash came in between."""
        self._diary.typed(self._step, line)
        reply = await (commands or self._talk(unique(self._step))).answer(line)
        if reply.trouble and not again:
            said = " ".join(reply.lines)
            raise ScriptInvalid(*texts.DEMO_MONTH_REFUSED.put(line=line, said=said))
        self._diary.answered(reply)
        await self._works.settle(0)

    async def decide(self, does: Decided) -> None:
        """Look at the card, and do with it what the script says."""
        what, _, address = does.card.partition(" ")
        found = [one for one in await self._waiting() if await self._is(one, what, address)]
        if not found:
            raise ScriptInvalid(*texts.DEMO_MONTH_NO_CARD.put(what=what, to=address))
        verb, _, rest = does.how.partition(" ")
        await self._on_card(found[0], verb, rest, unique(self._step))

    async def answer(self, does: Answered) -> None:
        """Answer the oldest open question about somebody."""
        asked = await self._app.views.find(Question, "status:open")
        fitting = [
            one for one in sorted(asked, key=lambda it: it.number) if await self._about(one, does)
        ]
        if not fitting:
            raise ScriptInvalid(*texts.DEMO_MONTH_NO_QUESTION.put(about=does.about))
        question = fitting[0]
        said = does.words or _letter(question, does.option)
        await self.type(f"{question.number} {said}")

    async def round(self, does: Round) -> None:
        """Approve what waited at this moment, and what follows from it at once."""
        for _ in range(MOST_TURNS):
            waiting = [one for one in await self._waiting() if one.requested_at <= self._step.at]
            mine = [one for one in waiting if not await self._left(one, does)]
            if not mine:
                return
            for approval in mine:
                said = f"{unique(self._step)}:{approval.id}"
                await self._on_card(approval, "approve", "", said)

    def _talk(self, said: str) -> Commands:
        """A conversation; what is said in it has keys that begin with `said`."""
        operator = self._app.company.operator.name
        office = LiveOffice(self._app, self._works, operator=operator, channel=CHANNEL, unique=said)
        return Commands(office, Session())

    async def _on_card(self, approval: Approval, verb: str, rest: str, said: str) -> None:
        now = await self._app.views.get(Approval, approval.id)
        if now is None or now.status is not ApprovalStatus.PENDING:
            return
        number, talk = approval.number, self._talk(said)
        await talk.answer(f"show {number}")
        await self.type(f"{verb} {number} {rest}".strip(), talk)
        if verb == "edit":
            await self.type(f"approve {number}", talk)

    async def _waiting(self) -> list[Approval]:
        found = await self._app.views.find(Approval, f"status:{ApprovalStatus.PENDING}")
        return sorted(found, key=lambda one: one.number)

    async def _left(self, approval: Approval, does: Round) -> bool:
        for one in does.but:
            what, _, address = one.partition(" ")
            if await self._is(approval, what, address):
                return True
        return False

    async def _is(self, approval: Approval, what: str, address: str) -> bool:
        action = await self._app.views.get(Action, approval.action)
        if action is None or action.command is None or command_name(action.command) != what:
            return False
        return await self._with(approval.case, address)

    async def _about(self, question: Question, does: Answered) -> bool:
        if does.option and not any(_begins(one.label, does.option) for one in question.options):
            return False
        if does.about == EXPENSE:
            return await self._app.views.get(Expense, question.about) is not None
        return await self._with(question.case, does.about)

    async def _with(self, case_id: str, address: str) -> bool:
        case = await self._app.views.get(Case, case_id)
        contact = await self._app.views.get(Contact, case.contact) if case else None
        return contact is not None and contact.address.casefold() == address.casefold()


def unique(step: Step) -> str:
    """What the keys of this step begin with."""
    return f"month:{step.n}"


def _letter(question: Question, option: str) -> str:
    for letter, one in zip(LETTERS, question.options, strict=False):
        if _begins(one.label, option):
            return letter
    raise ScriptInvalid(*texts.DEMO_MONTH_NO_QUESTION.put(about=option))


def _begins(label: str, option: str) -> bool:
    return label.casefold().startswith(option.casefold())
