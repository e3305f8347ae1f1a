"""The books of a period as files that an accountant reads without Coo."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from bot.books.beancount import journal_text
from bot.books.gathering import Books
from bot.books.papers import Paper, receipt_name
from bot.books.sheets import Cell, sheet
from bot.books.telling import age_words, books_reply
from bot.bundle import Bundle
from ledger.domain.accounts import Chart, account, account_name
from ledger.domain.amounts import percent_words
from ledger.domain.entities import CreditNote, Invoice
from ledger.domain.expenses import Expense
from ledger.domain.postings import JournalEntry
from ledger.domain.values import Line, Money, totals

LEDGER: Final = "journal.beancount"

_ABOUT: Final = {
    "journal.csv": "Every posting, two or more an entry; the amounts of an entry sum to nothing.",
    "invoices.csv": "Invoices and credit notes of the period, a line a tax rate.",
    "payments.csv": "Money that moved in the period, and what of it was booked on what.",
    "open_items.csv": "What was open on invoices at the end of the period.",
    "unmatched.csv": "Money at the end of the period that explains nothing: please ask.",
    "expenses.csv": "Expenses of the period; those that wait for a word are marked.",
    "accounts.csv": "Each account: opening balance, debits, credits, closing balance.",
    "recapitulative.csv": "Supplies without tax to businesses in the Union, by VAT id.",
    LEDGER: "All entries until the end of the period for Beancount, with balances to check.",
    "invoices/": "The documents as they were sent, byte for byte, with their e-invoice XML.",
    "receipts/": "The receipts of expenses as they came in.",
}


class Export(Struct, frozen=True, kw_only=True):
    """The files; `missing` are documents that are gone and so not among them."""

    files: Bundle
    missing: tuple[str, ...] = ()


def exported(books: Books, entries: Sequence[JournalEntry], papers: Sequence[Paper]) -> Export:
    """All files of the period. `entries` are all until its end, `papers` its documents."""
    tables = dict(_tables(books))
    files = {name: sheet(rows[0], rows[1], books.company.language) for name, rows in tables.items()}
    files[LEDGER] = journal_text(entries, books.report.period.last).encode()
    missing = []
    for paper in papers:
        if paper.data is None:
            missing.append(paper.name)
        else:
            files[paper.path] = paper.data
    files["README.txt"] = _readme(books, missing).encode()
    files["index.html"] = _page(books, sorted(files), missing).encode()
    return Export(files=files, missing=tuple(missing))


Rows = tuple[Sequence[str], Iterable[Sequence[Cell]]]


def _tables(books: Books) -> Iterator[tuple[str, Rows]]:
    yield "journal.csv", (_JOURNAL, _journal(books))
    yield "invoices.csv", (_INVOICES, _documents(books))
    yield "payments.csv", (_PAYMENTS, _payments(books))
    yield "open_items.csv", (_OPEN, _open(books))
    yield "unmatched.csv", (_UNMATCHED, _unmatched(books))
    yield "expenses.csv", (_EXPENSES, _expenses(books))
    yield "accounts.csv", (_ACCOUNTS, _accounts(books))
    yield "recapitulative.csv", (_RECAP, _recap(books))


_JOURNAL: Final = (
    "entry", "date", "recorded", "kind", "document", "payment", "expense", "account", "number",
    "name", "customer", "debit", "credit", "currency", "takes back", "fact",
)  # fmt: skip


def _journal(books: Books) -> Iterator[Sequence[Cell]]:
    chart = books.company.books.chart
    for entry in sorted(books.report.entries, key=lambda each: (each.on, each.number)):
        for one in entry.postings:
            debit = one.amount if one.amount.minor > 0 else None
            credit = -one.amount if one.amount.minor < 0 else None
            yield (
                entry.number, entry.on, entry.recorded_at.date(), entry.kind, entry.document,
                entry.payment, entry.expense, one.account, _number(one.account, chart),
                account_name(one.account), books.who(one.contact) if one.contact else "",
                debit, credit, one.amount.currency, "yes" if entry.takes_back else "", entry.id,
            )  # fmt: skip


def _number(path: str, chart: Chart) -> str:
    return account(path).numbers.get(chart, "")


_INVOICES: Final = (
    "number", "kind", "date", "service date", "due", "customer", "country", "VAT id", "tax case",
    "rate", "net", "tax", "gross", "currency", "stands", "reverses",
)  # fmt: skip


def _documents(books: Books) -> Iterator[Sequence[Cell]]:
    period = books.report.period
    for invoice in books.invoices.values():
        if period.holds(invoice.issued_on):
            dates = (invoice.service_date, invoice.due_on)
            yield from _rated(invoice, invoice, "invoice", dates, books)
    for note in books.credit_notes:
        invoice_of = books.invoices.get(note.invoice)
        yield from _rated(note, invoice_of, "credit note", (None, None), books)


def _rated(
    paper: Invoice | CreditNote,
    invoice: Invoice | None,
    kind: str,
    dates: tuple[Cell, Cell],
    books: Books,
) -> Iterator[Sequence[Cell]]:
    tax = invoice.tax if invoice else None
    buyer = invoice.buyer if invoice else None
    currency = paper.total.currency
    for rate, net, charged in _rates(paper.lines, paper.net, paper.total):
        yield (
            paper.number, kind, paper.issued_on, *dates, books.who(paper.contact),
            (buyer.country if buyer else "") or (tax.country if tax else ""),
            buyer.vat_id if buyer else "", tax.kind.value if tax else "", rate, net, charged,
            net + charged, currency, paper.status,
            paper.invoice_number if isinstance(paper, CreditNote) else "",
        )  # fmt: skip


def _rates(lines: Sequence[Line], net: Money, total: Money) -> Iterator[tuple[str, Money, Money]]:
    found = totals(lines, total.currency)
    if (found.net, found.gross) != (net, total):
        yield "", net, total - net
        return
    for one in found.taxes:
        yield percent_words(one.rate_bp), one.base, one.tax


_PAYMENTS: Final = (
    "payment", "date", "source", "amount", "currency", "payer", "reference", "booked on", "part",
    "left", "is",
)  # fmt: skip


def _payments(books: Books) -> Iterator[Sequence[Cell]]:
    for each in books.payments.values():
        if not books.report.period.holds(each.booked_on):
            continue
        head: tuple[Cell, ...] = (
            each.id, each.booked_on, each.source, each.amount, each.amount.currency, each.payer,
            each.reference,
        )  # fmt: skip
        explained = each.same_as or each.payout or each.expense
        parts = each.parts or (None,)
        for part in parts:
            invoice = books.invoices.get(part.invoice) if part else None
            number = invoice.number if invoice else ""
            yield (*head, number, part.amount if part else None, each.left, explained)


_OPEN: Final = ("number", "customer", "date", "due", "age", "open", "currency")


def _open(books: Books) -> Iterator[Sequence[Cell]]:
    for each in books.report.open_items:
        invoice = books.invoices.get(each.invoice)
        yield (
            invoice.number if invoice else each.invoice,
            books.who(invoice.contact) if invoice else "",
            invoice.issued_on if invoice else None,
            invoice.due_on if invoice else None,
            age_words(each.days),
            Money(each.minor, each.currency),
            each.currency,
        )


_UNMATCHED: Final = ("payment", "date", "amount", "currency", "payer", "reference", "why")


def _unmatched(books: Books) -> Iterator[Sequence[Cell]]:
    for each in books.report.unmatched:
        payment = books.payments.get(each.payment)
        whose = f"credit of {books.who(each.credit_of)}" if each.credit_of else ""
        yield (
            each.payment, payment.booked_on if payment else None, Money(each.minor, each.currency),
            each.currency, payment.payer if payment else "", payment.reference if payment else "",
            whose or "matched to nothing",
        )  # fmt: skip
    for expense in _of_period(books):
        if expense.status == "unclear":
            amount = expense.amount
            yield (
                f"e{expense.number}", expense.on, amount, amount.currency if amount else "",
                expense.vendor, expense.note, f"expense, unclear: {', '.join(expense.unclear)}",
            )  # fmt: skip


_EXPENSES: Final = (
    "expense", "date", "vendor", "receipt number", "category", "account", "gross", "input tax",
    "currency", "stands", "paid by", "receipt", "unclear",
)  # fmt: skip


def _of_period(books: Books) -> list[Expense]:
    return [each for each in books.expenses if books.report.period.holds(each.on)]


def _expenses(books: Books) -> Iterator[Sequence[Cell]]:
    chart = books.company.books.chart
    for each in _of_period(books):
        category, amount = each.spent.category, each.amount
        yield (
            f"e{each.number}", each.on, each.vendor, each.told, category,
            _number(f"expense/{category}", chart) if category else "", amount, each.spent.tax,
            amount.currency if amount else "", each.status, each.paid_by,
            receipt_name(each) if each.document else "", ", ".join(each.unclear),
        )  # fmt: skip


_ACCOUNTS: Final = (
    "account", "number", "name", "kind", "opening", "debit", "credit", "closing", "currency",
)  # fmt: skip


def _accounts(books: Books) -> Iterator[Sequence[Cell]]:
    chart, report = books.company.books.chart, books.report
    for path, sums in report.balances.items():
        for currency in sorted(sums):
            debit = _side(report.entries, path, currency, 1)
            credit = _side(report.entries, path, currency, -1)
            opening = report.before.get(path, {}).get(currency, 0)
            figures = (Money(n, currency) for n in (opening, debit, -credit, sums[currency]))
            name, number = account_name(path), _number(path, chart)
            yield (path, number, name, account(path).kind.value, *figures, currency)


def _side(entries: Sequence[JournalEntry], path: str, currency: str, sign: int) -> int:
    return sum(
        one.amount.minor
        for entry in entries
        for one in entry.postings
        if (one.account, one.amount.currency) == (path, currency) and one.amount.minor * sign > 0
    )


_RECAP: Final = ("VAT id", "kind", "net", "currency")


def _recap(books: Books) -> Iterator[Sequence[Cell]]:
    for each in books.report.recapitulated:
        yield (each.vat_id, each.kind.value, Money(each.minor, each.currency), each.currency)


def _readme(books: Books, missing: Sequence[str]) -> str:
    report = books.report
    last = max((each.number for each in report.entries), default=0)
    lines = [
        f"{books.company.name}: books of {report.period.name}",
        f"{report.period.first} to {report.period.last}; the summary: {report.basis.value} basis.",
        "The journal posts what was invoiced and what was paid, each on its day.",
        f"Last entry of the journal in it: {last}.",
        "",
        *(f"{name:20} {about}" for name, about in _ABOUT.items()),
        "",
        "A debit and a credit are positive in their columns; balances are debits less credits.",
        "An entry is never changed: a correction is an entry of its own that takes back.",
        "A cell that a spreadsheet would run as a formula begins with an apostrophe.",
        "",
        *_summary(books),
    ]
    lines += ["", "Not in it, since it is gone:", *missing] if missing else []
    return "\r\n".join(lines) + "\r\n"


def _summary(books: Books) -> Iterator[str]:
    reply = books_reply(books)
    yield from reply.lines
    if reply.table:
        for row in (reply.table.columns, *reply.table.rows):
            yield f"{row[0]:44}" + "".join(f"{cell:>16}" for cell in row[1:])


def _page(books: Books, names: Sequence[str], missing: Sequence[str]) -> str:
    reply = books_reply(books)
    rows = (reply.table.columns, *reply.table.rows) if reply.table else ()
    table = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    said = "".join(f"<p>{html.escape(line)}</p>" for line in reply.lines)
    gone = "".join(f"<p>Gone: {html.escape(name)}</p>" for name in missing)
    files = "".join(
        f'<li><a href="{html.escape(name, quote=True)}">{html.escape(name)}</a> '
        f"{html.escape(_ABOUT.get(name, ''))}</li>"
        for name in names
    )
    title = html.escape(reply.title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font-family:sans-serif;max-width:60em;margin:2em auto}"
        "td{padding:.2em 1em;text-align:right}td:first-child{text-align:left}</style>"
        f"<h1>{title}</h1><table>{table}</table>{said}{gone}<h2>Files</h2><ul>{files}</ul></html>\n"
    )
