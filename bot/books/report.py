"""The books of a period: folded from journal entries alone, a sum a currency. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from bot.books.period import Period
from ledger.domain.accounts import (
    CREDIT,
    DEPOSITS,
    EXPENSE,
    INCOME,
    INPUT_TAX,
    OUTPUT_TAX,
    RECEIVABLE,
    REDUCTION,
    SUSPENSE,
)
from ledger.domain.company import Basis
from ledger.domain.entities import Invoice
from ledger.domain.posting_rules import parts_of, shares
from ledger.domain.postings import JournalEntry
from ledger.domain.tax import TaxKind

RECAPITULATED: Final = frozenset({TaxKind.REVERSE_CHARGE, TaxKind.INTRA_COMMUNITY})
"""What stands in the recapitulative statement, by VAT id."""

_RESULT: Final = frozenset({INCOME, REDUCTION, EXPENSE})
_TAXES: Final = frozenset({OUTPUT_TAX, INPUT_TAX})

Sums = dict[str, int]
"""Minor units by currency."""


class OpenItem(Struct, frozen=True, kw_only=True):
    """What was open on an invoice at the end of the period. `days`: past its due day."""

    invoice: str
    currency: str
    minor: int
    days: int


class Unmatched(Struct, frozen=True, kw_only=True):
    """What of a payment explained nothing at the end of the period; `credit_of`: whose it is."""

    payment: str
    currency: str
    minor: int
    credit_of: str = ""


class Recapitulated(Struct, frozen=True, kw_only=True):
    """What was supplied without tax to a business in another member state, net."""

    vat_id: str
    kind: TaxKind
    currency: str
    minor: int


class BooksReport(Struct, frozen=True, kw_only=True):
    """A period. `movements` are the sums of each account in it, `balances` at its end: account →
    minor units by currency, a debit positive. `taxed` is the basis on which income and tax count.
    """

    period: Period
    basis: Basis
    currencies: tuple[str, ...]
    movements: Mapping[str, Sums]
    balances: Mapping[str, Sums]
    before: Mapping[str, Sums]
    entries: tuple[JournalEntry, ...]
    open_items: tuple[OpenItem, ...]
    unmatched: tuple[Unmatched, ...]
    recapitulated: tuple[Recapitulated, ...]

    def under(self, head: str) -> dict[str, Sums]:
        """The movements of an account and of those below it."""
        return {
            path: sums
            for path, sums in self.movements.items()
            if path == head or path.startswith(f"{head}/")
        }

    def total(self, *heads: str) -> Sums:
        """All of them in one sum a currency."""
        found: Sums = defaultdict(int)
        for head in heads:
            for sums in self.under(head).values():
                for currency, minor in sums.items():
                    found[currency] += minor
        return dict(found)


def books_report(
    entries: Sequence[JournalEntry],
    invoices: Mapping[str, Invoice],
    period: Period,
    *,
    currency: str,
    basis: Basis = Basis.ACCRUAL,
) -> BooksReport:
    """What the entries until the end of the period come to."""
    known = [each for each in entries if each.on <= period.last]
    within = [each for each in known if period.holds(each.on)]
    earlier = [each for each in known if each.on < period.first]
    moves = _sums(within)
    if basis is Basis.CASH:
        moves = _on_cash(moves, within, earlier, invoices)
    found = dict.fromkeys(one.amount.currency for each in known for one in each.postings)
    return BooksReport(
        period=period,
        basis=basis,
        currencies=tuple(dict.fromkeys([currency, *sorted(found)])),
        movements=moves,
        balances=_sums(known),
        before=_sums(earlier),
        entries=tuple(within),
        open_items=tuple(_open_items(known, invoices, period.last)),
        unmatched=tuple(_unmatched(known)),
        recapitulated=tuple(_recapitulated(within, invoices)),
    )


def _sums(entries: Iterable[JournalEntry]) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for entry in entries:
        for one in entry.postings:
            sums = found.setdefault(one.account, {})
            currency = one.amount.currency
            sums[currency] = sums.get(currency, 0) + one.amount.minor
    return {path: found[path] for path in sorted(found)}


def _by(entries: Iterable[JournalEntry], account: str, about: str) -> dict[tuple[str, str], int]:
    """What is on an account, by what the entries are about and currency."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        for one in entry.postings:
            if one.account == account:
                found[getattr(entry, about), one.amount.currency] += one.amount.minor
    return found


def _open_items(
    entries: Sequence[JournalEntry], invoices: Mapping[str, Invoice], last: date
) -> Iterable[OpenItem]:
    for (name, currency), minor in _by(entries, RECEIVABLE, "invoice").items():
        invoice = invoices.get(name)
        if minor:
            days = (last - invoice.due_on).days if invoice else 0
            yield OpenItem(invoice=name, currency=currency, minor=minor, days=days)


def _unmatched(entries: Sequence[JournalEntry]) -> Iterable[Unmatched]:
    """A credit on an account of what is not explained is money that came in."""
    for (name, currency), minor in _by(entries, SUSPENSE, "payment").items():
        if minor:
            yield Unmatched(payment=name, currency=currency, minor=-minor)
    for entry in entries:
        if entry.kind == "credit":
            left = sum(
                one.amount.minor
                for each in entries
                if each.payment == entry.payment
                for one in each.postings
                if one.account == CREDIT
            )
            whose = next((one for one in entry.postings if one.account == CREDIT), None)
            if left and whose:
                yield Unmatched(
                    payment=entry.payment,
                    currency=whose.amount.currency,
                    minor=-left,
                    credit_of=whose.contact,
                )


def _recapitulated(
    entries: Sequence[JournalEntry], invoices: Mapping[str, Invoice]
) -> Iterable[Recapitulated]:
    found: dict[tuple[str, TaxKind, str], int] = defaultdict(int)
    for entry in entries:
        invoice = invoices.get(entry.invoice)
        if invoice is None or invoice.tax is None or invoice.tax.kind not in RECAPITULATED:
            continue
        vat_id = invoice.buyer.vat_id if invoice.buyer else ""
        for one in entry.postings:
            if one.account.partition("/")[0] in {INCOME, REDUCTION, DEPOSITS}:
                found[vat_id, invoice.tax.kind, one.amount.currency] -= one.amount.minor
    for (vat_id, kind, currency), minor in sorted(found.items()):
        if minor:
            yield Recapitulated(vat_id=vat_id, kind=kind, currency=currency, minor=minor)


def _on_cash(
    moves: dict[str, Sums],
    within: Sequence[JournalEntry],
    earlier: Sequence[JournalEntry],
    invoices: Mapping[str, Invoice],
) -> dict[str, Sums]:
    """Income and its tax as the money came, share by share; all else stays as it is."""
    kept = {
        path: dict(sums)
        for path, sums in moves.items()
        if path.partition("/")[0] not in {INCOME, REDUCTION, OUTPUT_TAX, DEPOSITS}
    }
    before, came = _cash(earlier), _cash(within)
    for name, minor in came.items():
        invoice = invoices.get(name)
        if invoice is None:
            continue
        start = before.get(name, 0)
        for path, part in _taxed(invoice, start, start + minor).items():
            sums = kept.setdefault(path, {})
            currency = invoice.total.currency
            sums[currency] = sums.get(currency, 0) - part
    return {path: kept[path] for path in sorted(kept)}


def _cash(entries: Iterable[JournalEntry]) -> Sums:
    """What was paid on each invoice; a bank's fee was paid too, though it did not arrive."""
    found: Sums = defaultdict(int)
    for entry in entries:
        owed = sum(one.amount.minor for one in entry.postings if one.account == RECEIVABLE)
        let_go = sum(
            one.amount.minor
            for one in entry.postings
            if one.account.partition("/")[0] in {REDUCTION, OUTPUT_TAX}
        )
        if entry.kind in {"match", "unmatch", "reduction"}:
            found[entry.invoice] -= owed + let_go
    return {name: minor for name, minor in found.items() if minor}


def _taxed(invoice: Invoice, start: int, end: int) -> dict[str, int]:
    parts = parts_of(invoice.lines, invoice.net, invoice.total, invoice.tax, invoice.part)
    weights = [amount.minor for _, _, amount in parts]
    now, then = shares(end, weights), shares(start, weights)
    return {
        f"{INCOME}/{case}/{rate}" if case else f"{OUTPUT_TAX}/{rate}": now[n] - then[n]
        for n, (case, rate, _) in enumerate(parts)
    }


def result_of(report: BooksReport) -> Sums:
    """Income less expenses, a currency; a profit is positive."""
    return {c: -minor for c, minor in report.total(*sorted(_RESULT)).items()}


def tax_due(report: BooksReport) -> Sums:
    """VAT charged less input VAT, a currency; what is to be paid is positive."""
    return {c: -minor for c, minor in report.total(*sorted(_TAXES)).items()}
