"""The commands that take something back: credit note, correction, reopened case.

As everywhere, amounts come from the ledger and recipients from the address book. Where one cannot
be made, the reason comes back instead, for the question to the operator.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from graph.commands import Letter, Proposed, bill_provenance, mail_provenance, pdf_of
from graph.deal import Bill, Deal, Doing, about
from graph.situation import Situation
from ledger.domain.billing import reversed_part
from ledger.domain.commands import (
    IssueCreditNote,
    IssueInvoice,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
)
from ledger.domain.entities import Contact, Invoice
from ledger.domain.events import Event, PaymentMatched
from ledger.domain.preconditions import (
    CaseIsClosed,
    InvoiceNotCredited,
    InvoicePaidSoFar,
    Precondition,
    ProposalNotAccepted,
)
from ledger.domain.values import Money, Provenance, Trust, reversed_lines

NO_INVOICE = "the invoice is not in the ledger."
NO_CREDIT_NOTE = "the credit note, its PDF or the contact's address is missing."
NO_MAIL = "the mail it corrects or the contact's address is gone."
NO_CONTACT = "the contact is not known."


def credit_note(
    s: Situation, invoice: Invoice | None, said: Iterable[Event], reason: str, replaces: str
) -> Proposed | str:
    """Reverse the invoice in full. `said`: what this delivery says before, payments among it."""
    bill = s.deal.owing
    if invoice is None or bill is None:
        return NO_INVOICE
    paid = _paid(invoice, said)
    command = IssueCreditNote(
        contact=invoice.contact,
        invoice=invoice.id,
        number=invoice.number,
        invoice_date=invoice.issued_on,
        lines=reversed_lines(invoice.lines),
        total=-invoice.total,
        paid=paid,
        reason=reason,
        tax=invoice.tax,
        buyer=invoice.buyer,
        e_invoice=invoice.e_invoice,
        part=reversed_part(invoice.part),
        preconditions=(InvoiceNotCredited(invoice.id), InvoicePaidSoFar(invoice.id, paid)),
    )
    issued = bill_provenance(s, bill)["total"]
    values = ("contact", "invoice", "number", "invoice_date", "lines", "total")
    provenance = {**dict.fromkeys(values, issued), "paid": _booked(s)}
    if invoice.tax is not None:
        provenance |= dict.fromkeys(("tax", "buyer", "e_invoice"), issued)
    if reason:
        provenance["reason"] = Provenance((s.cause,), Trust.OPERATOR, "said by the operator")
    undoes = bill.action or _newest(s.deal, IssueInvoice.__name__)
    return Proposed(command=command, provenance=provenance, replaces=replaces, undoes=undoes)


def credit_note_mail(s: Situation, mail: Letter | None, replaces: str) -> Proposed | str:
    """Send the issued credit note with its PDF."""
    bill = s.deal.bill
    credit = bill.credit if bill else None
    if bill is None or credit is None or mail is None or not pdf_of(credit):
        return NO_CREDIT_NOTE
    command = SendCreditNote(
        contact=mail.contact.id,
        to=mail.contact.address,
        subject=mail.drafted.subject,
        body=mail.drafted.body,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        attachments=pdf_of(credit),
        credit_note=credit.credit_note,
        number=credit.number,
        invoice=bill.number,
        total=credit.total,
    )
    issued = Provenance((s.fact.id,), Trust.VERIFIED, f"issued credit note {credit.number}")
    figures = dict.fromkeys(("total", "credit_note", "attachments"), issued)
    provenance = mail_provenance(s, mail, figures)
    undoes = _newest(s.deal, SendInvoice.__name__, bill)
    return Proposed(command=command, provenance=provenance, replaces=replaces, undoes=undoes)


def correction(s: Situation, mail: Letter | None, doing: Doing, replaces: str) -> Proposed | str:
    """Correct a mail that left, as an answer to that very mail."""
    if mail is None or not doing.message_id:
        return NO_MAIL
    offers = doing.version > 0
    open_still: tuple[Precondition, ...] = (ProposalNotAccepted(s.deal.proposal),)
    command = SendCorrection(
        contact=mail.contact.id,
        to=mail.contact.address,
        subject=mail.drafted.subject,
        body=mail.drafted.body,
        in_reply_to=doing.message_id,
        references=_thread(mail, doing),
        corrects=doing.action,
        proposal=s.deal.proposal if offers else "",
        version=doing.version,
        preconditions=open_still if offers else (),
    )
    wish = Provenance((s.cause,), Trust.OPERATOR, "you wanted it undone")
    provenance = mail_provenance(s, replace(mail, in_reply_to=doing.message_id), {"corrects": wish})
    return Proposed(command=command, provenance=provenance, replaces=replaces, undoes=doing.action)


def reopening(s: Situation, contact: Contact | None, replaces: str) -> Proposed | str:
    """Open the closed case again."""
    if contact is None:
        return NO_CONTACT
    command = ReopenCase(
        contact=contact.id,
        case=s.deal.case,
        outcome=s.deal.closed,
        preconditions=(CaseIsClosed(s.deal.case),),
    )
    wish = Provenance((s.cause,), Trust.OPERATOR, "you wanted it undone")
    return Proposed(
        command=command,
        provenance={"contact": wish, "case": wish, "outcome": wish},
        replaces=replaces,
    )


def _paid(invoice: Invoice, said: Iterable[Event]) -> Money:
    booked = [e.amount for e in said if isinstance(e, PaymentMatched) and e.invoice == invoice.id]
    return sum(booked, start=invoice.paid)


def _booked(s: Situation) -> Provenance:
    return Provenance((s.fact.id,), Trust.VERIFIED, "the payments booked on it")


def _thread(mail: Letter, doing: Doing) -> tuple[str, ...]:
    others = (one for one in mail.references if one != doing.message_id)
    return (*others, doing.message_id)


def _newest(deal: Deal, name: str, bill: Bill | None = None) -> str:
    mine = (one for one in reversed(deal.doing) if one.name == name and about(one, bill))
    doing = next(mine, None)
    return doing.action if doing else ""
