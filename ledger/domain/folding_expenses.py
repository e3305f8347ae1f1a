"""The fold of expenses: recorded once, corrected as often as it takes, paid by one entry."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.entities import Entity, Payment
from ledger.domain.events import (
    ExpenseCorrected,
    ExpensePaid,
    ExpenseRecorded,
    ExpenseRemoved,
)
from ledger.domain.expenses import Expense
from ledger.domain.facts import Fact
from ledger.domain.look import EXPENSE_NUMBERS, Look
from ledger.domain.roles import allowed


def fold_expenses(fact: Fact, look: Look) -> list[Entity]:
    """What was spent, and which entry of the account paid it."""
    match fact.event:
        case ExpenseRecorded() as event if allowed(event, look):
            return _recorded(event, fact, look)
        case ExpenseCorrected() as event if allowed(event, look):
            return _corrected(event, fact, look)
        case ExpenseRemoved() as event if allowed(event, look):
            return _removed(event, look)
        case ExpensePaid() as event:
            return _paid(event, look)
        case _:
            return []


def _recorded(event: ExpenseRecorded, fact: Fact, look: Look) -> list[Entity]:
    if look.get(Expense, event.expense) is not None:
        return []
    return [
        Expense(
            id=event.expense,
            number=look.add(EXPENSE_NUMBERS),
            spent=event.spent,
            recorded_at=fact.at,
            source=event.source,
            status="unclear" if event.unclear else "open",
            unclear=event.unclear,
            resembles=event.resembles,
            document=event.document,
            media_type=event.media_type,
            message=event.message,
            vendor=event.vendor,
            told=event.number,
            note=event.note,
            sources=(fact.id,),
        )
    ]


def _corrected(event: ExpenseCorrected, fact: Fact, look: Look) -> list[Entity]:
    """An entry of another amount did not pay it: that one is unexplained again."""
    known = look.get(Expense, event.expense)
    if known is None or known.status == "removed":
        return []
    same = known.amount == event.spent.amount and not event.unclear
    keeps = known.paid_by if same else ""
    changed = replace(
        known,
        spent=event.spent,
        status="unclear" if event.unclear else "paid" if keeps else "open",
        unclear=event.unclear,
        paid_by=keeps,
        vendor=event.vendor or known.vendor,
        sources=(*known.sources, fact.id),
    )
    return [changed, *([] if keeps else _let_go(known, look))]


def _removed(event: ExpenseRemoved, look: Look) -> list[Entity]:
    known = look.get(Expense, event.expense)
    if known is None or known.status == "removed":
        return []
    return [replace(known, status="removed", unclear=(), paid_by=""), *_let_go(known, look)]


def _let_go(expense: Expense, look: Look) -> list[Entity]:
    payment = look.get(Payment, expense.paid_by) if expense.paid_by else None
    return [replace(payment, expense="")] if payment else []


def _paid(event: ExpensePaid, look: Look) -> list[Entity]:
    expense, payment = look.get(Expense, event.expense), look.get(Payment, event.payment)
    if expense is None or payment is None or expense.status != "open" or payment.expense:
        return []
    return [
        replace(expense, status="paid", paid_by=payment.id),
        replace(payment, expense=expense.id),
    ]
