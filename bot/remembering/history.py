"""How somebody has paid so far, from their invoices and payments: never typed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from bot import texts
from bot.wording.amounts import counted
from ledger.domain.amounts import amount_words
from ledger.domain.entities import Invoice, Payment
from ledger.domain.reading import Views
from ledger.domain.values import Money


class Paid(Struct, frozen=True):
    """One invoice that was paid in full, and the day the last of it was booked."""

    invoice: Invoice
    booked_on: date

    @property
    def days(self) -> int:
        """From the date of the invoice to the last of the money."""
        return (self.booked_on - self.invoice.issued_on).days

    @property
    def late(self) -> int:
        """Days after it was due; 0 where it came in time."""
        return max((self.booked_on - self.invoice.due_on).days, 0)


async def payment_lines(views: Views, cases: Sequence[str], today: date) -> list[str]:
    """How the contact of these cases has paid, and what is open; [] where nothing was billed."""
    bills = [bill for case in cases for bill in await views.find(Invoice, f"case:{case}")]
    standing = [bill for bill in bills if not bill.credited_by]
    paid = [one for bill in standing if (one := await _paid(views, bill))]
    lines = [_pays(paid)] if paid else []
    owed = [bill for bill in standing if bill.open.minor > 0]
    return [*lines, *(_open(owed, currency, today) for currency in _currencies(owed))]


async def _paid(views: Views, bill: Invoice) -> Paid | None:
    if bill.open.minor > 0:
        return None
    booked = [each.booked_on for each in await views.find(Payment, f"invoice:{bill.id}")]
    return Paid(bill, max(booked)) if booked else None


def _pays(paid: Sequence[Paid]) -> str:
    late = [one.late for one in paid if one.late]
    return texts.MEMORY_PAYS.format(
        invoices=counted(len(paid), "invoice"),
        days=round(sum(one.days for one in paid) / len(paid)),
        late=len(late),
        worst=texts.MEMORY_WORST.format(days=max(late)) if late else "",
        first=min(one.invoice.issued_on for one in paid).isoformat(),
        last=max(one.booked_on for one in paid).isoformat(),
    )


def _open(owed: Sequence[Invoice], currency: str, today: date) -> str:
    own = [bill for bill in owed if bill.total.currency == currency]
    overdue = [bill for bill in own if bill.due_on < today]
    return texts.MEMORY_OPEN.format(
        amount=amount_words(_sum(own, currency)),
        invoices=counted(len(own), "invoice"),
        overdue=amount_words(_sum(overdue, currency)),
    )


def _sum(bills: Sequence[Invoice], currency: str) -> Money:
    return sum((bill.open for bill in bills), start=Money(0, currency))


def _currencies(bills: Sequence[Invoice]) -> list[str]:
    return [*dict.fromkeys(bill.total.currency for bill in bills)]
