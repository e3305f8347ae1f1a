"""What going live would mean: whether mail can leave, what waits, which numbers come first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.findings import Finding
from ledger.domain.entities import Action, ActionStatus, Approval
from ledger.domain.going_live import (
    CREDIT_NOTE_BOOK,
    INVOICE_BOOK,
    MODE,
    WATCHING,
    Mode,
    Numbering,
)
from ledger.numbering import CREDIT_NOTE_BOOK as CREDIT_NOTES
from ledger.numbering import INVOICE_BOOK as INVOICES
from ledger.numbering import next_number
from ledger.reads import Reads

if TYPE_CHECKING:
    from bot.opening import App


class Series(Struct, frozen=True, kw_only=True):
    """A book's next number, and the operator's own last one, "" where they named none."""

    book: str
    next: str
    last: str = ""
    confirmed: bool = True


class Readiness(Struct, frozen=True, kw_only=True):
    """How the company stands, and what `go-live` would change.

    `real`: mail really leaves; `waiting` cards wait for a decision; `held` were approved while
    Coo watched, and are asked again.
    """

    mode: Mode | None
    real: bool
    operator: str
    findings: tuple[Finding, ...] = ()
    waiting: int = 0
    held: int = 0
    series: tuple[Series, ...] = ()


async def readiness(app: App) -> Readiness:
    """Look everything up; logs in to the mail servers, and leaves again."""
    from bot.work.mail_check import MailCheck  # noqa: PLC0415 - the clients load slowly

    findings: Sequence[Finding] = await MailCheck(app.settings).look()
    pending = await app.views.find(Approval, "status:pending")
    withheld = await app.views.find(Action, f"status:{ActionStatus.WITHHELD}")
    return Readiness(
        mode=await app.views.get(Mode, MODE),
        real=app.settings.mailing is not None,
        operator=app.company.operator.email,
        findings=tuple(findings),
        waiting=len(pending),
        held=sum(action.held == WATCHING for action in withheld),
        series=await series(app),
    )


async def series(app: App) -> tuple[Series, ...]:
    """The next number of each book, as a claim would take it now."""
    today, company = app.clock.now().date(), app.company
    books = (
        (INVOICE_BOOK, INVOICES, company.invoice_numbers),
        (CREDIT_NOTE_BOOK, CREDIT_NOTES, company.credit_note_numbers),
    )

    def found(tx: Reads) -> tuple[Series, ...]:
        known = {book: tx.get(Numbering, book) for book, _, _ in books}
        return tuple(
            Series(
                book=book,
                next=next_number(tx, numbers, today, counted).text,
                last=of.last if (of := known[book]) else "",
                confirmed=of.confirmed if of else True,
            )
            for book, counted, numbers in books
        )

    return await app.views.at_once(found)
