"""Which case a payment belongs to: by invoice number, else by exact amount and payer.

Money may come before the invoice it names: then it waits, and the invoice finds it.
"""

from __future__ import annotations

from graph.desk import Desk, routed, unrouted
from ledger.domain.entities import Contact, Invoice, Stray
from ledger.domain.events import InvoiceIssued, PaymentReceived
from ledger.domain.facts import Draft, Fact
from ledger.domain.values import Money

PAYMENT = "payment"


async def route_payment(fact: Fact, payment: PaymentReceived, desk: Desk) -> list[Draft]:
    """One fact a case concerned (a payment may cover two invoices), or why none is."""
    named = await _named(payment, desk)
    if named:
        return [
            routed(fact, case, PAYMENT, _names(number), shared=len(named) > 1)
            for case, number in named.items()
        ]
    fitting = await _fitting(payment, desk)
    if len(fitting) == 1:
        why = f"Invoice {fitting[0].number} is open with exactly this amount and payer."
        return [routed(fact, fitting[0].case, PAYMENT, why)]
    return [_nowhere(fact, payment, fitting)]


async def route_issued(fact: Fact, issued: InvoiceIssued, desk: Desk) -> list[Draft]:
    """The payments that named this number before there was such an invoice."""
    strays = await desk.views.find(Stray, "open")
    sources = [await desk.fact(stray.id) for stray in strays if stray.kind == PAYMENT]
    why = f"It named invoice {issued.number} before that was issued."
    return [
        routed(source, fact.case, PAYMENT, why, cause=fact)
        for source in sources
        if source is not None and issued.number.upper() in _quoted(source)
    ]


def _quoted(source: Fact) -> set[str]:
    event = source.event
    numbers = event.numbers if isinstance(event, PaymentReceived) else ()
    return {number.upper() for number in numbers}


def _names(number: str) -> str:
    return f"Its reference names invoice {number}."


async def _named(payment: PaymentReceived, desk: Desk) -> dict[str, str]:
    """Case → the first number that led to it, in the order of the reference."""
    found: dict[str, str] = {}
    for number in payment.numbers:
        for invoice in await desk.views.find(Invoice, f"number:{number.upper()}"):
            found.setdefault(invoice.case, invoice.number)
    return found


async def _fitting(payment: PaymentReceived, desk: Desk) -> list[Invoice]:
    invoices = await desk.views.all(Invoice)
    amounts = [invoice for invoice in invoices if _owes(invoice, payment.amount)]
    return [invoice for invoice in amounts if await _pays(payment.payer, invoice, desk)]


def _owes(invoice: Invoice, amount: Money) -> bool:
    return amount.minor > 0 and invoice.open == amount


async def _pays(payer: str, invoice: Invoice, desk: Desk) -> bool:
    contact = await desk.views.get(Contact, invoice.contact)
    if not contact or not _plain(payer):
        return False
    return _plain(payer) in {_plain(contact.name), _plain(contact.organisation)}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _nowhere(fact: Fact, payment: PaymentReceived, fitting: list[Invoice]) -> Draft:
    if fitting:
        numbers = ", ".join(invoice.number for invoice in fitting)
        why = f"{len(fitting)} open invoices fit its amount and payer: {numbers}."
    else:
        quoted = ", ".join(payment.numbers) or "no number"
        why = f"No invoice fits it: its reference holds {quoted}."
    remedy = "Nothing was booked. Look at your bank statement, and send back what is not yours."
    return unrouted(fact, PAYMENT, why, remedy)
