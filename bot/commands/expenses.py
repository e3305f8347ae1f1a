"""Commands about expenses: one that is told, a file of them, the list, and a word about one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.books.expense_file import Row, read_expenses
from bot.books.period import period_said
from bot.channel import CONSOLE, Reply, Table
from bot.commands.answers import trouble
from bot.commands.session import Session
from bot.commands.words import Expense as Told
from bot.commands.words import Expenses as Listed
from bot.office.port import Office, Spending
from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from graph.bookkeeping.keeper import completed, missing, twin
from graph.bookkeeping.words import said_of
from ledger.domain.amounts import amount_words, plain_amount
from ledger.domain.expenses import TWICE, Expense

_ONE: Final = re.compile(r"#?e(\d{1,9})\b[\s:,]*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_REMOVE: Final = re.compile(r"(?:remove|delete|same|gone|no)\b[\s:,]*(?P<why>.*)", re.IGNORECASE)
_KEEP: Final = re.compile(r"new|keep|another", re.IGNORECASE)
_FILE: Final = re.compile(r".+\.(?:csv|txt|tsv)", re.IGNORECASE)


class Spendings:
    """What was spent, in the operator's words."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session

    async def told(self, intent: Told) -> Reply:
        """`expense 23.80 EUR hosting 2026-10-03 19% at Hetzner`, `expense e4 travel`."""
        one = _ONE.fullmatch(intent.said.strip())
        if one is not None:
            return await self._about(one[1], one["rest"].strip())
        return await self._new(intent.said)

    async def _new(self, said: str) -> Reply:
        company = self._office.company
        found = said_of(said, company.currency)
        if found.spent.amount is None:
            return trouble(texts.EXPENSE_NO_AMOUNT, said=one_line(said, 60))
        today = self._session.now(self._office).date()
        spent = replace(found.spent, on=found.spent.on or today)
        if company.tax.exempt:
            spent = replace(spent, tax=None, rate_bp=None)
        spending = Spending(spent=spent, vendor=found.vendor, source="command")
        name, known = await self._recorded(spending)
        return await self._answer(name, known)

    async def _recorded(self, spending: Spending) -> tuple[str, str]:
        """Record it, marked where it may be there already: its id, and that of its like."""
        before = await twin(self._office.views, spending.spent, spending.vendor, spending.number)
        unclear = missing(spending.spent)
        marked = replace(
            spending, unclear=(*unclear, TWICE) if before else unclear, resembles=before
        )
        return await self._office.spend(marked), before

    async def _answer(self, name: str, before: str = "") -> Reply:
        expense = await self._office.views.get(Expense, name)
        if expense is None:
            return Reply(lines=(texts.EXPENSE_BARRED,), trouble=True)
        lines = [texts.EXPENSE_NOTED.format(**_words(expense))]
        if before:
            lines.append(texts.EXPENSE_TWICE.format(number=expense.number))
        elif expense.unclear:
            unclear = ", ".join(expense.unclear)
            lines.append(texts.EXPENSE_UNCLEAR.format(number=expense.number, unclear=unclear))
        elif not expense.spent.tax and not self._office.company.tax.exempt:
            lines.append(texts.EXPENSE_NO_TAX.format(number=expense.number))
        return Reply(lines=tuple(lines))

    async def _about(self, number: str, said: str) -> Reply:
        found = await self._office.views.find(Expense, f"number:{int(number)}")
        if not found:
            return trouble(texts.EXPENSE_UNKNOWN, number=number)
        expense = found[0]
        if not said:
            return Reply(lines=(texts.EXPENSE_NOTED.format(**_words(expense)),))
        removed = _REMOVE.fullmatch(said)
        if removed:
            await self._office.remove_expense(expense.id, removed["why"])
            return Reply(lines=(texts.EXPENSE_REMOVED.format(number=expense.number),))
        text = "" if _KEEP.fullmatch(said) else said
        spent, vendor = completed(expense, text, self._office.company, "")
        if expense.status == "removed" or (spent == expense.spent and text and not vendor):
            return trouble(texts.EXPENSE_NOTHING_NEW, number=expense.number)
        await self._office.correct_expense(expense.id, spent, vendor, missing(spent))
        return await self._answer(expense.id)

    async def listed(self, intent: Listed) -> Reply:
        """The expenses of a period; or those of a file, which are taken in."""
        if _FILE.fullmatch(intent.period) and self._office.channel == CONSOLE:
            return await self._file(Path(intent.period))
        period = period_said(intent.period, self._session.now(self._office))
        if period is None:
            return trouble(texts.BOOKS_WHEN, said=one_line(intent.period, 40))
        every = await self._office.views.all(Expense)
        found = [e for e in every if period.holds(e.on) or e.status == "unclear"]
        title = texts.EXPENSES_TITLE.format(period=period.name)
        if not found:
            return Reply(title=title, lines=(texts.EXPENSES_NONE,), hints=(texts.EXPENSES_HINT,))
        rows = tuple(_row(each) for each in found)
        return Reply(title=title, table=Table(texts.COLUMNS_EXPENSES, rows))

    async def _file(self, path: Path) -> Reply:
        company = self._office.company
        try:
            raw = await asyncio.to_thread(_bytes, path)
        except OSError as error:
            return trouble(texts.EXPENSES_UNREADABLE, path=path, why=error.strerror or str(error))
        rows = await asyncio.to_thread(
            read_expenses, path.name, raw, company.currency, deducts=not company.tax.exempt
        )
        taken = [await self._taken(row) for row in rows]
        return Reply(lines=tuple(_told_of_file(path, taken)))

    async def _taken(self, row: Row) -> str:
        """`known`, `unclear` or `new`."""
        if await self._office.views.get(Expense, self._office.expense_id(row.key)) is not None:
            return "known"
        spending = Spending(
            spent=row.spent,
            vendor=row.vendor,
            number=row.number,
            note=row.note,
            source="file",
            key=row.key,
        )
        name, _ = await self._recorded(spending)
        made = await self._office.views.get(Expense, name)
        return "unclear" if made is None or made.unclear else "new"


def _bytes(path: Path) -> bytes:
    return path.expanduser().read_bytes()


def _told_of_file(path: Path, taken: Sequence[str]) -> list[str]:
    lines = [texts.EXPENSES_TAKEN.format(path=path.name, expenses=counted(len(taken), "expense"))]
    for kind, form in (("known", texts.EXPENSES_KNOWN), ("unclear", texts.EXPENSES_UNCLEAR)):
        number = taken.count(kind)
        lines += [form.format(expenses=counted(number, "expense"))] if number else []
    return lines


def _words(expense: Expense) -> dict[str, object]:
    spent = expense.spent
    return {
        "number": expense.number,
        "amount": amount_words(expense.amount) if expense.amount else "?",
        "category": spent.category or "?",
        "day": expense.on,
        "vendor": f", {one_line(expense.vendor, 40)}" if expense.vendor else "",
        "tax": texts.EXPENSE_TAX.format(tax=amount_words(spent.tax)) if spent.tax else "",
        "status": texts.EXPENSE_STATUS.get(expense.status, expense.status),
    }


def _row(expense: Expense) -> tuple[str, ...]:
    spent = expense.spent
    return (
        f"e{expense.number}",
        expense.on.isoformat(),
        one_line(expense.vendor, 30),
        spent.category or "?",
        f"{plain_amount(expense.amount)} {expense.amount.currency}" if expense.amount else "?",
        plain_amount(spent.tax) if spent.tax else "",
        texts.EXPENSE_STATUS.get(expense.status, expense.status),
    )
