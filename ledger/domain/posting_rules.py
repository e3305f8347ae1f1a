"""How amounts go to accounts: taxes of an invoice, shares of a reduction. Pure, whole minor units.

A debit is positive. Each function returns postings that come to nothing in their currency.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.accounts import (
    BANK,
    CLEARING,
    DEPOSITS,
    EXPENSE,
    FEES,
    INCOME,
    INPUT_TAX,
    OUTPUT_TAX,
    PAYABLE,
    RECEIVABLE,
    REDUCTION,
)
from ledger.domain.billing import Deduction, InvoicePart, asked_for
from ledger.domain.entities import Invoice
from ledger.domain.events import Spent
from ledger.domain.postings import Posting
from ledger.domain.tax import TaxCase, TaxKind
from ledger.domain.values import Line, Money

PROVIDERS = frozenset({"stripe"})
"""Kinds of statements whose money lies with a provider until it pays out."""


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` split as `weights` are, to the unit: the largest remainders get what is left over.

    The shares of the opposite amount are the opposite shares; a weight may be negative.
    """
    whole = sum(weights)
    if not whole:
        return [amount, *[0] * (len(weights) - 1)] if weights else []
    if amount < 0:
        return [-each for each in shares(-amount, weights)]
    sign = 1 if whole > 0 else -1
    exact = [sign * amount * weight for weight in weights]
    found = [each // abs(whole) for each in exact]
    by_rest = sorted(range(len(exact)), key=lambda n: (-(exact[n] % abs(whole)), n))
    for n in by_rest[: amount - sum(found)]:
        found[n] += 1
    return found


def parts_of(
    lines: Sequence[Line],
    net: Money,
    total: Money,
    tax: TaxCase | None,
    part: InvoicePart | None = None,
) -> list[tuple[str, int, Money]]:
    """What a document is made of: (case of tax, rate, net) and ("", rate, tax), as it says itself.

    Where lines do not add up to it (an old or foreign document), its own net and total count.
    """
    kind = (tax.kind if tax else TaxKind.DOMESTIC).value
    found = asked_for(lines, part, total.currency) if _in(lines, total.currency) else None
    if found is None or found.gross != total or found.net != net:
        rest = total - net
        return [(kind, 0, net), *([("", 0, rest)] if rest.minor else [])]
    bases = [(kind, one.rate_bp, one.base) for one in found.taxes]
    return [*bases, *(("", one.rate_bp, one.tax) for one in found.taxes if one.tax.minor)]


def _in(lines: Sequence[Line], currency: str) -> bool:
    return all(line.unit_price.currency == currency for line in lines)


def billed(
    lines: Sequence[Line],
    net: Money,
    total: Money,
    tax: TaxCase | None,
    contact: str,
    part: InvoicePart | None = None,
) -> list[Posting]:
    """A document of income: the customer owes its total, made of income and tax.

    What an early invoice of a deal bills is an advance, no income yet; the final invoice takes the
    advances that it deducts off that account again, so the whole is income once.
    """
    made = [Posting(RECEIVABLE, total, contact)]
    for kind, rate, amount in parts_of(lines, net, total, tax, part):
        early = DEPOSITS if part is not None and not part.final else f"{INCOME}/{kind}"
        path = f"{early}/{rate}" if kind else f"{OUTPUT_TAX}/{rate}"
        made.append(Posting(path, -amount))
    kind = (tax.kind if tax else TaxKind.DOMESTIC).value
    for one in (each for deduction in deducted(part) for each in deduction.taxes):
        made += moved(one.base, f"{DEPOSITS}/{one.rate_bp}", f"{INCOME}/{kind}/{one.rate_bp}")
    return summed(made)


def deducted(part: InvoicePart | None) -> tuple[Deduction, ...]:
    """The earlier invoices that a final one deducts."""
    return part.deducted if part is not None else ()


def summed(postings: Sequence[Posting]) -> list[Posting]:
    """One posting an account and contact, in the order they first came, without nothings."""
    sums: dict[tuple[str, str, str], Money] = {}
    for one in postings:
        key = (one.account, one.amount.currency, one.contact)
        sums[key] = sums[key] + one.amount if key in sums else one.amount
    return _without_nothing([Posting(path, sums[path, c, who], who) for path, c, who in sums])


def lessened(invoice: Invoice, kind: str, amount: Money) -> list[Posting]:
    """So much less is owed: a bank's fee is an expense, all else its share of income and tax."""
    owed = Posting(RECEIVABLE, -amount, invoice.contact)
    if kind == "fee":
        return _without_nothing([Posting(FEES, amount), owed])
    parts = parts_of(invoice.lines, invoice.net, invoice.total, invoice.tax, invoice.part)
    split = shares(amount.minor, [each.minor for _, _, each in parts])
    made = [
        Posting(
            f"{REDUCTION}/{case}/{rate}" if case else f"{OUTPUT_TAX}/{rate}",
            Money(minor, amount.currency),
        )
        for (case, rate, _), minor in zip(parts, split, strict=True)
    ]
    return _without_nothing([*made, owed])


def spent(figures: Spent) -> list[Posting]:
    """An expense: net on its category, the input tax apart, owed until an entry paid it."""
    if figures.amount is None:
        return []
    tax = figures.tax or Money(0, figures.amount.currency)
    if tax.currency != figures.amount.currency:
        tax = Money(0, figures.amount.currency)
    path = f"{INPUT_TAX}/{figures.rate_bp}" if figures.rate_bp else INPUT_TAX
    return _without_nothing(
        [
            Posting(f"{EXPENSE}/{figures.category or 'other'}", figures.amount - tax),
            Posting(path, tax),
            Posting(PAYABLE, -figures.amount),
        ]
    )


def moved(amount: Money, to: str, source: str, *, of: str = "", contact: str = "") -> list[Posting]:
    """From one account to another; `contact` is whose the second is, `of` whose the first."""
    return _without_nothing([Posting(to, amount, of), Posting(source, -amount, contact)])


def reversed_postings(postings: Sequence[Posting]) -> list[Posting]:
    """The same, the other way round."""
    return [Posting(one.account, -one.amount, one.contact) for one in postings]


def place_of(source: str) -> str:
    """The account on which money of a kind of statement lies."""
    return CLEARING if source in PROVIDERS else BANK


def _without_nothing(postings: Sequence[Posting]) -> list[Posting]:
    return [one for one in postings if one.amount.minor]
