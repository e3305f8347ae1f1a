"""The books of a period as an answer: one table with a column a currency, and what needs eyes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bot import texts
from bot.books.gathering import Books
from bot.books.report import OpenItem, Sums, Unmatched, result_of, tax_due
from bot.channel import Reply, Table
from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from ledger.domain.accounts import (
    BANK,
    CLEARING,
    DEPOSITS,
    EXPENSE,
    INCOME,
    INPUT_TAX,
    OUTPUT_TAX,
    PAYABLE,
    REDUCTION,
    TRANSIT,
    Chart,
    account,
    account_name,
)
from ledger.domain.amounts import amount_words, plain_amount
from ledger.domain.expenses import Expense
from ledger.domain.values import Money

MOST: Final = 30
"""Lines of a kind that are shown; the export has them all."""

_STANDING: Final = (BANK, CLEARING, TRANSIT, PAYABLE, DEPOSITS)


def books_reply(books: Books) -> Reply:
    """What came in, what went out, what is open, owed in tax, and what nobody could place."""
    report = books.report
    title = texts.BOOKS_OF.format(company=one_line(books.company.name), period=report.period.name)
    lines = [
        texts.BOOKS_BASIS[report.basis].format(first=report.period.first, last=report.period.last)
    ]
    if not report.entries and not report.balances:
        lines = [texts.BOOKS_EMPTY.format(period=report.period.name)]
        return Reply(title=title, lines=(*lines, *_unclear(books)))
    told = (*_open(books), *_unmatched(books), *_unclear(books), *_recapitulated(books))
    rows = tuple(_row(label, sums, books) for label, sums in _figures(books))
    hint = texts.BOOKS_EXPORT_HINT.format(period=report.period.name)
    table = Table(("", *report.currencies), rows)
    return Reply(title=title, lines=(*lines, *told), table=table, hints=(hint,))


def _figures(books: Books) -> Iterator[tuple[str, Sums]]:
    report, chart = books.report, books.company.books.chart
    income = {**report.under(INCOME), **report.under(REDUCTION)}
    for path, sums in income.items():
        yield _name(path, chart), _turned(sums)
    yield texts.BOOKS_INCOME, _turned(report.total(INCOME, REDUCTION))
    for path, sums in report.under(EXPENSE).items():
        yield _name(path, chart), sums
    yield texts.BOOKS_EXPENSES, report.total(EXPENSE)
    yield texts.BOOKS_RESULT, result_of(report)
    for path, sums in report.under(OUTPUT_TAX).items():
        yield _name(path, chart), _turned(sums)
    yield texts.BOOKS_TAX_INPUT, report.total(INPUT_TAX)
    yield texts.BOOKS_TAX_DUE, tax_due(report)
    last = report.period.last
    yield texts.BOOKS_OPEN_AT.format(last=last), _summed(report.open_items)
    yield texts.BOOKS_UNMATCHED_AT.format(last=last), _summed(report.unmatched)
    for path, sums in report.balances.items():
        if path.partition("/")[0] in _STANDING and any(sums.values()):
            yield texts.BOOKS_BALANCE.format(account=_name(path, chart), last=last), sums


def _row(label: str, sums: Sums, books: Books) -> tuple[str, ...]:
    cells = (plain_amount(Money(sums.get(c, 0), c)) for c in books.report.currencies)
    return (label, *cells)


def _name(path: str, chart: Chart) -> str:
    number = account(path).numbers.get(chart, "")
    return f"{number} {account_name(path)}".strip()


def _turned(sums: Mapping[str, int]) -> Sums:
    """Income and debts stand on the other side: people read them as positive."""
    return {currency: -minor for currency, minor in sums.items()}


def _summed(items: Iterable[OpenItem | Unmatched]) -> Sums:
    found: Sums = {}
    for each in items:
        found[each.currency] = found.get(each.currency, 0) + each.minor
    return found


def _open(books: Books) -> Iterator[str]:
    for each in books.report.open_items[:MOST]:
        invoice = books.invoices.get(each.invoice)
        yield texts.BOOKS_OPEN_ITEM.format(
            number=invoice.number if invoice else each.invoice,
            who=one_line(books.who(invoice.contact) if invoice else "", 40),
            amount=amount_words(Money(each.minor, each.currency)),
            age=age_words(each.days),
        )


def age_words(days: int) -> str:
    """`12 days overdue`, `due in 3 days`"""
    if not days:
        return texts.BOOKS_AGE_TODAY
    form = texts.BOOKS_AGE_LATE if days > 0 else texts.BOOKS_AGE_DUE
    return form.format(days=counted(abs(days), "day"))


def _unmatched(books: Books) -> Iterator[str]:
    for each in books.report.unmatched[:MOST]:
        amount = amount_words(Money(each.minor, each.currency))
        if each.credit_of:
            who = one_line(books.who(each.credit_of), 40)
            name = one_line(each.payment, 40)
            yield texts.BOOKS_CREDIT_ITEM.format(who=who, amount=amount, payment=name)
            continue
        payment = books.payments.get(each.payment)
        payer = one_line(payment.payer, 40) if payment else ""
        yield texts.BOOKS_UNMATCHED_ITEM.format(
            payment=one_line(each.payment, 40),
            amount=amount,
            day=payment.booked_on if payment else "?",
            payer=f" {texts.BY_PAYER.format(payer=payer)}" if payer else "",
        )


def _unclear(books: Books) -> Iterator[str]:
    for each in books.expenses:
        if each.status == "unclear" and each.on <= books.report.period.last:
            yield texts.BOOKS_UNCLEAR_ITEM.format(
                number=each.number,
                unclear=", ".join(each.unclear),
                vendor=one_line(each.vendor or texts.EXPENSE_NO_VENDOR, 40),
                amount=_figure(each),
            )


def _figure(expense: Expense) -> str:
    return f", {amount_words(expense.amount)}" if expense.amount else ""


def _recapitulated(books: Books) -> Iterator[str]:
    for each in books.report.recapitulated:
        yield texts.BOOKS_RECAP.format(
            vat_id=one_line(each.vat_id or texts.BOOKS_NO_VAT_ID, 20),
            kind=texts.BILLING_KINDS[each.kind.value],
            amount=amount_words(Money(each.minor, each.currency)),
        )
