"""The playbook for a request like earlier ones: the offer follows what was agreed, and says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph.amounts import amount_words, day_words, percent_words
from graph.answers import offer_option
from graph.moves import Choice, Decide, Why, Wording
from graph.planners import wording
from graph.planners.given_word import standing_terms
from graph.planners.steps import ASK_CUSTOMER, DECLINE, REPLY, asking, offering, sources
from graph.precedent import Following, Refused, following
from graph.situation import Situation
from graph.slots import Slots
from graph.terms import Terms, list_lines, priced
from ledger.domain.applied import DELIVERY_DAYS, days_of, price_said
from ledger.domain.precedents import Lesson, PastDeal, Refusal
from ledger.domain.values import PLAYBOOK, Money, Provenance, Trust

MOST_CITED = 3


def as_agreed_before(s: Situation, slots: Slots) -> Choice | None:
    """The offer that follows similar deals, or a question; None where nothing is to be followed."""
    found = following(
        s.company,
        slots.wanted,
        s.precedents,
        today=s.today,
        deadline=slots.deadline,
        language=s.language,
        said=_said(s, slots),
        delivery_said=days_of(s.known, DELIVERY_DAYS) is not None,
    )
    match found:
        case Following():
            return _offer(s, slots, found)
        case Refused():
            return _ask(s, slots, found)
        case None:
            return None


def _said(s: Situation, slots: Slots) -> Terms | None:
    """The terms that the operator told for this contact or item; they come before what was done."""
    standing = standing_terms(s)
    told = any(price_said(s.company, s.known, one.item) for one in slots.wanted)
    return standing if told or standing != Terms() else None


def _offer(s: Situation, slots: Slots, found: Following) -> Choice:
    cited = tuple(dict.fromkeys(fact for deal in found.cited for fact in deal.facts))
    basis = Provenance(
        sources=(*sources(s), *cited),
        trust=Trust.VERIFIED,
        note=f"{_price_note(found)} × the quantities the customer asked for",
    )
    offer = offering(
        s, slots.wanted, found.terms, Why.FIRST, basis, id_="offer",
        reason=" ".join(reasons(s, slots, found)), wording=Wording(learned=found.lessons),
    )  # fmt: skip
    if offer.id != "offer":
        return offer
    return Choice(
        id=offer.id,
        moves=(*offer.moves, _decision(s, slots, found, cited)),
        why=offer.why,
        not_taken=(("offer it as if nothing like it had been agreed", "similar deals say more"),),
    )


def _decision(s: Situation, slots: Slots, found: Following, cited: tuple[str, ...]) -> Decide:
    price = priced(s.company, slots.wanted, found.terms, today=s.today)
    net = wording.net_words(price.sums.net.minor, s.company.currency, price.discount_bp)
    refused = (
        (f"offer {_off(one.discount_bp)}", "the operator refused it") for one in found.refused
    )
    plain = (("the list price", "similar deals were agreed otherwise"),)
    return Decide(
        topic="offer",
        chosen=f"{net}, delivery in {price.delivery_days} days",
        by=PLAYBOOK,
        evidence=(*sources(s), *cited),
        alternatives=(*(plain if price.discount_bp else ()), *refused),
        about=s.deal.case,
    )


def reasons(s: Situation, slots: Slots, found: Following) -> Iterator[str]:
    """What the card says: what is asked for, then each value with the deals it follows."""
    yield f"They ask for {wording.things(s.company, slots.wanted)}, which is on the price list."
    price, delivery = found.price_from, found.delivery_from
    if price:
        yield f"{_price(found)}, as agreed in {cited_words(price)}."
    if delivery and [one.proposal for one in delivery] == [one.proposal for one in price]:
        yield f"Delivery in {found.terms.delivery_days} days, as agreed there."
    elif delivery:
        yield f"Delivery in {found.terms.delivery_days} days, as agreed in {cited_words(delivery)}."
    for one in found.refused:
        yield f"Not {_off(one.discount_bp)}: {refusal_words(one)}."
    if found.lessons:
        yield f"Worded as you changed earlier drafts: {lessons_words(found.lessons)}."


def cited_words(deals: Iterable[PastDeal]) -> str:
    """`P-7K2M (this customer, 2026-11-24, paid), P-9QX1 (@con-…, 2026-11-26, accepted)`"""
    every = list(deals)
    words = [_cited(deal) for deal in every[:MOST_CITED]]
    more = len(every) - MOST_CITED
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def refusal_words(one: Refusal) -> str:
    """`Nora Lindt refused it in P-7K2M for @con-… on 24 November 2026`"""
    whom = "this customer" if one.same else f"@{one.contact}"
    return f"{one.by} refused it in {one.number} for {whom} on {day_words(one.refused_on)}"


def lessons_words(lessons: Iterable[Lesson]) -> str:
    """`greeting (P-7K2M, P-9QX1, P-3ABC)`; the words themselves stand in the draft, sealed."""
    return "; ".join(f"{one.change} ({', '.join(dict.fromkeys(one.numbers))})" for one in lessons)


def _cited(deal: PastDeal) -> str:
    who = "this customer" if deal.same else f"@{deal.contact}"
    return f"{deal.number} ({who}, {deal.agreed_on}, {'paid' if deal.paid else 'accepted'})"


def _price(found: Following) -> str:
    if found.capped_bp:
        return (
            f"Your guardrails' most, since {percent_words(found.capped_bp)} off is more than that"
        )
    agreed = found.price_from[0].discount_bp
    return _off(agreed).capitalize()


def _price_note(found: Following) -> str:
    numbers = ", ".join(deal.number for deal in found.price_from[:MOST_CITED])
    return f"list price less what was agreed in {numbers}" if numbers else "list price"


def _off(basis_points: int) -> str:
    return f"{percent_words(basis_points)} off the list" if basis_points else "the list price"


def _ask(s: Situation, slots: Slots, found: Refused) -> Choice:
    why = "; ".join(f"{_off(one.discount_bp)}: {refusal_words(one)}" for one in found.refused)
    full = (line.net for line in list_lines(s.company, slots.wanted))
    net = amount_words(sum(full, start=Money(0, s.company.currency)))
    text = (
        f"They ask for {wording.things(s.company, slots.wanted)}, {net} net by the list. I do not "
        f"offer again what you refused ({why}). At which price shall I offer it? "
        f"{wording.FREE_TEXT}"
    )
    options = (offer_option(slots.wanted, "Offer it at list price"), ASK_CUSTOMER, DECLINE, REPLY)
    return asking(s, "request", text, "You refused that price before.", options)
