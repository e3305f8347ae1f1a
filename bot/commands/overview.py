"""How one case stands: its deal, its actions, and what it waits for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Final

from bot import texts
from bot.amounts import amount_words, clock_words
from bot.audit_words import purpose_words
from bot.channel import Reply
from bot.untrusted import one_line
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Alarm,
    Approval,
    ApprovalStatus,
    Case,
    Invoice,
    Proposal,
    Question,
)
from ledger.domain.folding import case_status
from ledger.domain.reading import Views

RUNNING: Final = frozenset({ActionStatus.ALLOWED, ActionStatus.ATTEMPTED})
WAITING: Final = frozenset({ApprovalStatus.PENDING, ApprovalStatus.POSTPONED})

COMMAND_WORDS: Final = texts.COMMAND_WORDS


async def status_of(views: Views, case: Case) -> str:
    """One word or two: stuck, needs you, closed, running, waiting."""
    approvals = [a for a in await views.all(Approval, case=case.id) if a.status in WAITING]
    questions = [q for q in await views.all(Question, case=case.id) if q.status == "open"]
    running = [a for a in await views.all(Action, case=case.id) if a.status in RUNNING]
    return case_status(
        case,
        open_approvals=len(approvals),
        open_questions=len(questions),
        running_actions=len(running),
    ).value


class CaseOverview:
    """The answer to `status CASE`."""

    def __init__(self, views: Views, now: datetime) -> None:
        self._views, self._now = views, now

    async def reply(self, case: Case, label: str) -> Reply:
        """Deal, actions and what waits, one line each."""
        stands = await status_of(self._views, case)
        outcome = f": {one_line(case.outcome)}" if case.outcome else ""
        lines = [line async for line in self._lines(case.id, closed=case.closed)]
        head = f"{stands}{outcome}, changed {clock_words(case.updated_at, self._now)}"
        stuck = [one_line(case.stuck, 300)] if case.stuck else []
        return Reply(title=label, lines=(head, *stuck, *lines))

    async def _lines(self, case: str, *, closed: bool) -> AsyncIterator[str]:
        for offer in await self._views.all(Proposal, case=case):
            yield self._offer(offer)
        for invoice in await self._views.all(Invoice, case=case):
            yield self._invoice(invoice)
        for action in await self._views.all(Action, case=case):
            yield action_words(action)
        for line in self._waiting(
            [*await self._views.all(Approval, case=case)],
            [*await self._views.all(Question, case=case)],
        ):
            yield line
        for alarm in sorted(await self._views.all(Alarm, case=case), key=lambda each: each.due):
            if not alarm.rung and not closed:
                when = clock_words(alarm.due, self._now)
                purpose = purpose_words(alarm.purpose)
                yield texts.STATUS_ALARM.format(when=when, purpose=purpose)

    def _waiting(self, approvals: list[Approval], questions: list[Question]) -> Iterator[str]:
        for approval in approvals:
            if approval.status in WAITING:
                title = one_line(approval.title)
                yield texts.STATUS_CARD.format(number=approval.number, title=title)
        for question in questions:
            if question.status == "open":
                text = one_line(question.text)
                yield texts.STATUS_ASKED.format(number=question.number, text=text)

    def _offer(self, offer: Proposal) -> str:
        amount = amount_words(offer.total)
        return texts.STATUS_OFFER.format(
            number=offer.number, version=offer.version, amount=amount, status=offer.status
        )

    def _invoice(self, invoice: Invoice) -> str:
        return texts.STATUS_INVOICE.format(
            number=invoice.number,
            amount=amount_words(invoice.total),
            status=invoice.status,
            open=amount_words(invoice.open),
            due=invoice.due_on.isoformat(),
        )


def action_words(action: Action) -> str:
    """`Send an offer: succeeded, receipt <id>`"""
    proof = f", receipt {one_line(action.receipt.reference)}" if action.receipt else ""
    why = f" ({one_line(action.cause)})" if action.cause and not action.receipt else ""
    name = COMMAND_WORDS.get(action.name, action.name)
    return texts.STATUS_ACTION.format(name=name, status=action.status.value, proof=proof + why)
