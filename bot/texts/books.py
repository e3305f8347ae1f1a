"""The books, expenses and what is handed to an accountant."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

BOOKS_OF: Final = "Books of {company}, {period}"
BOOKS_BASIS: Final = {
    "accrual": "Income and its tax count when they are invoiced ({first} to {last}).",
    "cash": "Income and its tax count when they are paid ({first} to {last}).",
}
BOOKS_EMPTY: Final = "Nothing was posted in {period}, and nothing is open."
BOOKS_INCOME: Final = "Income"
BOOKS_EXPENSES: Final = "Expenses"
BOOKS_RESULT: Final = "Result"
BOOKS_TAX_CHARGED: Final = "VAT charged"
BOOKS_TAX_INPUT: Final = "Input VAT"
BOOKS_TAX_DUE: Final = "VAT to pay"
BOOKS_OPEN_AT: Final = "Open on {last}"
BOOKS_UNMATCHED_AT: Final = "Unmatched on {last}"
BOOKS_BALANCE: Final = "{account} on {last}"
BOOKS_OPEN_ITEM: Final = "Open: {number} to {who}, {amount}, {age}."
BOOKS_AGE_DUE: Final = "due in {days}"
BOOKS_AGE_TODAY: Final = "due that day"
BOOKS_AGE_LATE: Final = "{days} overdue"
BOOKS_UNMATCHED_ITEM: Final = "Unmatched: {payment}, {amount}, {day}{payer}."
BOOKS_CREDIT_ITEM: Final = "Credit of {who}: {amount} of {payment}."
BOOKS_UNCLEAR_ITEM: Final = "Expense e{number} waits for your word: {unclear} ({vendor}{amount})."
BOOKS_RECAP: Final = "For the recapitulative statement: {vat_id}, {kind}, {amount} net."
BOOKS_NO_VAT_ID: Final = "no VAT id"
BOOKS_EXPORT_HINT: Final = "`export books {period}` hands all of it over as one file."
BOOKS_MONTH_HINT: Final = "`books {period}` shows income, tax and what is open of a month."
BOOKS_WHEN: Final = Trouble(
    "{said!r} names no month, quarter or year.",
    "Write `2026-10`, `October`, `last month`, `Q4` or `2026`.",
)
BOOKS_AHEAD: Final = Trouble("{period} has not begun.", "Name a month that has begun.")
EXPORT_WHAT: Final = Trouble(
    "{said!r} is nothing that can be exported here.",
    "`export books 2026-10` writes the books of a month; the ledger is exported by `coo export "
    "FILE` at the command line.",
)
EXPORT_DONE: Final = "The books of {period} for your accountant: {files} files, {size} KB."
EXPORT_WRITTEN: Final = "Written to {path}."
EXPORT_MISSING: Final = "Not in it, since it is gone: {names}."
EXPORT_TITLE: Final = "Books {period}"
NOT_WRITTEN: Final = Trouble(
    "{path} could not be written: {why}.", "Name another folder, or make room; then say it again."
)
EXPENSE_NO_VENDOR: Final = "vendor unknown"
