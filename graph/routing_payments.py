"""Which case a payment belongs to: by invoice number, else by exact amount and payer's account.

A payer is known by the account they pay from, once a person said whose it is. A name alone is
asked about, never assumed. Money may come before the invoice it names: then it waits, and the
invoice finds it.
"""

from __future__ import annotations

from graph.desk import Desk, routed, says, unrouted
from graph.likeness import called
from graph.routing_paid_back import given_back, waiting_for
from graph.routing_payouts import payout_behind
from graph.routing_same_entry import ONE, asked_whether_one, is_about_entries, joined
from ledger.domain.amounts import amount_words
from ledger.domain.commands import SendInvoice
from ledger.domain.entities import Action, ActionStatus, CreditNote, Invoice, Question, Stray
from ledger.domain.events import (
    ContactCreated,
    ContactsKeptApart,
    ContactsMerged,
    InvoiceIssued,
    Option,
    PaymentReceived,
    QuestionAsked,
    QuestionReplied,
)
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.identity import Identity, identity
from ledger.domain.values import Money

PAYMENT = "payment"
PAYER, STRANGER = "payer:", "stranger:"
"""Prefixes of the answers: `payer:CASE:CONTACT`, `stranger:CONTACT`, and just `stranger:`."""


async def route_payment(fact: Fact, payment: PaymentReceived, desk: Desk) -> list[Draft]:
    """One fact a case concerned (a payment may cover two invoices), or why none is."""
    if payment.resembles:
        return [asked_whether_one(fact, payment)]
    drafts = await placed_payment(fact, payment, desk)
    return [*drafts, *await waiting_for(fact, payment, drafts, desk)]


async def placed_payment(
    fact: Fact, payment: PaymentReceived, desk: Desk, *, cause: Fact | None = None
) -> list[Draft]:
    """The same, for a payment that is an entry of its own; `cause` where a later fact says so."""
    if payment.pays_back:
        return await given_back(fact, payment, desk, cause=cause)
    payout = await payout_behind(fact, payment, desk, cause=cause)
    if payout is not None:
        return [payout]
    named = await _named(payment, desk)
    if named:
        parts = await _parts(payment, desk)
        return [
            routed(
                fact,
                case,
                PAYMENT,
                _names(number),
                cause=cause,
                proves=await _arrived(case, number, desk),
                shared=len(named) > 1,
                part=parts.get(case),
            )
            for case, number in named.items()
        ]
    payer = await _payer(fact, payment, desk)
    amounts = [i for i in await desk.views.all(Invoice) if _owes(i, payment.amount)]
    owed = [(invoice, await identity(desk.views, invoice.contact)) for invoice in amounts]
    exact = [invoice for invoice, who in owed if payer and who and who.id == payer.id]
    if len(exact) == 1:
        why = f"Invoice {exact[0].number} is open with exactly this amount, and its customer paid."
        return [routed(fact, exact[0].case, PAYMENT, why, cause=cause)]
    likely = [(i, who) for i, who in owed if who and _may_be(who, payer, payment.payer)]
    if not exact and len(likely) == 1:
        return [_asked(fact, payment, *likely[0], cause=cause)]
    return [_nowhere(fact, payment, exact or [invoice for invoice, _ in likely], cause=cause)]


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


async def _arrived(case: str, number: str, desk: Desk) -> str:
    """The mail with this invoice, where nobody knew whether it had left: its number is known."""
    for action in await desk.views.all(Action, case=case):
        match action:
            case Action(status=ActionStatus.UNKNOWN, command=SendInvoice(number=sent)):
                if sent == number:
                    return action.id
    return ""


async def _parts(payment: PaymentReceived, desk: Desk) -> dict[str, Money]:
    """What of a payment each case gets: all of each invoice it names, where that adds up to it.

    {} where it does not, or where a case has two of them: then nobody but a person can tell.
    """
    found: dict[str, Invoice] = {}
    for number in payment.numbers:
        for invoice in await desk.views.find(Invoice, f"number:{number.upper()}"):
            found.setdefault(invoice.id, invoice)
    owed = {each.case: each.open for each in found.values() if _is_owed(each, payment.amount)}
    total = sum(each.minor for each in owed.values())
    return owed if len(owed) == len(found) and total == payment.amount.minor else {}


def _is_owed(invoice: Invoice, amount: Money) -> bool:
    return invoice.open.minor > 0 and invoice.open.currency == amount.currency


def _names(number: str) -> str:
    return f"Its reference names invoice {number}."


async def _named(payment: PaymentReceived, desk: Desk) -> dict[str, str]:
    """Case → the first number that led to it, in the order of the reference."""
    found: dict[str, str] = {}
    for number in payment.numbers:
        for invoice in await desk.views.find(Invoice, f"number:{number.upper()}"):
            found.setdefault(invoice.case, invoice.number)
        for note in await desk.views.find(CreditNote, f"number:{number.upper()}"):
            found.setdefault(note.case, note.invoice_number)
    return found


async def _payer(fact: Fact, payment: PaymentReceived, desk: Desk) -> Identity | None:
    """Whose account it came from, where a person said so."""
    own = await desk.contact_of(fact.person) if payment.payer_account else None
    return await identity(desk.views, own.id) if own else None


def _owes(invoice: Invoice, amount: Money) -> bool:
    return amount.minor > 0 and invoice.open == amount


def _may_be(who: Identity, payer: Identity | None, name: str) -> bool:
    """Whether the payer is called as the contact is, and nobody said that they are two."""
    if not _plain(name) or (payer and not set(payer.contact.apart).isdisjoint(who.ids)):
        return False
    return _plain(name) in {_plain(word) for word in who.names}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _asked(
    fact: Fact,
    payment: PaymentReceived,
    invoice: Invoice,
    who: Identity,
    *,
    cause: Fact | None = None,
) -> Draft:
    account = f", account {payment.payer_account}," if payment.payer_account else ""
    amount = amount_words(payment.amount)
    event = QuestionAsked(
        question=short_id("ask", fact.id, PAYMENT),
        about=fact.id,
        text=(
            f"Same person? {payment.payer}{account} paid {amount}, which is what invoice "
            f"{invoice.number} to {called(who)} is open with. Nothing is booked until you say."
        ),
        why="The payer has the contact's name, and the amount fits. The reference names no number.",
        recommendation="Answer yes only if you know it.",
        options=(
            Option(f"{PAYER}{invoice.case}:{invoice.contact}", "Yes, it pays that invoice"),
            Option(f"{STRANGER}{invoice.contact}", "No, somebody else than them"),
            Option(STRANGER, "Somebody else I know"),
        ),
    )
    return says(cause or fact, event, person=fact.person)


async def payer_or_not(
    fact: Fact, question: Question, reply: QuestionReplied, desk: Desk
) -> list[Draft]:
    """What an answer says of a payer; [] where the question was about something else."""
    choice = reply.choice
    if is_about_entries(question):
        return await _one_or_two(fact, question, reply, desk)
    if not any(option.id.startswith(PAYER) for option in question.options):
        return []
    source = await desk.history.fact(question.about)
    if not isinstance(source.event, PaymentReceived):
        return []
    if choice.startswith(PAYER):
        case, _, contact = choice.removeprefix(PAYER).partition(":")
        moved = routed(source, case, PAYMENT, f"{reply.operator} said so.", cause=fact)
        return [*await _known_as(fact, source, source.event, reply, contact, desk), moved]
    stranger = choice.removeprefix(STRANGER)
    why = f"{reply.operator} did not say that it pays the invoice."
    remedy = "`assign` it to a case by its number in `inbox`, or to nothing."
    apart = await _kept_apart(fact, source, source.event, reply, stranger, desk)
    lost = unrouted(source, PAYMENT, why, remedy, cause=fact)
    return [*apart, lost]


async def _one_or_two(
    fact: Fact, question: Question, reply: QuestionReplied, desk: Desk
) -> list[Draft]:
    source = await desk.history.fact(question.about)
    if not isinstance(source.event, PaymentReceived):
        return []
    if reply.choice.startswith(ONE):
        return joined(fact, source, source.event, reply)
    return await placed_payment(source, source.event, desk, cause=fact)


async def _known_as(
    fact: Fact,
    source: Fact,
    payment: PaymentReceived,
    reply: QuestionReplied,
    contact: str,
    desk: Desk,
) -> list[Draft]:
    """The account is the contact's from here on; a name without an account is no key."""
    own, created = await _entry(fact, source, payment, desk)
    kept, other = await identity(desk.views, contact), await identity(desk.views, own)
    if not own or kept is None or (other is not None and other.id == kept.id):
        return []
    merged = ContactsMerged(
        contact=contact,
        merged=own,
        operator=reply.operator,
        channel=reply.channel,
        question=reply.question,
        evidence=("the payer's name", "an open invoice of exactly this amount"),
    )
    return [*created, says(fact, merged)]


async def _kept_apart(
    fact: Fact,
    source: Fact,
    payment: PaymentReceived,
    reply: QuestionReplied,
    contact: str,
    desk: Desk,
) -> list[Draft]:
    own, created = await _entry(fact, source, payment, desk) if contact else ("", [])
    if not own:
        return []
    event = ContactsKeptApart(
        contact=own,
        other=contact,
        operator=reply.operator,
        channel=reply.channel,
        question=reply.question,
    )
    return [*created, says(fact, event)]


async def _entry(
    fact: Fact, source: Fact, payment: PaymentReceived, desk: Desk
) -> tuple[str, list[Draft]]:
    """The entry of the address book for the payer's account, and the fact that makes it."""
    if not payment.payer_account:
        return "", []
    known = await desk.contact_of(source.person)
    if known:
        return known.id, []
    event = ContactCreated(
        contact=short_id("con", source.person),
        name=payment.payer,
        kind=PAYMENT,
        key=payment.payer_account,
    )
    return event.contact, [says(fact, event, person=source.person, key=f"contact:{source.person}")]


def _nowhere(
    fact: Fact, payment: PaymentReceived, fitting: list[Invoice], *, cause: Fact | None = None
) -> Draft:
    if fitting:
        numbers = ", ".join(invoice.number for invoice in fitting)
        why = f"{len(fitting)} open invoices fit its amount and payer: {numbers}."
    else:
        quoted = ", ".join(payment.numbers) or "no number"
        why = f"No invoice fits it: its reference holds {quoted}."
    remedy = (
        "Nothing was booked. `inbox` lists it until you assign it to a case. "
        "Look at your bank statement, and send back what is not yours."
    )
    return unrouted(fact, PAYMENT, why, remedy, cause=cause)
