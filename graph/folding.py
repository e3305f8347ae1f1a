"""The fold: a deal after one more fact. One small function a fact type; all pure.

Facts that the planner says itself are folded by the same functions, before they have an id or
a place; so nothing here may look at the id, place or time of a fact of the planner.
"""

from __future__ import annotations

from functools import singledispatch
from typing import assert_never

import msgspec
from msgspec.structs import replace

from graph.answers import AnswerId, answer_of
from graph.deal import (
    PENDING,
    Bill,
    Booked,
    Credit,
    Deal,
    Doing,
    Heard,
    Incoming,
    Offer,
    Open,
    OwnWord,
    Progress,
    Waking,
    deal_of,
)
from graph.focus import focused, looking, paid_by, put_aside
from graph.ordering import DOCUMENT, heard_orders, told_orders, with_chosen, with_orders
from graph.slots import Intent, Slots
from graph.state import Json, as_json
from ledger.domain.commands import (
    Command,
    IssueCreditNote,
    IssueInvoice,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
)
from ledger.domain.entities import Done, Reduction
from ledger.domain.events import (
    AbsenceNoted,
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    ActionWithheld,
    AlarmSet,
    ApprovalExpired,
    ApprovalRequested,
    ApprovalSuperseded,
    BalanceReduced,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CreditKept,
    CreditNoteIssued,
    DocumentReceived,
    DoneByOperator,
    Event,
    InvoiceIssued,
    MailBounced,
    MailReceived,
    OperatorActed,
    PaymentMatched,
    PaymentReceived,
    PaymentUnmatched,
    ProposalAccepted,
    ProposalDeclined,
    ProposalDrafted,
    ProposalTold,
    QuestionAnswered,
    QuestionAsked,
    QuestionWithdrawn,
    Rejected,
    Routed,
    Understood,
    UndoOrdered,
    VerdictGiven,
    WorkDone,
)
from ledger.domain.facts import Fact
from ledger.domain.values import Money
from ledger.domain.verdicts import Deny

MOST_REFERENCES = 20
"""How many Message-IDs, questions, payments and alarms of a case are kept."""

ANSWERS = frozenset({SendProposal.__name__, SendReply.__name__, SendCorrection.__name__})
"""Mails that answer the customer: where the operator answered himself, they are not needed."""

APPROVAL_ALARM = "expire:"
"""What the purpose of an alarm begins with that ends an approval: the router's, not the deal's."""


def deal_after(deal: Deal, fact: Fact, source: Fact | None) -> Deal:
    """The deal after a delivered fact; `source` is the desk fact behind a Routed or CaseOpened."""
    deal = looking(deal, fact, source)
    match fact.event:
        case CaseOpened() as event:
            return _opened(deal, event, fact)
        case Routed() as event if source is not None and isinstance(source.event, MailReceived):
            return _heard(deal, event, fact, source, source.event)
        case Routed() as event if source is not None and isinstance(source.event, PaymentReceived):
            return _came_in(deal, event, source, source.event)
        case Routed() if source is not None and isinstance(source.event, DocumentReceived):
            return with_orders(deal, heard_orders(source.id, source.event.orders))
        case Routed() if source is not None and isinstance(source.event, UndoOrdered):
            return _unwanted(deal, source.event.target)
        case _:
            return deal_said(deal, fact.event)


def deal_said(deal: Deal, event: Event) -> Deal:
    """The deal after an event whose envelope does not matter."""
    return _folded(event, deal)


def fold_json(deal: Json, fact: Fact, source: Fact | None) -> Json:
    """`deal_after` on JSON, for threads that are rebuilt from facts."""
    return as_json(deal_after(deal_of(deal), fact, source))


def _opened(deal: Deal, event: CaseOpened, fact: Fact) -> Deal:
    return replace(
        deal,
        case=fact.case,
        kind=event.kind,
        contact=event.contact,
        person=fact.person,
        opened=fact.id,
    )


def _heard(deal: Deal, event: Routed, fact: Fact, source: Fact, mail: MailReceived) -> Deal:
    """A person's mail is what the case goes on from; a machine's changes nothing."""
    if mail.automatic:
        return deal
    heard = Heard(
        fact=source.id,
        version=fact.version,
        sender=event.sender,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references[-MOST_REFERENCES:],
        subject=mail.subject,
        authentication=mail.authentication,
    )
    orders = heard_orders(source.id, mail.orders)
    if event.sender == "other":
        heard = replace(heard, orders=orders)
    else:
        deal = with_orders(deal, orders)
    mails = (*deal.mails, source.id)[-MOST_REFERENCES:]
    deal = replace(deal, heard=heard, mails=mails)
    return deal if event.sender == "other" else _threaded(_proven(deal, event.proves), mail)


def _proven(deal: Deal, action: str) -> Deal:
    """The customer answers a mail whose receipt is not here yet: it is out, whatever we know."""
    return _arrived(_moved(deal, action, Progress.DONE), action) if action else deal


def _came_in(deal: Deal, event: Routed, source: Fact, payment: PaymentReceived) -> Deal:
    money = Incoming(
        fact=source.id,
        payment=payment.payment,
        amount=payment.amount,
        booked_on=payment.booked_on,
        shared=event.shared,
        part=event.part,
        returned=payment.returned,
        invoice=paid_by(deal, payment),
    )
    return replace(deal, incoming=(*deal.incoming, money)[-MOST_REFERENCES:])


def _unwanted(deal: Deal, target: str) -> Deal:
    """An action that may still run is to be taken back: should it have left, the way back opens."""
    meant = deal.meant(target)
    if meant is None or meant.progress not in PENDING:
        return deal
    marked = replace(meant, unwanted=True)
    doing = tuple(marked if one.action == meant.action else one for one in deal.doing)
    return replace(deal, doing=doing)


def _threaded(deal: Deal, mail: MailReceived) -> Deal:
    """Only the contact's own mails carry the thread on; a stranger's never does."""
    chain = (*deal.references, *mail.references, *([mail.message_id] if mail.message_id else []))
    kept = tuple(dict.fromkeys(chain))[-MOST_REFERENCES:]
    return replace(deal, references=kept, subject=deal.subject or mail.subject)


@singledispatch
def _folded(_event: Event, deal: Deal) -> Deal:
    """A fact that changes nothing about a deal."""
    return deal


@_folded.register
def _(event: Understood, deal: Deal) -> Deal:
    if not event.slots or deal.heard is None or deal.heard.fact != event.fact:
        return deal
    slots = msgspec.json.decode(event.slots, type=Slots)
    deal = replace(deal, heard=replace(deal.heard, slots=slots))
    if deal.heard is not None and deal.heard.sender == "other":
        return deal
    if event.switched or not deal.language:
        deal = replace(deal, language=slots.language)
    wants = slots.intent is Intent.NEW_REQUEST and slots.items and not deal.offers
    return replace(deal, requested=slots.wanted) if wants else deal


@_folded.register
def _(event: ProposalDrafted, deal: Deal) -> Deal:
    offer = Offer(
        version=event.version,
        lines=event.lines,
        net=event.net,
        total=event.total,
        discount_bp=event.discount_bp,
        valid_until=event.valid_until,
        delivery_days=event.delivery_days,
        tax=event.tax,
        plan=event.plan,
    )
    kept = tuple(old for old in deal.offers if old.version != event.version)
    return replace(deal, proposal=event.proposal, number=event.number, offers=(*kept, offer))


@_folded.register
def _(event: ProposalAccepted, deal: Deal) -> Deal:
    return replace(deal, accepted=event.version)


@_folded.register
def _(_event: ProposalDeclined, deal: Deal) -> Deal:
    return replace(deal, declined=True)


@_folded.register
def _(event: ActionProposed, deal: Deal) -> Deal:
    doing = Doing(
        action=event.action, name=event.name, message_id=event.message_id, undoes=event.undoes
    )
    if event.command is not None:
        doing = _of_part(deal, _described(doing, event.command), event.command)
    deal = _moved(deal, event.replaces, Progress.SUPERSEDED) if event.replaces else deal
    return replace(deal, doing=(*deal.doing, doing))


def _of_part(deal: Deal, doing: Doing, command: Command) -> Doing:
    """What it is about, where the deal is billed in parts."""
    match command:
        case IssueInvoice(part=part) if part is not None:
            return replace(doing, part=part.place)
        case SendInvoice() | SendReminder() | IssueCreditNote() if deal.bill and deal.bill.part:
            return replace(doing, invoice=command.invoice)
        case SendCreditNote() if deal.bill and deal.bill.part:
            return replace(doing, invoice=deal.bill.invoice)
        case _:
            return doing


def _described(doing: Doing, command: Command) -> Doing:
    match command:
        case SendProposal():
            return replace(
                doing, version=command.version, subject=command.subject, body=command.body
            )
        case SendReply():
            return replace(
                doing, purpose=command.purpose, subject=command.subject, body=command.body
            )
        case SendReminder():
            return replace(
                doing,
                version=command.step,
                purpose=command.invoice,
                subject=command.subject,
                body=command.body,
            )
        case SendInvoice() | SendCreditNote():
            return replace(doing, subject=command.subject, body=command.body)
        case SendCorrection():
            return replace(
                doing, version=command.version, subject=command.subject, body=command.body
            )
        case IssueInvoice():
            order = command.buyer.order if command.buyer else ""
            return replace(doing, version=command.version, order=order)
        case IssueCreditNote():
            return replace(doing, purpose=command.reason)
        case SendSpecimen() | ReopenCase():
            return doing
        case _:
            assert_never(command)


@_folded.register
def _(event: VerdictGiven, deal: Deal) -> Deal:
    denied = event.phase == "proposal" and isinstance(event.verdict, Deny)
    return _moved(deal, event.action, Progress.DENIED) if denied else deal


@_folded.register
def _(event: ApprovalRequested, deal: Deal) -> Deal:
    return _moved(deal, event.action, Progress.ASKING, approval=event.approval)


@_folded.register
def _(event: ApprovalExpired, deal: Deal) -> Deal:
    return _moved(deal, event.action, Progress.EXPIRED)


@_folded.register
def _(event: ApprovalSuperseded, deal: Deal) -> Deal:
    return _moved(deal, event.action, Progress.SUPERSEDED)


@_folded.register
def _(event: Rejected, deal: Deal) -> Deal:
    return _moved(deal, event.action, Progress.REJECTED)


@_folded.register
def _(event: ActionWithheld, deal: Deal) -> Deal:
    return _moved(deal, event.action, _HELD.get(event.why, Progress.WITHHELD))


_HELD = {"denied": Progress.DENIED, "superseded": Progress.SUPERSEDED}


@_folded.register
def _(event: ActionFailed, deal: Deal) -> Deal:
    return _moved(deal, event.action, Progress.FAILED)


@_folded.register
def _(event: MailBounced, deal: Deal) -> Deal:
    """It was out, and is not any more: nobody can accept an offer that came back."""
    doing = deal.action(event.action)
    deal = _moved(deal, event.action, Progress.BOUNCED)
    if doing is None:
        return deal
    if doing.name == SendProposal.__name__:
        offers = tuple(
            replace(one, sent=False) if one.version == doing.version else one for one in deal.offers
        )
        return replace(deal, offers=offers)
    if doing.name == SendInvoice.__name__ and deal.bill is not None:
        return replace(deal, bill=replace(deal.bill, sent=False))
    return deal


@_folded.register
def _(event: AbsenceNoted, deal: Deal) -> Deal:
    return replace(deal, away_until=event.back_on)


@_folded.register
def _(event: OperatorActed, deal: Deal) -> Deal:
    word = OwnWord(
        fact=event.fact,
        message_id=event.message_id,
        price=event.price,
        gross=event.gross,
        before=deal.offer.version if deal.offer else 0,
    )
    deal = replace(deal, told=(*deal.told, word)[-MOST_REFERENCES:])
    if event.message_id:
        chain = tuple(dict.fromkeys((*deal.references, event.message_id)))
        deal = replace(deal, references=chain[-MOST_REFERENCES:])
    if answers_earlier(deal, event):
        return deal
    doing = tuple(
        replace(one, answered=True) if one.progress in PENDING and one.name in ANSWERS else one
        for one in deal.doing
    )
    return replace(deal, doing=doing)


def answers_earlier(deal: Deal, event: OperatorActed) -> bool:
    """Whether the operator's mail answers one that is not the customer's last: what was made for
    the last one still stands."""
    last = deal.heard.fact if deal.heard else ""
    return event.answers in deal.mails and event.answers != last


@_folded.register
def _(event: ProposalTold, deal: Deal) -> Deal:
    offers = tuple(
        replace(one, sent=True, message_id=event.message_id)
        if one.version == event.version
        else one
        for one in deal.offers
    )
    told = tuple(
        replace(one, version=event.version) if one.fact == event.fact else one for one in deal.told
    )
    return replace(deal, offers=offers, told=told)


@_folded.register
def _(event: ActionUnknown, deal: Deal) -> Deal:
    return _moved(deal, event.action, Progress.UNKNOWN)


@_folded.register
def _(event: DoneByOperator, deal: Deal) -> Deal:
    return _arrived(_moved(deal, event.action, Progress.BY_HAND), event.action)


@_folded.register
def _(event: ActionSucceeded, deal: Deal) -> Deal:
    doing, bill = deal.action(event.action), deal.bill
    deal = _arrived(_moved(deal, event.action, Progress.DONE), event.action)
    if doing is None or bill is None:
        return deal
    documents = event.receipt.documents
    if doing.name == IssueInvoice.__name__:
        return replace(deal, bill=replace(bill, documents=documents))
    if doing.name == IssueCreditNote.__name__ and bill.credit is not None:
        credit = replace(bill.credit, documents=documents)
        return replace(deal, bill=replace(bill, credit=credit))
    return deal


@_folded.register
def _(event: InvoiceIssued, deal: Deal) -> Deal:
    bill = Bill(
        invoice=event.invoice,
        number=event.number,
        version=event.version,
        total=event.total,
        paid=event.paid or Money(0, event.total.currency),
        sent=event.elsewhere,
        due_on=event.due_on,
        lines=event.lines,
        order=event.buyer.order if event.buyer else "",
        tax=event.tax.kind if event.tax else None,
    )
    if event.part is None:
        return replace(deal, bill=bill, booked=())
    known = {"part": event.part, "action": event.action, "issued_on": event.issued_on}
    bill = replace(bill, **known)
    return put_aside(deal, bill)


@_folded.register
def _(event: CreditNoteIssued, deal: Deal) -> Deal:
    """The invoice is reversed, and with it the deal: its offer stands no longer. A part of a deal
    that is reversed leaves the deal as it is: whether it goes on, a person says."""
    if deal.bill is None or deal.bill.invoice != event.invoice:
        return deal
    credit = Credit(
        credit_note=event.credit_note,
        number=event.number,
        action=event.action,
        total=event.total,
    )
    bill = replace(deal.bill, credit=credit)
    if bill.part is not None:
        return replace(deal, bill=bill, left_out=(*deal.left_out, bill.part.place))
    return replace(_without_offers(deal, bill.version), accepted=0, bill=bill)


@_folded.register
def _(event: PaymentMatched, deal: Deal) -> Deal:
    deal = focused(deal, event.invoice)
    deal = replace(deal, payments=(*deal.payments, event.payment))
    bill = _billed(deal, event.invoice, event.amount)
    if bill is None:
        return deal
    deal = replace(deal, bill=replace(bill, paid=bill.paid + event.amount))
    if any(one.payment == event.payment and one.part is None for one in deal.incoming):
        return deal  # from before payments had parts: the state stays as it was then
    booked = (*deal.booked, Booked(payment=event.payment, amount=event.amount))
    return replace(deal, booked=booked)


@_folded.register
def _(event: PaymentUnmatched, deal: Deal) -> Deal:
    deal = focused(deal, event.invoice)
    payments = tuple(each for each in deal.payments if each != event.payment)
    deal = replace(deal, payments=payments)
    bill = _billed(deal, event.invoice, event.amount)
    if bill is None:
        return deal
    booked = tuple(each for each in deal.booked if each.payment != event.payment)
    kept = tuple(each for each in bill.reductions if each.payment != event.payment)
    bill = replace(bill, paid=bill.paid - event.amount, reductions=kept)
    return replace(deal, booked=booked, bill=bill)


@_folded.register
def _(event: WorkDone, deal: Deal) -> Deal:
    """Said again, the part that was reversed may be billed again."""
    others = tuple(one for one in deal.done if one.work != event.work)
    plan = deal.plan
    asked = plan.place_of(event.work) if plan else 0
    left_out = tuple(place for place in deal.left_out if place != asked)
    return replace(deal, done=(*others, Done(event.work, event.on)), left_out=left_out)


@_folded.register
def _(event: BalanceReduced, deal: Deal) -> Deal:
    deal = focused(deal, event.invoice)
    bill = _billed(deal, event.invoice, event.amount)
    if bill is None:
        return deal
    one = Reduction(event.payment, event.kind, event.amount)
    return replace(deal, bill=replace(bill, reductions=(*bill.reductions, one)))


@_folded.register
def _(event: CreditKept, deal: Deal) -> Deal:
    """Somebody said whose the money is, so nothing about it is unplaced."""
    return replace(deal, payments=tuple(dict.fromkeys((*deal.payments, event.payment))))


@_folded.register
def _(event: QuestionAsked, deal: Deal) -> Deal:
    options = tuple(option.id for option in event.options)
    asked = Open(question=event.question, about=event.about, options=options)
    if event.about.startswith(DOCUMENT):
        return replace(deal, unread=(*deal.unread, asked)[-MOST_REFERENCES:])
    return replace(deal, open=(*deal.open, asked))


@_folded.register
def _(event: QuestionAnswered, deal: Deal) -> Deal:
    if any(one.question == event.question for one in deal.unread):
        deal = with_orders(deal, told_orders(event.text))
    deal = _answered(deal, event.question)
    match answer_of(event.choice):
        case (AnswerId.HAPPENED, action):
            return _arrived(_moved(deal, action, Progress.BY_HAND), action)
        case (AnswerId.SAME_PERSON, _) if deal.heard is not None:
            deal = with_orders(deal, deal.heard.orders)
            heard = replace(deal.heard, sender="vouched", orders=()) if deal.heard else None
            return replace(deal, heard=heard)
        case (AnswerId.ORDER, number):
            return with_chosen(deal, number)
        case (AnswerId.NO_ORDER, _):
            return with_chosen(deal, "")
        case _:
            return deal


@_folded.register
def _(event: QuestionWithdrawn, deal: Deal) -> Deal:
    return _answered(deal, event.question)


@_folded.register
def _(event: AlarmSet, deal: Deal) -> Deal:
    if event.purpose.startswith(APPROVAL_ALARM):
        return deal
    waking = Waking(alarm=event.alarm, purpose=event.purpose)
    return replace(deal, alarms=(*deal.alarms, waking)[-MOST_REFERENCES:])


@_folded.register
def _(event: CaseClosed, deal: Deal) -> Deal:
    return replace(deal, closed=event.outcome)


@_folded.register
def _(event: CaseReopened, deal: Deal) -> Deal:
    return replace(deal, closed="", declined=deal.declined and not event.undoes)


def _billed(deal: Deal, invoice: str, amount: Money) -> Bill | None:
    """The case's bill, where it is this one and in this currency."""
    bill = deal.bill
    fits = bill is not None and bill.invoice == invoice and bill.paid.currency == amount.currency
    return bill if fits else None


def _answered(deal: Deal, question: str) -> Deal:
    asked = tuple(one for one in (*deal.open, *deal.unread) if one.question == question)
    still = tuple(one for one in deal.open if one.question != question)
    unread = tuple(one for one in deal.unread if one.question != question)
    return replace(deal, open=still, unread=unread, asked=(*deal.asked, *asked)[-MOST_REFERENCES:])


def _moved(deal: Deal, action: str, progress: Progress, *, approval: str = "") -> Deal:
    """The deal with one of its actions further on."""
    doing = tuple(
        replace(one, progress=progress, approval=approval or one.approval)
        if one.action == action
        else one
        for one in deal.doing
    )
    return replace(deal, doing=doing)


def _arrived(deal: Deal, action: str) -> Deal:
    """What an action that reached the world made true: an offer or an invoice is out."""
    doing = deal.action(action)
    if doing is None:
        return deal
    deal = replace(deal, doing=tuple(_unsaid(one, action) for one in deal.doing))
    if doing.message_id:
        chain = tuple(dict.fromkeys((*deal.references, doing.message_id)))
        deal = replace(deal, references=chain[-MOST_REFERENCES:])
    if doing.name == SendProposal.__name__:
        return replace(deal, offers=tuple(_left(offer, doing) for offer in deal.offers))
    if doing.name == SendInvoice.__name__ and deal.bill is not None:
        return replace(deal, bill=replace(deal.bill, sent=True))
    return _taken_back(deal, doing)


def _taken_back(deal: Deal, doing: Doing) -> Deal:
    """What a correction or the mail with a credit note made true."""
    if doing.name == SendCorrection.__name__:
        return _without_offers(deal, doing.version)
    bill = deal.bill
    if doing.name == SendCreditNote.__name__ and bill is not None and bill.credit is not None:
        return replace(deal, bill=replace(bill, credit=replace(bill.credit, sent=True)))
    return deal


def _without_offers(deal: Deal, version: int) -> Deal:
    """The deal without the offers up to a version."""
    offers = tuple(
        replace(offer, withdrawn=True) if offer.version <= version else offer
        for offer in deal.offers
    )
    return replace(deal, offers=offers)


def _unsaid(doing: Doing, action: str) -> Doing:
    """A text that left is not needed again."""
    return replace(doing, subject="", body="") if doing.action == action else doing


def _left(offer: Offer, doing: Doing) -> Offer:
    if offer.version != doing.version:
        return offer
    return replace(offer, sent=True, message_id=doing.message_id)
