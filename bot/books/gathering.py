"""Everything that the books of a period speak of, read once from an office, of now or of then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from bot.books.period import Period
from bot.books.report import BooksReport, books_report
from bot.office.port import Looks
from ledger.domain.company import Company
from ledger.domain.entities import Contact, CreditNote, Invoice, Payment
from ledger.domain.expenses import Expense
from ledger.domain.identity import met_as
from ledger.domain.postings import JournalEntry


class Books(Struct, frozen=True, kw_only=True):
    """A report, and by their ids the things that it names. `names` are those of the contacts."""

    company: Company
    report: BooksReport
    invoices: Mapping[str, Invoice]
    credit_notes: tuple[CreditNote, ...]
    payments: Mapping[str, Payment]
    expenses: tuple[Expense, ...]
    names: Mapping[str, str]

    def who(self, contact: str) -> str:
        """The name of a contact, its id where it has none any more."""
        return self.names.get(contact) or contact


async def gathered(office: Looks, period: Period) -> Books:
    """The books of a period as the office knows them."""
    views, company = office.views, office.company
    invoices = {each.id: each for each in await views.all(Invoice)}
    notes = tuple(await views.all(CreditNote))
    payments = {each.id: each for each in await views.all(Payment)}
    kept = {each.credit_of for each in payments.values() if each.credit_of}
    whose = {each.contact for each in invoices.values()} | kept
    return Books(
        company=company,
        report=books_report(
            await views.all(JournalEntry),
            invoices,
            period,
            currency=company.currency,
            basis=company.books.basis,
        ),
        invoices=invoices,
        credit_notes=tuple(each for each in notes if period.holds(each.issued_on)),
        payments=payments,
        expenses=tuple(await views.all(Expense)),
        names=await _names(office, whose),
    )


async def _names(office: Looks, contacts: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in sorted(contacts):
        contact: Contact | None = await met_as(office.views, each)
        if contact is not None:
            found[each] = contact.organisation or contact.name or contact.address
    return found
