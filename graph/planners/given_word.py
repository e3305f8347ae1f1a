"""What the operator said before, where an offer rests on it: named, with its day, on the card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from graph.amounts import amount_words, day_words, percent_words
from graph.situation import Situation
from graph.slots import Wanted
from graph.terms import Terms
from ledger.domain.applied import DISCOUNT, percent_of, price_said, said_of
from ledger.domain.knowledge import Knowledge, MoneyValue
from ledger.domain.values import Provenance, Trust


def standing_terms(s: Situation) -> Terms:
    """The price list, less the discount that was promised to this contact."""
    return Terms(discount_bp=percent_of(s.known, DISCOUNT) or 0)


def with_word(
    s: Situation, wanted: Sequence[Wanted], terms: Terms, basis: Provenance
) -> Provenance:
    """Where the figures of an offer come from, with what was said about its prices.

    Prices that are all the operator's own words are as trusted as the operator; an amount that a
    customer named stays what it is.
    """
    words = [*_behind(s, wanted, terms)]
    if not words:
        return basis
    own = basis.trust is Trust.VERIFIED and all(_price(s, one.item) for one in wanted)
    return replace(
        basis,
        sources=tuple(dict.fromkeys([*(one.fact for one in words), *basis.sources])),
        trust=Trust.OPERATOR if own else basis.trust,
        note=" ".join([basis.note + ";", *words_behind(s, wanted, terms)]),
    )


def words_behind(s: Situation, wanted: Sequence[Wanted], terms: Terms) -> list[str]:
    """A sentence for each word of the operator that an offer rests on."""
    return [_sentence(s, one) for one in _behind(s, wanted, terms)]


def said_on(known: Knowledge) -> str:
    """`you said so on 22 November 2026`"""
    return f"you said so on {day_words(known.recorded_at.date())}"


def _behind(s: Situation, wanted: Sequence[Wanted], terms: Terms) -> Iterator[Knowledge]:
    for item in dict.fromkeys(one.item for one in wanted):
        price = _price(s, item)
        if price is not None:
            yield price
    discount = said_of(s.known, DISCOUNT)
    if discount is not None and terms == standing_terms(s) != Terms():
        yield discount


def _price(s: Situation, item: str) -> Knowledge | None:
    return price_said(s.company, s.known, item)


def _sentence(s: Situation, known: Knowledge) -> str:
    if not isinstance(known.value, MoneyValue):
        off = percent_words(percent_of(s.known, DISCOUNT) or 0)
        return f"{off} off: {said_on(known)}."
    item_id = known.topic.partition(":")[2]
    item = (s.configured or s.company).item(item_id)
    title = item.title if item else item_id
    theirs = known.subject != item_id
    why = "what was said for them counts" if theirs else "your later word counts"
    listed = f" (company.yaml: {amount_words(item.price)}; {why})" if item else ""
    return f"{title} at {amount_words(known.value.amount)}: {said_on(known)}{listed}."
