"""An invoice from before Coo: a case of its own, so that its money finds it."""

from __future__ import annotations

from graph.desk import Desk, says, tells
from ledger.domain.entities import Contact, Invoice
from ledger.domain.events import CaseOpened, InvoiceBrought, InvoiceIssued
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.going_live import brought_id
from ledger.domain.values import Line, Money, totals

BROUGHT = "invoice"
"""The kind of such a case, and the topic of what is told of it."""

_BASIS = 10_000


async def route_brought(fact: Fact, brought: InvoiceBrought, desk: Desk) -> list[Draft]:
    """The case, and in it the invoice as it stands; one with this number there is left alone."""
    if await desk.views.find(Invoice, f"number:{brought.number.upper()}"):
        said = f"Invoice {brought.number} is there already. Nothing was added."
        return [tells(fact, BROUGHT, said)]
    contact = await desk.views.get(Contact, brought.contact)
    person = contact.persons[0] if contact and contact.persons else ""
    case = short_id("bill", fact.id)
    title = f"Invoice {brought.number}, from before"
    opened = CaseOpened(kind=BROUGHT, fact=fact.id, contact=brought.contact, title=title)
    return [
        says(fact, opened, case=case, person=person, key=f"case:{case}"),
        says(fact, issued_elsewhere(brought), case=case, person=person),
    ]


def issued_elsewhere(brought: InvoiceBrought) -> InvoiceIssued:
    """The invoice as the operator issued it; its lines are not known, their sum is."""
    return InvoiceIssued(
        invoice=brought_id(brought.number),
        number=brought.number,
        series="",
        action="",
        proposal="",
        version=0,
        contact=brought.contact,
        lines=lines_of(brought.number, brought.net, brought.tax),
        net=brought.net,
        total=brought.total,
        issued_on=brought.issued_on,
        service_date=brought.issued_on,
        due_on=brought.due_on,
        elsewhere=True,
        paid=brought.paid,
    )


def lines_of(number: str, net: Money, tax: Money) -> tuple[Line, ...]:
    """One line at the rate behind the tax; with several rates, one for net and one for tax."""
    rate = round(tax.minor * _BASIS / net.minor) if net.minor else 0
    one = _line(f"As invoiced: {number}", net, rate)
    if totals((one,), net.currency).gross == net + tax:
        return (one,)
    return (_line(f"As invoiced: {number}", net, 0), _line("Tax at several rates", tax, 0))


def _line(title: str, price: Money, rate: int) -> Line:
    return Line(item="", description=title, quantity=1, unit="piece", unit_price=price, tax_bp=rate)
