"""The fold of watching and going live, of continued numbers, and of the operator's own tone."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from ledger.domain.entities import Approval, Entity
from ledger.domain.events import (
    ApprovalExpired,
    ApprovalSuperseded,
    Approved,
    CreditNoteIssued,
    InvoiceIssued,
    NumbersContinued,
    Rejected,
    SpecimenAsked,
    ToneLearned,
    WatchBegun,
    WentLive,
)
from ledger.domain.facts import Fact
from ledger.domain.folding_actions import UNDECIDED
from ledger.domain.going_live import (
    CREDIT_NOTE_BOOK,
    INVOICE_BOOK,
    MODE,
    Mode,
    Numbering,
    Tone,
)
from ledger.domain.look import CREDIT_NOTES, INVOICES, Look, credit_note_series, invoice_series
from ledger.domain.roles import allowed

_NOBODY: Final = {"original": "", "specimen": "", "approval": ""}


def fold_mode(fact: Fact, look: Look) -> list[Entity]:
    """Whether the company watches, and how far its first real mail came."""
    mode = look.get(Mode, MODE)
    match fact.event:
        case WatchBegun() as event if allowed(event, look):
            begun = {"watching": True, "since": fact.at, "by": event.operator}
            return [_altered(mode, begun, fact)]
        case WentLive() as event if allowed(event, look):
            live = {"watching": False, "since": fact.at, "by": event.operator}
            return [_altered(mode, {**live, "live_at": fact.at, "went": fact.id}, fact)]
        case SpecimenAsked() as event if mode is not None and not mode.specimen:
            shown = {"original": event.action, "specimen": event.specimen}
            return [replace(mode, approval=event.approval, rounds=mode.rounds + 1, **shown)]
        case Approved() as event if mode is not None and _is_it(mode, event.approval, look):
            return [replace(mode, looked_right=True, **_NOBODY)]
        case Rejected() | ApprovalExpired() | ApprovalSuperseded() as event if mode is not None:
            gone = mode.original and mode.original == event.action
            return [replace(mode, **_NOBODY)] if gone else []
        case _:
            return []


def _altered(mode: Mode | None, new: dict[str, Any], fact: Fact) -> Mode:
    known = mode or Mode(id=MODE, watching=False, since=fact.at, by="")
    return replace(known, **new)


def _is_it(mode: Mode, approval: str, look: Look) -> bool:
    """Whether this is the card about the first real mail, and nobody decided on it so far."""
    asked = look.get(Approval, approval) if approval == mode.approval != "" else None
    return asked is not None and asked.status in UNDECIDED


def fold_numbering(fact: Fact, look: Look) -> list[Entity]:
    """Where a book goes on; its first number is asked about until it is taken."""
    match fact.event:
        case NumbersContinued() as event if allowed(event, look):
            return [_continued(event, look)]
        case WentLive() as event if allowed(event, look):
            return _opened(look)
        case InvoiceIssued(elsewhere=False):
            return _confirmed(INVOICE_BOOK, look)
        case CreditNoteIssued():
            return _confirmed(CREDIT_NOTE_BOOK, look)
        case _:
            return []


def _continued(event: NumbersContinued, look: Look) -> Numbering:
    of_invoices = event.book == INVOICE_BOOK
    counter = (invoice_series if of_invoices else credit_note_series)(event.series)
    look.add(counter, max(0, event.ordinal - look.add(counter, 0)))
    return Numbering(
        id=event.book,
        format=event.format,
        last=event.last,
        series=event.series,
        ordinal=event.ordinal,
    )


def _opened(look: Look) -> list[Entity]:
    """A company that never issued anything: its first number is a real one now."""
    counters = ((INVOICE_BOOK, INVOICES), (CREDIT_NOTE_BOOK, CREDIT_NOTES))
    unused = (book for book, counter in counters if not look.add(counter, 0))
    return [Numbering(id=book) for book in unused if look.get(Numbering, book) is None]


def _confirmed(book: str, look: Look) -> list[Entity]:
    known = look.get(Numbering, book)
    return [replace(known, confirmed=True)] if known and not known.confirmed else []


def fold_tone(fact: Fact, _look: Look) -> list[Entity]:
    """How the operator's own mails sound; what was read last counts."""
    event = fact.event
    if not isinstance(event, ToneLearned):
        return []
    return [
        Tone(
            id=event.language,
            greeting=event.greeting,
            sign_off=event.sign_off,
            mails=event.mails,
            greeted=event.greeted,
            signed=event.signed,
            familiar=event.familiar,
            formal=event.formal,
        )
    ]
