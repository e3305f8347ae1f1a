"""The bookkeeper: a subscriber that records receipts, asks where they are unclear, and finds the
entry of the account that paid an expense.

It reads what the operator sent from his own address, and nobody else's. The planner neither waits
for it nor is woken by what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from graph.bookkeeping.receipts import (
    looks_like_receipt,
    receipt_in_mail,
    receipt_of,
    unread_receipt,
)
from graph.bookkeeping.words import said_of
from ledger.domain.accounts import CATEGORIES
from ledger.domain.amounts import amount_words
from ledger.domain.company import Company
from ledger.domain.documents import Document, ReadHow
from ledger.domain.entities import Payment, Question, Stray
from ledger.domain.errors import UnknownFact
from ledger.domain.events import (
    DocumentReceived,
    Event,
    ExpenseCorrected,
    ExpensePaid,
    ExpenseRecorded,
    ExpenseRemoved,
    MailReceived,
    Option,
    QuestionAnswered,
    QuestionAsked,
    QuestionWithdrawn,
    Spent,
    Unrouted,
)
from ledger.domain.expenses import AMOUNT, CATEGORY, DATE, TWICE, Expense, owed_key, sum_key
from ledger.domain.facts import Delivery, Draft, Fact, Reaction, short_id
from ledger.domain.messages import Outcome
from ledger.domain.reading import History, Views
from ledger.domain.values import DESK

BOOKKEEPER: Final = "bookkeeper"
"""The subscriber's name: it signs the facts and names the cursor."""

SAME: Final = "same"
NEW: Final = "new"
_FOR: Final = "for:"
_BEFORE: Final = timedelta(days=10)
_AFTER: Final = timedelta(days=60)
"""So long before and after the day of a receipt its debit may lie."""

_READ: Final = (
    DocumentReceived,
    ExpenseRecorded,
    ExpenseCorrected,
    ExpenseRemoved,
    QuestionAnswered,
    Unrouted,
)
_OFFERED: Final = ("hosting", "office", "travel", "advertising", "subcontractors", "other")


class Bookkeeper:
    """Implements `Subscriber`."""

    def __init__(self, views: Views, history: History, company: Company) -> None:
        self._views, self._history, self._company = views, history, company

    @property
    def name(self) -> str:
        return BOOKKEEPER

    def wants(self, fact: Fact) -> bool:
        """What may be a receipt, an expense, an answer about one, or what paid it."""
        return fact.case == DESK and isinstance(fact.event, _READ)

    async def handle(self, delivery: Delivery) -> Reaction:
        return Reaction(drafts=tuple(await self._said(delivery.fact)))

    async def _said(self, fact: Fact) -> Sequence[Draft]:
        match fact.event:
            case DocumentReceived() as event:
                return await self._document(event, fact)
            case ExpenseRecorded(expense=name) | ExpenseCorrected(expense=name):
                return await self._stands(name, fact)
            case ExpenseRemoved(expense=name):
                return await self._withdrawn(name, "The expense was removed.", fact)
            case QuestionAnswered() as event:
                return await self._answered(event, fact)
            case Unrouted(kind="payment", settled=False) as event:
                return await self._money(event.fact, fact)
            case Unrouted(kind="mail", outcome=Outcome.NO_ACTION) as event:
                return await self._mail(event.fact, fact)
            case _:
                return ()

    # --- a receipt came --------------------------------------------------------------------------

    async def _document(self, event: DocumentReceived, fact: Fact) -> Sequence[Draft]:
        text = "\n".join(page.text for page in event.text)
        if event.about or self._is_ours(text):
            return ()
        mail = await self._from_operator(event.of) if event.of else None
        if event.of and mail is None:
            return ()
        unread = mail is not None and unread_receipt(event.how, mail.subject, mail.text)
        if not unread and not looks_like_receipt(text):
            return ()
        return [await self._recorded(text, event, fact, mail)]

    async def _mail(self, name: str, fact: Fact) -> Sequence[Draft]:
        """A forwarded mail that is the receipt itself, with no file that is one."""
        mail = await self._from_operator(name)
        text = receipt_in_mail(mail.subject, mail.text) if mail else ""
        if mail is None or not text or self._is_ours(text) or await self._hangs_on(name, mail):
            return ()
        told = DocumentReceived(
            document="", of=name, media_type="", size=0, how=ReadHow.TEXT, name=mail.subject
        )
        return [await self._recorded(text, told, fact, mail)]

    async def _hangs_on(self, name: str, mail: MailReceived) -> bool:
        """Whether a file of this mail is a receipt: then it was recorded as it came."""
        for document in await self._views.find(Document, f"of:{name}"):
            event = (await self._history.fact(document.fact)).event
            if isinstance(event, DocumentReceived):
                text = "\n".join(page.text for page in event.text)
                unread = unread_receipt(event.how, mail.subject, mail.text)
                if unread or looks_like_receipt(text):
                    return True
        return False

    async def _recorded(
        self, text: str, event: DocumentReceived, fact: Fact, mail: MailReceived | None
    ) -> Draft:
        """What it says; asked about where no server vouches that the operator sent the mail."""
        found = receipt_of(text, deducts=not self._company.tax.exempt)
        expense = short_id("exp", event.sha256, fact.id)
        category = await self.category_for(found.vendor)
        spent = replace(found.spent, category=category)
        before = await twin(self._views, spent, found.vendor, found.number, event.sha256)
        vouched = mail is None or mail.authentication.startswith("pass")
        unclear = (*found.unclear, *(() if category and vouched else (CATEGORY,)))
        recorded = ExpenseRecorded(
            expense=expense,
            spent=spent,
            source="mail" if event.of else "file",
            unclear=(*unclear, TWICE) if before else unclear,
            resembles=before,
            document=event.sha256,
            media_type=event.media_type,
            message=event.of,
            vendor=found.vendor,
            number=found.number,
            note=event.name,
        )
        return _says(fact, recorded, key=f"expense:{expense}")

    async def _from_operator(self, name: str) -> MailReceived | None:
        """The mail, where the operator sent it from his own address and nothing speaks against."""
        try:
            event = (await self._history.fact(name)).event
        except UnknownFact:
            return None
        if not isinstance(event, MailReceived) or event.authentication.startswith("fail"):
            return None
        own = self._company.operator.email.casefold()
        return event if event.sender.casefold() == own else None

    def _is_ours(self, text: str) -> bool:
        """One of our own invoices names the account that it is to be paid to."""
        return self._company.bank.iban in "".join(text.split())

    async def category_for(self, vendor: str) -> str:
        """What the last expense of a vendor was for; "" where there was none."""
        if not vendor:
            return ""
        same = [
            each
            for each in await self._views.all(Expense)
            if each.counts and each.vendor.casefold() == vendor.casefold()
        ]
        return same[-1].spent.category if same else ""

    # --- what is unclear is asked ----------------------------------------------------------------

    async def _stands(self, name: str, fact: Fact) -> Sequence[Draft]:
        expense = await self._views.get(Expense, name)
        if expense is None or fact.id not in expense.sources:
            return ()
        if expense.unclear:
            return [_says(fact, _asked(expense, fact), person=fact.person)]
        gone = await self._withdrawn(name, "You said how it is.", fact)
        return [*gone, *await self._debit(expense, fact)]

    async def _withdrawn(self, name: str, why: str, fact: Fact) -> list[Draft]:
        return [
            _says(fact, QuestionWithdrawn(question=each.id, why=why))
            for each in await self._views.find(Question, "status:open")
            if each.about == name
        ]

    async def _answered(self, event: QuestionAnswered, fact: Fact) -> Sequence[Draft]:
        question = await self._views.get(Question, event.question)
        expense = await self._views.get(Expense, question.about) if question else None
        if expense is None or expense.status == "removed":
            return ()
        said: dict[str, str] = {"operator": event.operator, "channel": event.channel}
        if event.choice == SAME:
            return [_says(fact, ExpenseRemoved(expense=expense.id, why="recorded twice", **said))]
        text = "" if event.choice == NEW else event.text
        chosen = event.choice.removeprefix(_FOR) if event.choice.startswith(_FOR) else ""
        spent, vendor = completed(expense, text, self._company, chosen)
        unclear = missing(spent)
        corrected = ExpenseCorrected(
            expense=expense.id, spent=spent, unclear=unclear, vendor=vendor, **said
        )
        return [_says(fact, corrected)]

    # --- what paid it ----------------------------------------------------------------------------

    async def _debit(self, expense: Expense, fact: Fact) -> list[Draft]:
        """The one entry of the account that fits, where this is the one expense that fits it."""
        if expense.status != "open" or expense.amount is None:
            return []
        found = [
            each
            for each in await self._views.all(Payment)
            if each.amount == -expense.amount and _near(expense, each) and await self._loose(each)
        ]
        if len(found) != 1:
            return []
        return await self._settled(found[0], fact)

    async def _money(self, source: str, fact: Fact) -> list[Draft]:
        """An entry of the account that concerns no case."""
        found = [each for each in await self._views.all(Payment) if each.fact == source]
        return await self._settled(found[0], fact) if found else []

    async def _loose(self, payment: Payment) -> bool:
        """Whether it explains nothing so far, and no case waits for it."""
        stray = await self._views.get(Stray, payment.fact)
        return bool(payment.left.minor) and stray is not None and not stray.placed

    async def _settled(self, payment: Payment, fact: Fact) -> list[Draft]:
        if payment.amount.minor >= 0 or not await self._loose(payment):
            return []
        owed = await self._views.find(Expense, owed_key(-payment.amount))
        fitting = [each for each in owed if _near(each, payment)]
        if len(fitting) != 1:
            return []
        paid = ExpensePaid(
            expense=fitting[0].id, payment=payment.id, amount=payment.amount, fact=payment.fact
        )
        return [_says(fact, paid, key=f"expense-paid:{fitting[0].id}:{payment.id}")]


def _near(expense: Expense, payment: Payment) -> bool:
    return expense.on - _BEFORE <= payment.booked_on <= expense.on + _AFTER


def missing(spent: Spent) -> tuple[str, ...]:
    """What an expense cannot do without."""
    wants = ((AMOUNT, spent.amount), (DATE, spent.on), (CATEGORY, spent.category))
    return tuple(name for name, value in wants if not value)


def completed(expense: Expense, text: str, company: Company, category: str) -> tuple[Spent, str]:
    """The figures with what was said now; what was not said stays. The rest is who it was paid to.

    Another amount makes the tax that was read from the receipt void.
    """
    known = expense.spent
    currency = known.amount.currency if known.amount else company.currency
    said = said_of(text, currency)
    amount = said.spent.amount or known.amount
    keeps = amount == known.amount and said.spent.rate_bp is None
    deducts = not company.tax.exempt
    spent = Spent(
        amount=amount,
        tax=known.tax if keeps else (said.spent.tax if deducts else None),
        on=said.spent.on or known.on,
        category=category or said.spent.category or known.category,
        rate_bp=known.rate_bp if keeps else (said.spent.rate_bp if deducts else None),
    )
    return spent, said.vendor if not expense.vendor else ""


async def twin(views: Views, spent: Spent, vendor: str, number: str, document: str = "") -> str:
    """An expense that this may be once more: the same file, or vendor, sum and number (or day)."""
    if document:
        for each in await views.find(Expense, f"document:{document}"):
            if each.status != "removed":
                return each.id
    if spent.amount is None:
        return ""
    for each in await views.find(Expense, sum_key(spent.amount)):
        same_vendor = each.vendor.casefold() == vendor.casefold()
        same_paper = each.told == number if each.told and number else each.spent.on == spent.on
        if same_vendor and same_paper:
            return each.id
    return ""


def _asked(expense: Expense, fact: Fact) -> QuestionAsked:
    what = ", ".join(expense.unclear)
    return QuestionAsked(
        question=short_id("ask", expense.id, fact.id),
        about=expense.id,
        text=f"{_told(expense)} {_question(expense)} Nothing of it is in the books until you say.",
        why=f"Unclear: {what}.",
        recommendation="Answer like `23.80 EUR hosting 2026-10-03 19%`; leave out what is known.",
        options=_options(expense),
    )


def _told(expense: Expense) -> str:
    parts = [
        expense.vendor,
        amount_words(expense.amount) if expense.amount else "",
        expense.spent.on.isoformat() if expense.spent.on else "",
        expense.told,
    ]
    known = ", ".join(part for part in parts if part) or expense.note or "nothing could be read"
    return f"Expense e{expense.number}: {known}."


def _question(expense: Expense) -> str:
    if TWICE in expense.unclear:
        return f"It looks like one that is there already ({expense.resembles}). Is it the same?"
    wants = {AMOUNT: "how much", DATE: "on which day", CATEGORY: "for what"}
    asked = [words for name, words in wants.items() if name in expense.unclear]
    return f"Say {' and '.join(asked)}."


def _options(expense: Expense) -> tuple[Option, ...]:
    if TWICE in expense.unclear:
        return (Option(SAME, "The same one: leave it out"), Option(NEW, "Another one: keep it"))
    if expense.unclear != (CATEGORY,):
        return ()
    return tuple(Option(f"{_FOR}{each}", CATEGORIES[each].names["en"]) for each in _OFFERED)


def _says(cause: Fact, event: Event, *, key: str = "", person: str = "") -> Draft:
    return Draft(case=DESK, event=event, key=key, by=BOOKKEEPER, cause=cause.id, person=person)
