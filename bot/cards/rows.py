"""The rows of a card that come from a command's own bytes: every field of it, in words.

What is not shown here cannot run: a test changes each field of each command and expects
another card.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from bot import texts
from bot.cards import brief
from bot.cards.parts import currencies, parts
from bot.cards.taxes import taxes
from bot.channel import Attached, Row
from bot.wording.amounts import counted, percent_plain
from bot.wording.untrusted import inline, one_line
from ledger.domain.amounts import amount_words
from ledger.domain.billing import asked_for
from ledger.domain.commands import (
    Command,
    IssueCreditNote,
    IssueInvoice,
    MailCommand,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
    command_name,
)
from ledger.domain.entities import Contact
from ledger.domain.preconditions import (
    CaseIsClosed,
    InvoiceNotCredited,
    InvoiceNotIssued,
    InvoicePaidSoFar,
    InvoiceUnpaid,
    NoFactSince,
    PartNotIssued,
    Precondition,
    ProposalIsAccepted,
    ProposalNotAccepted,
    ProposalOpen,
)
from ledger.domain.values import Attachment, Line, Money

SHA_SIGNS = 16
"""Hex digits of a sha256 that people see: 64 bits, enough to tell two documents apart."""


def headline(command: Command, who: str) -> str:
    """What will happen, in a few words: `Send an offer to Ada Byron`."""
    return texts.HEADLINES[command_name(command)].format(who=who)


def what_to_whom(command: Command, contact: Contact | None) -> tuple[Row, ...]:
    """The first rows of every card about a command."""
    return (what(command), to_whom(command, contact), *how_much(command))


def row(label: str, lines: tuple[str, ...]) -> tuple[Row, ...]:
    """A row, or nothing where there is nothing to say."""
    return (Row(label, lines),) if lines else ()


def short(text: str) -> tuple[str, ...]:
    """A sentence as the one line of a row, or nothing."""
    return (one_line(text, 300),) if text.strip() else ()


def what(command: Command) -> Row:  # noqa: C901 - one arm a command: a table
    """What exactly will happen."""
    match command:
        case SendProposal(proposal=proposal, version=version):
            line = texts.WHAT_PROPOSAL.format(proposal=inline(proposal), version=version)
        case SendReply(purpose=purpose):
            line = texts.WHAT_REPLY.format(purpose=inline(purpose))
        case SendInvoice(number=number, invoice=invoice):
            line = texts.WHAT_INVOICE.format(number=inline(number), invoice=inline(invoice))
        case SendReminder():
            line = _what_is_due(command)
        case IssueInvoice(proposal=proposal, version=version):
            line = texts.WHAT_ISSUE.format(proposal=inline(proposal), version=version)
        case IssueCreditNote():
            line = _what_is_reversed(command)
        case SendCreditNote(number=number, credit_note=note, invoice=invoice):
            line = texts.WHAT_CREDIT_NOTE.format(
                number=inline(number), note=inline(note), invoice=inline(invoice)
            )
        case SendCorrection():
            line = _what_is_corrected(command)
        case SendSpecimen():
            line = texts.BRIEF_SPECIMEN
        case ReopenCase(case=case, outcome=outcome):
            line = texts.WHAT_REOPEN.format(case=inline(case), outcome=inline(outcome))
        case _:
            assert_never(command)
    return Row(texts.ROW_WHAT, (line,), important=True, brief=(brief.what(command),))


def _what_is_due(command: SendReminder) -> str:
    return texts.WHAT_REMINDER.format(
        kind=inline(command.kind),
        step=command.step,
        number=inline(command.number),
        invoice=inline(command.invoice),
        day=command.due_on.isoformat(),
    )


def _what_is_reversed(command: IssueCreditNote) -> str:
    return texts.WHAT_CREDIT.format(
        number=inline(command.number),
        invoice=inline(command.invoice),
        day=command.invoice_date.isoformat(),
    )


def _what_is_corrected(command: SendCorrection) -> str:
    line = texts.WHAT_CORRECTION.format(action=inline(command.corrects))
    if not command.proposal and not command.version:
        return line
    offer = texts.WHAT_WITHDRAWN.format(proposal=inline(command.proposal), version=command.version)
    return f"{line}; {offer}"


def to_whom(command: Command, contact: Contact | None) -> Row:
    """The recipient, and what is remarkable about them."""
    name = who(contact)
    if not isinstance(command, MailCommand):
        whole = (f"{name} ({inline(command.contact)})",)
        return Row(texts.ROW_TO, whole, important=True, brief=(name,))
    address = f"{name} <{inline(command.to)}>"
    remarks = tuple(_remarks(command.to, contact))
    lines = (f"{address} ({inline(command.contact)})", *remarks)
    first = f", {texts.BRIEF_FIRST}" if texts.TO_FIRST in remarks else ""
    warnings = (each for each in remarks if each != texts.TO_FIRST)
    return Row(texts.ROW_TO, lines, important=True, brief=(f"{address}{first}", *warnings))


LONGEST_ADVICE: Final = 900
"""Signs of advice: it names the earlier deals an offer follows, each with customer and day."""


def advice(text: str) -> tuple[Row, ...]:
    """What Coo recommends; nothing where it recommends nothing."""
    if not text.strip():
        return ()
    whole = one_line(text, LONGEST_ADVICE)
    return (Row(texts.ROW_ADVICE, (whole,), brief=brief.advice(text)),)


def _remarks(to: str, contact: Contact | None) -> Iterator[str]:
    if contact is None:
        yield texts.TO_STRANGER
    elif contact.address.lower() != to.lower():
        yield texts.TO_OTHER_ADDRESS.format(address=inline(contact.address))
    elif not contact.mails_sent:
        yield texts.TO_FIRST


def who(contact: Contact | None) -> str:
    """How a contact is called, or that nobody is known."""
    if contact is None:
        return texts.NOBODY_KNOWN
    return one_line(contact.name or contact.organisation or contact.address or contact.id, 60)


def how_much(command: Command) -> Iterator[Row]:
    """The amount, and for an invoice the lines behind it. A reply has none."""
    match command:
        case SendReply() | SendCorrection() | SendSpecimen() | ReopenCase():
            return
        case SendProposal(total=total) | SendInvoice(total=total) | SendCreditNote(total=total):
            yield Row(texts.ROW_AMOUNT, (_gross(total),), important=True)
        case SendReminder(total=total):
            yield Row(texts.ROW_AMOUNT, (_gross(total),), important=True)
        case IssueCreditNote():
            yield Row(texts.ROW_AMOUNT, tuple(_invoice_amounts(command)), important=True)
            yield Row(texts.ROW_PAID, (_paid(command.paid),), important=True)
            yield from parts(command)
            yield _lines(command)
            yield from taxes(command)
            yield Row(texts.ROW_REASON, (inline(command.reason) or texts.NO_REASON,))
        case IssueInvoice():
            yield Row(texts.ROW_AMOUNT, tuple(_invoice_amounts(command)), important=True)
            yield from parts(command)
            yield _lines(command)
            yield from taxes(command)
            yield Row(texts.ROW_DATES, (_dates(command),))
        case _:
            assert_never(command)


def rest(command: Command) -> Iterator[Row]:
    """What else is in the bytes: subject, documents, thread, and the checks before it runs."""
    if isinstance(command, MailCommand):
        yield Row(texts.ROW_SUBJECT, (inline(command.subject),))
        if command.attachments:
            documents = tuple(map(_document, command.attachments))
            yield Row(texts.ROW_DOCUMENTS, documents, brief=brief.documents(command))
        if command.in_reply_to or command.references:
            yield Row(texts.ROW_THREAD, tuple(_thread(command)), brief=())
    if command.preconditions:
        yield Row(texts.ROW_CHECKS, tuple(map(check, command.preconditions)), brief=())


def attachments(command: Command) -> tuple[Attached, ...]:
    """The very documents that leave with the command, found by the hash that is approved."""
    if not isinstance(command, MailCommand):
        return ()
    return tuple(
        Attached(name=one_line(part.name), media_type=part.media_type, blob=part.sha256)
        for part in command.attachments
    )


def body(command: Command) -> str:
    """The full text of the mail, "" where there is none."""
    return command.body if isinstance(command, MailCommand) else ""


def check(precondition: Precondition) -> str:  # noqa: C901 - one arm a kind, nothing nested
    """One thing that must still be true right before it runs."""
    match precondition:
        case InvoiceUnpaid(invoice):
            return texts.CHECK_UNPAID.format(invoice=inline(invoice))
        case InvoiceNotIssued(proposal):
            return texts.CHECK_NOT_ISSUED.format(proposal=inline(proposal))
        case PartNotIssued(proposal, place):
            return texts.CHECK_PART.format(proposal=inline(proposal), place=place)
        case ProposalOpen(proposal, version):
            return texts.CHECK_OPEN.format(proposal=inline(proposal), version=version)
        case ProposalIsAccepted(proposal, version):
            return texts.CHECK_ACCEPTED.format(proposal=inline(proposal), version=version)
        case NoFactSince(case, version):
            return texts.CHECK_NO_FACT.format(case=inline(case), version=version)
        case InvoiceNotCredited(invoice):
            return texts.CHECK_NOT_CREDITED.format(invoice=inline(invoice))
        case InvoicePaidSoFar(invoice, paid):
            return texts.CHECK_PAID.format(invoice=inline(invoice), amount=amount_words(paid))
        case ProposalNotAccepted(proposal):
            return texts.CHECK_NOT_ACCEPTED.format(proposal=inline(proposal))
        case CaseIsClosed(case):
            return texts.CHECK_CLOSED.format(case=inline(case))
        case _:
            assert_never(precondition)


def _lines(command: IssueInvoice | IssueCreditNote) -> Row:
    return Row(texts.ROW_LINES, tuple(map(_line, command.lines)), brief=brief.lines(command))


def _gross(total: Money) -> str:
    return texts.GROSS.format(amount=amount_words(total))


def _paid(paid: Money) -> str:
    amount = amount_words(paid)
    return (texts.PAID_SO_FAR if paid.minor else texts.NOTHING_PAID).format(amount=amount)


def _invoice_amounts(command: IssueInvoice | IssueCreditNote) -> Iterator[str]:
    yield _gross(command.total)
    if len(currencies(command)) > 1:
        yield texts.LINES_MIXED
        return
    sums = asked_for(command.lines, command.part, command.total.currency)
    yield texts.NET.format(amount=amount_words(sums.net))
    for tax in sums.taxes:
        rate, amount = percent_plain(tax.rate_bp), amount_words(tax.tax)
        yield texts.TAX_LINE.format(rate=rate, amount=amount)
    if sums.gross != command.total:
        yield texts.LINES_DIFFER.format(amount=amount_words(sums.gross))


def _line(line: Line) -> str:
    price = amount_words(line.unit_price)
    parts = [f"{line.quantity} {inline(line.unit)} × {inline(line.description)} at {price} net"]
    if line.discount_bp:
        parts.append(texts.LESS.format(percent=percent_plain(line.discount_bp)))
    parts.append(texts.LINE_TAX.format(rate=percent_plain(line.tax_bp), item=inline(line.item)))
    return ", ".join(parts)


def _dates(command: IssueInvoice) -> str:
    days = counted(command.due_days, "day")
    return texts.DATES.format(service=command.service_date.isoformat(), days=days)


def _document(part: Attachment) -> str:
    kind, name = inline(part.media_type), inline(part.name)
    exact = f"{part.size:,} bytes"
    return f"{name} ({kind}, {exact}, sha256 {part.sha256[:SHA_SIGNS]})"


def _thread(command: MailCommand) -> Iterator[str]:
    yield texts.IN_REPLY_TO.format(mail=inline(command.in_reply_to) or texts.NO_MAIL)
    if command.references:
        yield texts.REFERS_TO.format(mails=", ".join(map(inline, command.references)))
