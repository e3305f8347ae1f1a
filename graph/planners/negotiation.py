"""The playbook for a counter-offer: what is asked, what Coo may grant, what it must ask about.

Amounts of unknown basis are taken as net where that reading makes sense, and the answer says so
(it always shows net, tax and total). A percentage is off the list price.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from graph.amounts import day_words
from graph.answers import terms_option
from graph.deal import Offer
from graph.moves import Choice, Why
from graph.planners import wording
from graph.planners.steps import (
    DECLINE,
    HOLD,
    REPLY,
    asking,
    asking_customer,
    by_customer,
    by_list,
    offering,
)
from graph.situation import Situation
from graph.slots import About, AmountSlot, Basis, Slots
from graph.terms import (
    Priced,
    Terms,
    Unpriceable,
    list_lines,
    minimum_net,
    net_behind,
    priced,
)
from ledger.domain.company import Negotiation
from ledger.domain.errors import CurrencyMismatch
from ledger.domain.events import Option

_FAR_BELOW = 2
"""A sum below our price divided by this is hardly meant as a price: nothing is granted on it."""


class Asked(Struct, frozen=True, kw_only=True):
    """What the customer asks for. `terms` of None: no price. `net` is what it would come to.

    `doubt` says in words why it cannot be told; then nothing is granted.
    """

    terms: Terms | None = None
    net: int = 0
    doubt: str = ""


def on_counter(s: Situation, slots: Slots, offer: Offer) -> tuple[Choice, ...]:
    """The choices after a counter-offer to `offer`, the playbook's own first."""
    asked = asked_of(s, slots, offer)
    doubts = [*slots.unsure, *([asked.doubt] if asked.doubt else [])]
    if doubts:
        return (_ask(s, slots, offer, asked, wording.doubts(doubts)), asking_customer())
    hurry = _hurry(s, slots)
    if hurry:
        return (_ask(s, slots, offer, asked, hurry),)
    if asked.terms is None:
        return (_ask(s, slots, offer, asked, "they ask for less without saying how much"),)
    if asked.net * _FAR_BELOW < offer.net.minor:
        return (_ask(s, slots, offer, asked, "what they name is far from our price"),)
    if s.company.guardrails.negotiation is Negotiation.ASK:
        return (_ask(s, slots, offer, asked, "you decide on every counter-offer"),)
    if any(word.version == offer.version for word in s.deal.told):
        return (_ask(s, slots, offer, asked, "you told them this price yourself"),)
    return _granted(s, slots, offer, asked)


def asked_of(s: Situation, slots: Slots, offer: Offer) -> Asked:
    """The price that is asked for, as terms and as a net sum."""
    asked = [slot for slot in slots.amounts if _is_asked(slot, offer)]
    if len({(slot.minor, slot.about) for slot in asked}) > 1 or (asked and slots.discount_bp):
        return Asked(doubt="which of several amounts they ask for")
    try:
        if asked:
            return _amount(s, asked[0], offer)
        return _discount(s, slots.discount_bp, offer) if slots.discount_bp else Asked()
    except (Unpriceable, CurrencyMismatch) as error:
        return Asked(doubt=str(error))


def best_terms(s: Situation, offer: Offer) -> Terms:
    """The lowest price Coo may offer alone: the maximum discount, no item below its floor."""
    most = s.company.guardrails.max_discount_bp
    try:
        priced(s.company, offer.wanted, Terms(discount_bp=most), today=s.today)
    except Unpriceable:
        return Terms(net=minimum_net(s.company, offer.wanted, max_bp=most))
    return Terms(discount_bp=most)


def price_of(s: Situation, offer: Offer, terms: Terms | None) -> Priced | None:
    """What the offer would cost on other terms; None where they cannot be met."""
    try:
        return priced(s.company, offer.wanted, terms, today=s.today) if terms else None
    except (Unpriceable, CurrencyMismatch):
        return None


def _granted(s: Situation, slots: Slots, offer: Offer, asked: Asked) -> tuple[Choice, ...]:
    if asked.terms is None:
        return (_ask(s, slots, offer, asked, "they name no price"),)
    ask = _ask(s, slots, offer, asked, "you may prefer to decide")
    wanted = price_of(s, offer, asked.terms)
    if wanted is not None and _within(s, wanted):
        agree = offering(
            s, offer.wanted, asked.terms, Why.AGREED,
            by_customer(s, "asked for by the customer, within the guardrails"),
            id_="agree", reason=f"{_net(s, wanted)} is within the guardrails.",
        )  # fmt: skip
        return (agree, ask)
    best = price_of(s, offer, best_terms(s, offer))
    left = s.company.guardrails.rounds - s.deal.rounds
    if best is None or best.sums.net.minor >= offer.net.minor or left <= 0:
        why = "they insist below the guardrails, and Coo has made its best offer"
        return (_ask(s, slots, offer, asked, why),)
    counter = offering(
        s, offer.wanted, best_terms(s, offer), Why.COUNTER,
        by_list(s, "list price less the guardrails' maximum discount, no item below its floor"),
        id_="counter", reason=f"They ask for less than you allow; {_net(s, best)} is the least.",
    )  # fmt: skip
    return (counter, ask)


def _within(s: Situation, wanted: Priced) -> bool:
    """No more than the maximum discount on the sum and on each item."""
    most = s.company.guardrails.max_discount_bp
    prices = {item.id: item.price.minor for item in s.company.prices}
    least = [prices[line.item] * (10_000 - most) * line.quantity for line in wanted.lines]
    each = all(
        line.discount_bp <= most
        if line.unit_price.minor == prices[line.item]
        else line.net.minor * 10_000 >= low
        for line, low in zip(wanted.lines, least, strict=True)
    )
    return each and wanted.discount_bp <= most


def _is_asked(slot: AmountSlot, offer: Offer) -> bool:
    ours = {offer.net.minor, offer.total.minor}
    return slot.about not in (About.PAID, About.CLAIMED) and slot.minor not in ours


def _discount(s: Situation, points: int, offer: Offer) -> Asked:
    wanted = price_of(s, offer, Terms(discount_bp=points))
    net = wanted.sums.net.minor if wanted else 0
    if points <= offer.discount_bp:
        return Asked(doubt="whether the percentage is meant on top of the discount they have")
    return Asked(terms=Terms(discount_bp=points), net=net)


def _amount(s: Situation, slot: AmountSlot, offer: Offer) -> Asked:
    if slot.currency not in ("", s.company.currency):
        return Asked(doubt=f"the amount is in {slot.currency}")
    match slot.about:
        case About.OFF:
            return _as_net(s, offer, offer.net.minor - slot.minor)
        case About.UNIT:
            return _each(s, slot, offer)
        case _ if slot.basis is Basis.GROSS:
            return _as_gross(s, offer, slot.minor)
        case _ if slot.basis is Basis.NET or slot.minor < offer.net.minor:
            return _as_net(s, offer, slot.minor)
        case _ if slot.minor < offer.total.minor:
            return Asked(doubt="whether the amount is before or after tax")
        case _:
            return Asked(doubt="why they name more than our price")


def _each(s: Situation, slot: AmountSlot, offer: Offer) -> Asked:
    if len(offer.wanted) != 1 or slot.basis is Basis.GROSS:
        return Asked(doubt="which item the price per piece is for")
    return _as_net(s, offer, slot.minor * offer.wanted[0].quantity)


def _as_net(s: Situation, offer: Offer, net: int) -> Asked:
    if net <= 0 or net >= offer.net.minor:
        return Asked(doubt="why they name no less than our price")
    full = sum(line.net.minor for line in list_lines(s.company, offer.wanted))
    exact = (full - net) * 10_000
    terms = Terms(net=net)
    if full and exact % full == 0:
        terms = Terms(discount_bp=exact // full)
        wanted = price_of(s, offer, terms)
        terms = terms if wanted and wanted.sums.net.minor == net else Terms(net=net)
    return Asked(terms=terms, net=net)


def _as_gross(s: Situation, offer: Offer, gross: int) -> Asked:
    net = net_behind(s.company, list_lines(s.company, offer.wanted), gross)
    if gross <= 0 or net >= offer.net.minor:
        return Asked(doubt="why they name no less than our price")
    return Asked(terms=Terms(gross=gross), net=net)


def _hurry(s: Situation, slots: Slots) -> str:
    """Why their date is too soon; "" where it is not."""
    if slots.deadline is None:
        return ""
    days, least = (slots.deadline - s.today).days, s.company.guardrails.deadline_days
    if days >= least:
        return ""
    when = day_words(slots.deadline)
    return f"they want it by {when}, in {days} days, and the earliest you allow is {least}"


def _ask(s: Situation, slots: Slots, offer: Offer, asked: Asked, why: str) -> Choice:
    text = f"Counter-offer to {wording.number_of(s.deal)} at {wording.offer_words(offer)}"
    if asked.net:
        text += f": they ask for {wording.net_words(asked.net, s.company.currency)} (taken as net)"
    return asking(
        s, "counter", f"{text}. I ask because {why}. What shall I answer?", why,
        tuple(_options(s, slots, offer, asked)), recommendation=_advice(s, offer),
    )  # fmt: skip


def _options(s: Situation, slots: Slots, offer: Offer, asked: Asked) -> Iterator[Option]:
    days = max(0, (slots.deadline - s.today).days) if slots.deadline and _hurry(s, slots) else 0
    wanted = price_of(s, offer, asked.terms)
    if asked.terms is not None and wanted is not None:
        yield terms_option(asked.terms, f"Agree to {_net(s, wanted)}, delivery as we offered")
        if days:
            yield terms_option(
                _with_days(asked.terms, days), f"Agree to {_net(s, wanted)} in {days} days"
            )
    best = price_of(s, offer, best_terms(s, offer))
    cheaper = best is not None and best.sums.net.minor < offer.net.minor
    if best is not None and cheaper and (wanted is None or best.sums.net != wanted.sums.net):
        yield terms_option(best_terms(s, offer), f"Offer {_net(s, best)}, the guardrails' best")
    yield from (HOLD, DECLINE, REPLY)


def _with_days(terms: Terms, days: int) -> Terms:
    return Terms(
        discount_bp=terms.discount_bp, net=terms.net, gross=terms.gross, delivery_days=days
    )


def _advice(s: Situation, offer: Offer) -> str:
    best = price_of(s, offer, best_terms(s, offer))
    if best is None or best.sums.net.minor >= offer.net.minor:
        return "Hold our price: it is already the guardrails' best."
    return f"Offer {_net(s, best)}: the most the guardrails allow."


def _net(s: Situation, wanted: Priced) -> str:
    return wording.net_words(wanted.sums.net.minor, s.company.currency, wanted.discount_bp)
