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
EXPENSE_NO_AMOUNT: Final = Trouble(
    "{said!r} names no amount that can be read in one way.",
    "Write it like `expense 23.80 EUR hosting 2026-10-03 19% at Hetzner`.",
)
EXPENSE_NOTED: Final = "Expense e{number}: {amount}, {category}, {day}{vendor}{tax}; {status}."
EXPENSE_TAX: Final = ", {tax} input VAT in it"
EXPENSE_STATUS: Final = {
    "unclear": "waits for your word",
    "open": "not seen on the account yet",
    "paid": "paid",
    "removed": "removed",
}
EXPENSE_UNCLEAR: Final = "Unclear: {unclear}. `expense e{number} …` says it."
EXPENSE_TWICE: Final = (
    "It looks like one that is there already. `expense e{number} same` leaves it out, "
    "`expense e{number} new` keeps it."
)
EXPENSE_NO_TAX: Final = "No input VAT in it; `expense e{number} 19%` says the rate."
EXPENSE_BARRED: Final = "It was not taken: your role does not allow it, or it is no longer yours."
EXPENSE_UNKNOWN: Final = Trouble(
    "There is no expense e{number}.", "`expenses` lists those of the month."
)
EXPENSE_NOTHING_NEW: Final = Trouble(
    "That changes nothing about expense e{number}.",
    "Say what is otherwise, like `expense e{number} 23.80 hosting`, or `expense e{number} remove`.",
)
EXPENSE_REMOVED: Final = "Expense e{number} is out of the books."
EXPENSES_TITLE: Final = "Expenses {period}"
EXPENSES_NONE: Final = "No expense is recorded."
EXPENSES_HINT: Final = (
    "Forward a receipt, say `expense 23.80 EUR hosting`, or name a CSV file: `expenses FILE.csv`."
)
COLUMNS_EXPENSES: Final = ("", "Date", "Vendor", "Category", "Gross", "VAT", "Stands")
EXPENSES_UNREADABLE: Final = Trouble(
    "{path} cannot be read: {why}.", "Check its name and that you may read it."
)
EXPENSES_TAKEN: Final = "{path}: {expenses}."
EXPENSES_KNOWN: Final = "Of these {expenses} were there already."
EXPENSES_UNCLEAR: Final = "Of these {expenses} wait for your word; `inbox` shows what is asked."
EVIDENCE_TITLE: Final = "Case {number}: {title}. Evidence of {company}."
EVIDENCE_READ: Final = (
    "The numbered files are in order of time: mails as they came (.eml) and as they were read,",
    "with what the receiving server found of the sender; documents byte for byte; who decided",
    "what, when, and the very bytes decided on (their sha256 is the approved one); receipts of",
    "servers; payments. story.txt tells every step. Times are the company's, with UTC behind.",
    "",
    "chain.jsonl holds every recorded fact of the case, and those from outside that reached it.",
    "Each hash covers the fact before it. `python3 verify.py` makes the hashes anew from this",
    "folder alone, and checks that no fact of the case is missing. Facts of other cases stand in",
    "between and are not here; that those hold too, `coo verify` shows in the company's ledger.",
    "Personal data in the chain is encrypted. Of an erased person only that is left.",
)
EVIDENCE_DONE: Final = "Evidence of {label}: {files} files. sha256 of files.json: {sha}."
