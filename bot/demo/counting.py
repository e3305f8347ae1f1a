"""What came of a month, counted from the ledger and from what lies on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from bot.app import App
from bot.demo.demo import IDENTICAL, chain_state, doubled, replay_state
from bot.demo.outside import plain
from ledger.domain.accounts import RECEIVABLE
from ledger.domain.commands import OutgoingMail
from ledger.domain.entities import Action, CreditNote, Failure, Invoice, Payment
from ledger.domain.events import ActionSucceeded, ApprovalRequested, QuestionAsked
from ledger.domain.expenses import Expense
from ledger.domain.facts import Fact
from ledger.domain.messages import Message, Outcome
from ledger.domain.postings import JournalEntry, balances
from ledger.domain.values import Money


class Sums(Struct, frozen=True, kw_only=True):
    """The books of one currency, as decimal texts.

    `income` is net, credit notes deducted; `tax` belongs to it. `paid` is what came in and is
    booked, `reduced` discounts, fees and what was let go, `unmatched` what is on no invoice,
    `expenses` what was spent, gross.
    """

    invoiced: str
    income: str
    tax: str
    paid: str
    reduced: str
    open: str
    unmatched: str
    expenses: str


class Summary(Struct, frozen=True, kw_only=True):
    """What `--json` prints; docs/month.md says what each counts."""

    messages: int
    cases: int
    needs_you: int
    no_action: int
    cards: int
    outward_actions: int
    duplicate_effects: int
    books_balanced: bool
    books: dict[str, Sums]
    invoices: int
    credit_notes: int
    payments: int
    failures: int
    facts: int
    chain_ok: bool
    replay_identical: bool
    seconds: float


async def newest(app: App) -> Fact:
    """The last fact that was recorded."""
    head = await app.ledger.head()
    (fact,) = [one async for one in app.ledger.facts(head.seq - 1)]
    return fact


async def counted(app: App, seconds: float) -> Summary:
    """Count everything, check the chain, and replay every case."""
    facts = [fact async for fact in app.ledger.facts()]
    outcomes = Counter(one.outcome for one in await app.views.all(Message))
    books, balanced = await _books(app)
    replay = await replay_state(app)
    broken = await app.views.find(Failure, "broken")
    return Summary(
        messages=sum(outcomes.values()) - outcomes[Outcome.READ_AGAIN],
        cases=outcomes[Outcome.CASE],
        needs_you=outcomes[Outcome.NEEDS_YOU],
        no_action=outcomes[Outcome.NO_ACTION],
        cards=sum(isinstance(one.event, ApprovalRequested | QuestionAsked) for one in facts),
        outward_actions=await _outward(app, facts),
        duplicate_effects=doubled(app, facts),
        books_balanced=balanced,
        books=books,
        invoices=len(await app.views.all(Invoice)),
        credit_notes=len(await app.views.all(CreditNote)),
        payments=len(await app.views.all(Payment)),
        failures=len(broken),
        facts=len(facts),
        chain_ok=await chain_state(app) == "ok",
        replay_identical=replay == IDENTICAL,
        seconds=round(seconds, 1),
    )


async def _outward(app: App, facts: Sequence[Fact]) -> int:
    """Receipts of what left the house: mails."""
    done = [one.event.action for one in facts if isinstance(one.event, ActionSucceeded)]
    found = [await app.views.get(Action, action) for action in done]
    return sum(one is not None and isinstance(one.command, OutgoingMail) for one in found)


async def _books(app: App) -> tuple[dict[str, Sums], bool]:
    """The books by currency, and whether what was billed is what was paid, let go or is open."""
    invoices = await app.views.all(Invoice)
    notes = await app.views.all(CreditNote)
    payments = await app.views.all(Payment)
    currencies = sorted({one.total.currency for one in invoices})
    spent = [one for one in await app.views.all(Expense) if one.counts]
    found = {each: _sums(each, invoices, notes, payments, spent) for each in currencies}
    balanced = all(one.billed == one.paid + one.reduced + one.open for one in invoices)
    entries = await app.views.all(JournalEntry)
    return found, balanced and _posted(entries, invoices)


def _posted(entries: Sequence[JournalEntry], invoices: Sequence[Invoice]) -> bool:
    """Whether each entry comes to nothing, and the accounts of customers to what is open."""
    even = not any(any(entry.sums.values()) for entry in entries)
    owed: Counter[str] = Counter()
    for one in invoices:
        owed[one.open.currency] += one.open.minor
    kept = {
        currency: minor
        for (account, currency), minor in balances(entries).items()
        if account == RECEIVABLE
    }
    return even and all(kept.get(currency, 0) == minor for currency, minor in owed.items())


def _sums(
    currency: str,
    invoices: Iterable[Invoice],
    notes: Iterable[CreditNote],
    payments: Iterable[Payment],
    spent: Iterable[Expense],
) -> Sums:
    own = [one for one in invoices if one.total.currency == currency]
    back = [one for one in notes if one.total.currency == currency]
    billed = [(one.total, one.net) for one in own] + [(one.total, one.net) for one in back]
    loose = [one.left.minor for one in payments if one.amount.currency == currency]
    return Sums(
        invoiced=_plain(total for total, _ in billed),
        income=_plain(net for _, net in billed),
        tax=_plain(total - net for total, net in billed),
        paid=_plain(one.paid for one in own),
        reduced=_plain(one.reduced for one in own),
        open=_plain(one.open for one in own),
        unmatched=plain(sum(loose)),
        expenses=_plain(
            one.amount for one in spent if one.amount and one.amount.currency == currency
        ),
    )


def _plain(amounts: Iterable[Money]) -> str:
    return plain(sum(one.minor for one in amounts))
