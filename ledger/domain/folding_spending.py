"""The fold of what is counted: mails a day, model money, numbers of invoices and credit notes."""

from __future__ import annotations

from datetime import date

from ledger.domain.entities import Action, Entity
from ledger.domain.events import (
    AttemptStarted,
    CreditNoteIssued,
    InvoiceIssued,
    ModelCallFailed,
    ModelCallRecorded,
    ModelCallReserved,
)
from ledger.domain.facts import Fact
from ledger.domain.folding_actions import contact_of, is_mail
from ledger.domain.look import (
    CREDIT_NOTES,
    INVOICES,
    Look,
    credit_note_series,
    invoice_series,
    mails_of_day,
    model_of_case,
    model_of_day,
)


def fold_spending(fact: Fact, look: Look) -> list[Entity]:
    """Moves counters only. Budgets are checked against them before anything is spent."""
    match fact.event:
        case AttemptStarted() as event:
            _count_mail(event, fact, look)
        case InvoiceIssued() as event if not event.elsewhere:
            _take_number(event, INVOICES, invoice_series(event.series), look)
        case CreditNoteIssued() as event:
            _take_number(event, CREDIT_NOTES, credit_note_series(event.series), look)
        case ModelCallReserved() as event:
            _spend(fact.case, fact.at.date(), event.microusd, look)
        case ModelCallRecorded() | ModelCallFailed() as event:
            _settle(event, fact, look)
        case _:
            pass
    return []


def counts_today(action: Action, today: date) -> bool:
    """Whether a further try of a mail today is already counted: one mail a day counts once."""
    return action.attempted_at is not None and action.attempted_at.date() == today


def _count_mail(event: AttemptStarted, fact: Fact, look: Look) -> None:
    action = look.get(Action, event.action)
    today = fact.at.date()
    if action is None or not is_mail(action) or counts_today(action, today):
        return
    look.add(mails_of_day(today))
    look.add(mails_of_day(today, contact_of(action, look)))


def _take_number(
    event: InvoiceIssued | CreditNoteIssued, book: str, series: str, look: Look
) -> None:
    look.add(book)
    look.add(series, event.ordinal - look.add(series, 0))


def _settle(event: ModelCallRecorded | ModelCallFailed, fact: Fact, look: Look) -> None:
    """The real cost takes the place of what was set aside, on the day it was set aside."""
    day = event.reserved_on or fact.at.date()
    _spend(fact.case, day, event.microusd - event.reserved, look)


def _spend(case: str, day: date, microusd: int, look: Look) -> None:
    look.add(model_of_case(case), microusd)
    look.add(model_of_day(day), microusd)
