"""Which texts a plan needs, and everything an agent is told to write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from graph.agents.reading import clean_name
from graph.agents.reminder_texts import REMINDER
from graph.briefs import Brief, Due, Quote, Reversed, brief_json
from graph.deal import Doing, Offer
from graph.moves import (
    AnyMove,
    CorrectMail,
    OfferProposal,
    RecordTold,
    Remind,
    SendAgain,
    SendCreditNote,
    SendInvoice,
    Why,
    Wording,
    WriteToCustomer,
)
from graph.situation import Situation
from graph.state import Json
from graph.taxing import kind_of, tax_of
from graph.terms import Priced, Terms, priced, title_of, without_floors
from ledger.domain.applied import ADDRESS, LANGUAGE, words_of
from ledger.domain.billing import BillingPlan
from ledger.domain.company import Language
from ledger.domain.entities import Contact, Forms
from ledger.domain.facts import short_id
from ledger.domain.forms import PRONOUNS, Form, addressing
from ledger.domain.tax import TaxKind
from ledger.domain.tax_notes import mail_note
from ledger.domain.values import totals


def briefs_for(s: Situation, moves: Sequence[AnyMove], contact: Contact | None) -> list[Json]:
    """One brief for every move that needs a text."""
    return [
        brief_json(brief)
        for step, move in enumerate(moves)
        for brief in _briefs(s, step, move, contact)
    ]


def proposal_ids(s: Situation) -> tuple[str, str, int]:
    """(id, number, next version) of the case's proposal."""
    deal = s.deal
    proposal = deal.proposal or short_id("pro", deal.case)
    number = deal.number or f"P-{proposal.partition('-')[2].upper()}"
    return proposal, number, (deal.offer.version if deal.offer else 0) + 1


def priced_for(s: Situation, move: OfferProposal | RecordTold, contact: Contact | None) -> Priced:
    """The offer behind a move, its titles in the customer's language. Raises `Unpriceable`."""
    language = language_of(s, contact)
    told = isinstance(move, RecordTold) or is_told(s, move.terms)
    company = without_floors(s.company) if told else s.company
    return priced(company, move.lines, move.terms, today=s.today, language=language)


def is_told(s: Situation, terms: Terms) -> bool:
    """Whether these terms are what the operator told the customer himself."""
    word = s.deal.bound
    price = word.price.minor if word and word.price else 0
    return bool(price) and price in (terms.net, terms.gross)


def plan_for(s: Situation, move: OfferProposal) -> BillingPlan | None:
    """How an offer is billed: as was said, else as before, else as company.yaml says. None: all on
    acceptance.

    A package of the price list goes before the company's plan, where no other on the offer differs.
    """
    plan = move.plan
    if plan is None and s.deal.offer is not None:
        plan = s.deal.offer.plan
    elif plan is None:
        packages = {item.billing for line in move.lines if (item := s.company.item(line.item))}
        own = packages.pop() if len(packages) == 1 else None
        plan = own if own is not None else s.company.billing
    return plan if plan and plan.parts else None


def language_of(s: Situation, contact: Contact | None) -> Language:
    """Theirs where Coo writes it: as you said, as they write, as we know them; else ours."""
    preferred = words_of(s.known, LANGUAGE)
    heard = s.slots.language if s.slots and s.deal.heard and s.deal.heard.sender != "other" else ""
    for wanted in (preferred, heard, s.deal.language, contact.language if contact else ""):
        if wanted in set(Language):
            return Language(wanted)
    return s.company.language


def address_of(s: Situation, contact: Contact | None, wording: Wording) -> str:
    """How the mail addresses them: `du` or `tu`, `Sie` or `vous`, `first name`.

    "" where nothing was said and it is formal, as is the custom.
    """
    said = wording.address or words_of(s.known, ADDRESS)
    if said:
        return said
    due = addressing(s.known, contact.forms if contact else Forms(), s.company.voice)
    pronouns = PRONOUNS.get(language_of(s, contact), {})
    return pronouns.get(due.form, "") if due.form is Form.FAMILIAR else ""


def _briefs(s: Situation, step: int, move: AnyMove, contact: Contact | None) -> Iterator[Brief]:
    match move:
        case OfferProposal():
            _, number, version = proposal_ids(s)
            price = priced_for(s, move, contact)
            note = _tax_note(s, contact, kind_of(tax_of(s, price.lines)))
            quote = replace(_quote(number, version, price), plan=plan_for(s, move))
            yield _brief(s, step, move.why, contact, move.wording, quote=quote, tax_note=note)
        case WriteToCustomer():
            yield _reply(s, step, move, contact)
        case SendInvoice():
            yield from _invoice(s, step, contact, move.wording)
        case Remind():
            yield from _reminder(s, step, move.step, contact, move.wording)
        case SendCreditNote():
            yield from _credit_note(s, step, contact, move.wording)
        case CorrectMail():
            yield _correction(s, step, move, contact)
        case SendAgain():
            yield from _again(s, step, move, contact)
        case _:
            return


def _tax_note(s: Situation, contact: Contact | None, kind: TaxKind | None) -> str:
    """What the law wants said of this kind of tax, in the language of the mail."""
    home = TaxKind.SMALL_BUSINESS if s.company.tax.exempt else None
    return mail_note(kind or home, s.company, language_of(s, contact))


def _invoice(s: Situation, step: int, contact: Contact | None, wording: Wording) -> Iterator[Brief]:
    bill = s.deal.bill
    if bill is not None:
        due = Due(number=bill.number, total=bill.total, due_on=bill.due_on)
        note = _tax_note(s, contact, bill.tax)
        yield _brief(s, step, "invoice", contact, wording, due=due, tax_note=note)


def _reminder(
    s: Situation, step: int, reminder: int, contact: Contact | None, wording: Wording
) -> Iterator[Brief]:
    bill, steps = s.deal.owing, s.company.reminders
    if bill is not None and reminder <= len(steps):
        due = Due(number=bill.number, total=bill.open, due_on=bill.due_on)
        purpose = f"{REMINDER}{steps[reminder - 1].kind.value}"
        yield _brief(s, step, purpose, contact, wording, due=due)


def _credit_note(
    s: Situation, step: int, contact: Contact | None, wording: Wording
) -> Iterator[Brief]:
    bill = s.deal.bill
    if bill is not None and bill.credit is not None:
        credit = bill.credit
        note = Reversed(number=credit.number, invoice=bill.number, total=credit.total)
        law = _tax_note(s, contact, bill.tax)
        yield _brief(s, step, "credit", contact, wording, reversed=note, tax_note=law)


def _correction(s: Situation, step: int, move: CorrectMail, contact: Contact | None) -> Brief:
    doing = s.deal.action(move.action)
    purpose = "withdrawal" if doing and doing.version else "correction"
    return _brief(s, step, purpose, contact, move.wording, said=move.said)


def _again(s: Situation, step: int, move: SendAgain, contact: Contact | None) -> Iterator[Brief]:
    """An earlier offer in other words; an unchanged text needs no agent."""
    doing = s.deal.action(move.action)
    if doing is not None and doing.name == "SendInvoice":
        yield from _invoice(s, step, contact, move.wording)
    if doing is not None and doing.name == "SendReminder":
        yield from _reminder(s, step, doing.version, contact, move.wording)
    if doing is not None and doing.name == "SendCreditNote":
        yield from _credit_note(s, step, contact, move.wording)
    if doing is None or not needs_text(doing, move):
        return
    offer = s.deal.version(doing.version)
    if doing.name == "SendProposal" and offer is not None:
        why = Why.REVISED if s.deal.sent_offer else Why.FIRST
        quote = _stored_quote(s, offer)
        note = _tax_note(s, contact, offer.tax)
        yield _brief(s, step, why, contact, move.wording, quote=quote, tax_note=note)
    elif doing.name in {"SendReply", "SendCorrection"}:
        purpose = doing.purpose or "correction"
        wording = Wording(
            body=move.wording.body or doing.body, subject=move.wording.subject or doing.subject
        )
        yield _brief(s, step, purpose, contact, wording)


def needs_text(doing: Doing, move: SendAgain) -> bool:
    """Whether sending it again needs a new text."""
    return move.wording != Wording() or not doing.body


def _reply(s: Situation, step: int, move: WriteToCustomer, contact: Contact | None) -> Brief:
    language = language_of(s, contact)
    wanted = [item for item in s.company.prices if item.id in move.items] or (
        list(s.company.prices) if move.purpose == "clarify" else []
    )
    return _brief(
        s,
        step,
        move.purpose,
        contact,
        move.wording,
        titles=tuple(title_of(item, language) for item in wanted),
        prices=tuple(item.price for item in wanted) if move.purpose == "prices" else (),
        said=move.said,
    )


def _brief(
    s: Situation,
    step: int,
    purpose: str,
    contact: Contact | None,
    wording: Wording,
    **more: object,
) -> Brief:
    fields: dict[str, object] = {
        "step": step,
        "purpose": str(purpose),
        "language": language_of(s, contact),
        "name": clean_name(contact.name) if contact else "",
        "company": s.company.name,
        "signer": s.company.operator.name,
        "voice": s.company.voice,
        "tone": wording.tone,
        "address": address_of(s, contact, wording),
        "thread": s.deal.subject,
        "met_before": _met_before(s, contact),
        "number": s.deal.number,
        "subject": wording.subject,
        "body": wording.body,
        "case": s.deal.case,
        "cause": s.fact.id,
        "person": s.deal.person,
        "contact": s.deal.contact,
        "learned": wording.learned,
    }
    return Brief(**{**fields, **more})  # type: ignore[arg-type]  # the fields are typed right above


def _met_before(s: Situation, contact: Contact | None) -> bool:
    """Whether memory knows an earlier case of this very contact; no other is ever mentioned."""
    if contact is None or s.deal.offers:
        return False
    own = set(contact.cases) - {s.deal.case}
    return any(one.case in own for one in s.recalled)


def _quote(number: str, version: int, price: Priced) -> Quote:
    return Quote(
        number=number,
        version=version,
        lines=price.lines,
        sums=price.sums,
        valid_until=price.valid_until,
        delivery_days=price.delivery_days,
    )


def _stored_quote(s: Situation, offer: Offer) -> Quote:
    return Quote(
        number=s.deal.number,
        version=offer.version,
        lines=offer.lines,
        sums=totals(offer.lines, s.company.currency),
        valid_until=offer.valid_until,
        delivery_days=offer.delivery_days,
        plan=offer.plan,
    )
