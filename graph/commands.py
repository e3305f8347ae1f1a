"""From a move to a command: the only place where recipients and amounts get into one.

The recipient is the case's contact, read from the address book by exact id. Amounts come from
the price list, the guardrails, the operator or the accepted proposal. Every argument says where
it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from graph.amounts import day_words
from graph.briefs import Drafted
from graph.deal import Bill, Credit, Deal, Doing, Offer
from graph.ordering import order_for, order_provenance
from graph.situation import Situation
from graph.taxing import buyer_in, form_in, taxed_now
from ledger.domain.applied import PAYMENT_DAYS, said_of
from ledger.domain.commands import (
    Command,
    IssueInvoice,
    OutgoingMail,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    amount_of,
    command_name,
    command_sha,
)
from ledger.domain.company import Company
from ledger.domain.entities import Contact
from ledger.domain.events import ActionProposed, ProposalDrafted
from ledger.domain.facts import message_id, short_id
from ledger.domain.knowledge import KnowledgeKind
from ledger.domain.precedents import Lesson
from ledger.domain.preconditions import (
    InvoiceNotCredited,
    InvoiceNotIssued,
    InvoicePaidSoFar,
    InvoiceUnpaid,
    NoFactSince,
    ProposalIsAccepted,
    ProposalOpen,
)
from ledger.domain.tax import NOBODY, Buyer, TaxCase
from ledger.domain.values import OPERATOR, PLAYBOOK, Attachment, Provenance, Trust, totals

_PAPERS = frozenset({"application/pdf", "application/xml"})
_CARD_WAITS = (
    "The card expires and the action pauses; the customer gets no answer until you decide."
)
_IF_NOTHING = {
    "SendProposal": f"No offer goes out. {_CARD_WAITS}",
    "SendReply": f"No answer goes out. {_CARD_WAITS}",
    "IssueInvoice": "No invoice is issued and no number is taken; the action pauses.",
    "IssueCreditNote": "The invoice stands as it is, and no number is taken.",
    "SendCreditNote": "The credit note stays issued, but the customer does not get it.",
    "SendReminder": "Nobody is reminded now; the next reminder is asked about when it is due.",
    "SendCorrection": "What was sent stands, and the customer believes it.",
    "SendSpecimen": "Nobody sees the first real mail, and it does not leave.",
    "ReopenCase": "The case stays closed.",
    "SendInvoice": "The invoice stays issued, but the customer does not get it, and nobody pays.",
}


class Letter(Struct, frozen=True, kw_only=True):
    """Everything a mail needs but its purpose: to whom, what it says, which thread it goes on."""

    contact: Contact
    drafted: Drafted
    in_reply_to: str
    references: tuple[str, ...]


class Proposed(Struct, frozen=True, kw_only=True):
    """A command with what a card says about it."""

    command: Command
    provenance: dict[str, Provenance]
    recommendation: str = ""
    replaces: str = ""
    undoes: str = ""


def letter(deal: Deal, contact: Contact, drafted: Drafted) -> Letter:
    """A mail to the contact that goes on the case's thread."""
    heard = deal.heard
    last = heard.message_id if heard and heard.sender != "other" else ""
    references = deal.references
    return Letter(
        contact=contact,
        drafted=drafted,
        in_reply_to=last or (references[-1] if references else ""),
        references=references,
    )


def send_proposal(
    s: Situation, letter: Letter, offer: ProposalDrafted | Offer, proposal: str
) -> SendProposal:
    """Send this version of the proposal. `total` is gross."""
    return SendProposal(
        contact=letter.contact.id,
        to=letter.contact.address,
        subject=letter.drafted.subject,
        body=letter.drafted.body,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        preconditions=(ProposalOpen(proposal, offer.version), _quiet(s)),
        proposal=proposal,
        version=offer.version,
        total=offer.total,
    )


def send_reply(s: Situation, letter: Letter, purpose: str) -> SendReply:
    """Answer without an offer."""
    return SendReply(
        contact=letter.contact.id,
        to=letter.contact.address,
        subject=letter.drafted.subject,
        body=letter.drafted.body,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        preconditions=(_quiet(s),),
        purpose=purpose,
    )


def issue_invoice(s: Situation, offer: Offer, tax: TaxCase | None) -> IssueInvoice:
    """Issue the invoice for the accepted version, exactly as it was accepted.

    Only where another tax applies than was offered, the lines bear that one: the rules ask then.
    """
    deal, lines = s.deal, taxed_now(s, offer, tax)
    changed = lines != offer.lines
    buyer = _ordering(buyer_in(s), order_for(s))
    form = form_in(s, tax)
    return IssueInvoice(
        contact=deal.contact,
        proposal=deal.proposal,
        version=offer.version,
        lines=lines,
        total=totals(lines, offer.total.currency).gross if changed else offer.total,
        service_date=s.today + timedelta(days=offer.delivery_days),
        due_days=s.company.payment_days,
        preconditions=(
            ProposalIsAccepted(deal.proposal, offer.version),
            InvoiceNotIssued(deal.proposal),
        ),
        tax=tax,
        buyer=buyer,
        e_invoice=form,
    )


def _ordering(buyer: Buyer | None, order: str) -> Buyer | None:
    """The buyer with the order number that this invoice bears."""
    if (buyer or NOBODY).order == order:
        return buyer
    return replace(buyer or NOBODY, order=order)


def send_invoice(letter: Letter, bill: Bill) -> SendInvoice:
    """Send the issued invoice with its PDF."""
    return SendInvoice(
        contact=letter.contact.id,
        to=letter.contact.address,
        subject=letter.drafted.subject,
        body=letter.drafted.body,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        attachments=pdf_of(bill),
        preconditions=(InvoiceUnpaid(bill.invoice),),
        invoice=bill.invoice,
        number=bill.number,
        total=bill.total,
    )


def send_reminder(s: Situation, letter: Letter, bill: Bill, step: int) -> SendReminder:
    """Remind of what is open on an invoice. Any payment and any reply takes it back."""
    return SendReminder(
        contact=letter.contact.id,
        to=letter.contact.address,
        subject=letter.drafted.subject,
        body=letter.drafted.body,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        attachments=pdf_of(bill),
        preconditions=(
            InvoiceUnpaid(bill.invoice),
            InvoicePaidSoFar(bill.invoice, bill.paid),
            InvoiceNotCredited(bill.invoice),
            _quiet(s),
        ),
        invoice=bill.invoice,
        number=bill.number,
        total=bill.open,
        due_on=bill.due_on,
        step=step,
        kind=s.company.reminders[step - 1].kind.value,
    )


def pdf_of(issued: Bill | Credit) -> tuple[Attachment, ...]:
    """The documents that a customer gets: the PDF, and an e-invoice that lies beside it."""
    return tuple(part for part in issued.documents if part.media_type in _PAPERS)


def mail_provenance(
    s: Situation, letter: Letter, more: dict[str, Provenance]
) -> dict[str, Provenance]:
    """Where each argument of a mail came from."""
    deal = s.deal
    thread = tuple(dict.fromkeys(fact for fact in (deal.opened, _heard(deal)) if fact))
    book = f"address book entry {letter.contact.id}, found by exact id"
    recipient = Provenance(thread, Trust.VERIFIED, book)
    threading = Provenance(thread, Trust.VERIFIED, "the case's own thread")
    found = {
        "contact": recipient,
        "to": recipient,
        "subject": threading,
        "body": _body(s, letter.drafted),
        **more,
    }
    if letter.in_reply_to:
        found["in_reply_to"] = threading
    if deal.heard is not None and deal.heard.sender == "other":
        note = "somebody else wrote the last message of this case"
        found["sender"] = Provenance((deal.heard.fact,), Trust.UNTRUSTED, note)
    return found


def offer_provenance(basis: Provenance) -> dict[str, Provenance]:
    """Where the figures of an offer came from."""
    return {"total": basis, "lines": basis}


def learned_provenance(s: Situation, lessons: Sequence[Lesson]) -> Provenance:
    """A template with words that the operator gave earlier mails."""
    numbers = dict.fromkeys(number for lesson in lessons for number in lesson.numbers)
    whence = ", ".join(numbers) or "your own sent mails"
    note = f"template with your words of {whence}; figures rendered by code"
    return Provenance((s.fact.id,), Trust.VERIFIED, note)


def accepted_provenance(s: Situation, offer: Offer) -> dict[str, Provenance]:
    """An invoice says what the accepted version says."""
    sources = tuple(
        dict.fromkeys(fact for fact in (s.cause, _heard(s.deal), s.deal.opened) if fact)
    )
    accepted = Provenance(
        sources, Trust.VERIFIED, f"accepted proposal {s.deal.number}, version {offer.version}"
    )
    book = Provenance(
        sources, Trust.VERIFIED, f"address book entry {s.deal.contact}, found by exact id"
    )
    delivery = Provenance(
        sources, Trust.VERIFIED, f"{offer.delivery_days} days after acceptance, as offered"
    )
    terms = _payment_terms(s)
    entered = _entered(s)
    return {
        **entered,
        **order_provenance(s),
        "contact": book,
        "total": accepted,
        "lines": accepted,
        "proposal": accepted,
        "service_date": delivery,
        "due_days": terms,
    }


def _entered(s: Situation) -> dict[str, Provenance]:
    """Where the tax case, the buyer's data and the form of the e-invoice come from."""
    facts = tuple(one.fact for one in s.known if one.kind is KnowledgeKind.BILLING)
    if not facts:
        return {}
    said = Provenance(facts, Trust.OPERATOR, "entered by you, and company.yaml")
    return dict.fromkeys(("tax", "buyer", "e_invoice"), said)


def _payment_terms(s: Situation) -> Provenance:
    """What was said of when to pay, for this contact or at all, else company.yaml."""
    said = said_of(s.known, PAYMENT_DAYS)
    if said is None:
        return Provenance((), Trust.OPERATOR, "payment terms in company.yaml")
    note = f"payment terms you stated on {day_words(said.recorded_at.date())}"
    return Provenance((said.fact,), Trust.OPERATOR, note)


def bill_provenance(s: Situation, bill: Bill) -> dict[str, Provenance]:
    """A mail with an invoice says what the issued invoice says."""
    issued = Provenance((s.fact.id,), Trust.VERIFIED, f"issued invoice {bill.number}")
    order = order_provenance(s) if bill.order and bill.order == order_for(s) else {}
    return {**order, "total": issued, "invoice": issued, "attachments": issued}


def action_of(s: Situation, proposed: Proposed, ordinal: int) -> ActionProposed:
    """The fact that proposes a command, with its deterministic id and Message-ID."""
    command = proposed.command
    action = short_id("act", s.deal.case, s.fact.id, ordinal)
    mails = isinstance(command, OutgoingMail)
    return ActionProposed(
        action=action,
        name=command_name(command),
        risk=command.risk.value,
        sha256=command_sha(command),
        agent="lead-to-invoice",
        amount=amount_of(command),
        replaces=proposed.replaces,
        undoes=proposed.undoes,
        provenance=proposed.provenance,
        recommendation=proposed.recommendation,
        if_nothing=_IF_NOTHING[command_name(command)],
        message_id=message_id(action, domain_of(s.company)) if mails else "",
        command=command,
    )


def domain_of(company: Company) -> str:
    """The domain the company's mails come from."""
    return company.email.rpartition("@")[2] or "localhost"


def stored_draft(doing: Doing, step: int) -> Drafted:
    """The text of an earlier action, word for word."""
    return Drafted(step=step, subject=doing.subject, body=doing.body, by=PLAYBOOK)


def _quiet(s: Situation) -> NoFactSince:
    return NoFactSince(s.deal.case, s.fact.version)


def _heard(deal: Deal) -> str:
    return deal.heard.fact if deal.heard else ""


def _body(s: Situation, drafted: Drafted) -> Provenance:
    if drafted.by == OPERATOR:
        return Provenance((s.fact.id,), Trust.OPERATOR, "written by the operator")
    if drafted.by == PLAYBOOK:
        return Provenance((s.fact.id,), Trust.VERIFIED, "template, figures rendered by code")
    note = f"sentences by {drafted.by}, a language model; figures rendered by code"
    return Provenance((s.fact.id,), Trust.UNTRUSTED, note)
