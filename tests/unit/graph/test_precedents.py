"""What a new offer takes over from agreed ones, and what it never does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from bot.company.text import defaults
from graph.precedent import FEWEST, Following, Refused, following
from graph.slots import Wanted
from graph.terms import Terms, priced
from ledger.domain.precedents import Change, Lesson, PastDeal, Precedents, Refusal
from ledger.domain.values import Line, totals

TODAY = date(2026, 12, 1)
COMPANY = defaults()
WEBSITE = (Wanted("website", 1),)


def lines(*wanted: Wanted, off: int = 0) -> tuple[Line, ...]:
    made = priced(COMPANY, wanted, Terms(), today=TODAY).lines
    return tuple(replace(line, discount_bp=off) for line in made)


def deal(n: int, *wanted: Wanted, off: int = 500, days: int = 21, **fields: Any) -> PastDeal:
    of = lines(*(wanted or WEBSITE), off=off)
    return PastDeal(
        **{
            "case": f"lead-{n}", "contact": f"con-{n}", "proposal": f"pro-{n}", "number": f"P-{n}",
            "version": 1, "lines": of, "net": totals(of, "EUR").net, "discount_bp": off,
            "delivery_days": days, "agreed_on": TODAY - timedelta(days=n), "facts": (f"fact-{n}",),
            **fields,
        }
    )  # fmt: skip


def refusal(n: int, off: int, *, days_ago: int = 1) -> Refusal:
    of = lines(*WEBSITE, off=off)
    return Refusal(
        case=f"lead-{n}", contact=f"con-{n}", number=f"P-{n}", version=1, lines=of,
        net=totals(of, "EUR").net, discount_bp=off, delivery_days=10,
        refused_on=TODAY - timedelta(days=days_ago), by="Nora", action=f"act-{n}",
    )  # fmt: skip


def follow(*deals: PastDeal, wanted: tuple[Wanted, ...] = WEBSITE, **more: Any) -> Any:
    known = Precedents(
        deals=deals, refused=more.pop("refused", ()), lessons=more.pop("lessons", ())
    )
    return following(COMPANY, wanted, known, today=TODAY, **{"language": "en", **more})


def test_fewer_than_three_similar_deals_are_no_precedent() -> None:
    assert FEWEST == 3
    assert follow(deal(1), deal(2)) is None
    assert follow(deal(1), deal(2), deal(3, Wanted("logo", 1))) is None


def test_the_terms_most_similar_deals_agree_on_are_taken_and_cited() -> None:
    found = follow(deal(1), deal(2, off=300), deal(3), deal(4, Wanted("logo", 1), off=900))
    assert isinstance(found, Following)
    assert found.terms == Terms(discount_bp=500, delivery_days=21)
    assert [one.number for one in found.price_from] == ["P-1", "P-3"]


def test_the_same_contacts_own_deals_come_before_more_similar_ones_of_others() -> None:
    both = (Wanted("website", 1), Wanted("logo", 1))
    found = follow(deal(1), deal(2), deal(3, *both, off=200, days=30, same=True))
    assert found.terms == Terms(discount_bp=200, delivery_days=30)
    assert [one.number for one in found.cited] == ["P-3"]


def test_among_equals_the_quantities_decide_and_then_the_order_of_memory() -> None:
    small, large = Wanted("workshop", 1), Wanted("workshop", 8)
    found = follow(
        deal(1, large, off=1_000), deal(2, large, off=1_000), deal(3, small, off=0),
        deal(4, small, off=0), wanted=(Wanted("workshop", 1),),
    )  # fmt: skip
    assert found.terms.discount_bp == 0
    assert [one.number for one in found.price_from] == ["P-3", "P-4"]


def test_a_discount_past_the_guardrails_is_cut_to_them() -> None:
    found = follow(*(deal(n, off=1_500) for n in (1, 2, 3)))
    assert found.terms.discount_bp == COMPANY.guardrails.max_discount_bp == 1_000
    assert found.capped_bp == 1_500


def test_no_item_is_offered_below_its_floor_whatever_was_agreed() -> None:
    tight = replace(
        COMPANY,
        prices=tuple(
            replace(item, floor=item.price.__class__(235_000, "EUR"))
            if item.id == "website"
            else item
            for item in COMPANY.prices
        ),
    )
    known = Precedents(deals=tuple(deal(n, off=1_000) for n in (1, 2, 3)))
    found = following(tight, WEBSITE, known, today=TODAY)
    assert isinstance(found, Following)
    assert priced(tight, WEBSITE, found.terms, today=TODAY).sums.net.minor == 235_000


def test_delivery_is_never_promised_sooner_than_the_guardrails_nor_later_than_they_need_it() -> (
    None
):
    soon = follow(*(deal(n, days=3) for n in (1, 2, 3)))
    assert soon.terms.delivery_days == 0
    needed = follow(*(deal(n) for n in (1, 2, 3)), deadline=TODAY + timedelta(days=15))
    assert needed.terms.delivery_days == 0


def test_a_price_the_operator_refused_is_not_offered_again() -> None:
    deals = (deal(1, agreed_on=TODAY - timedelta(days=9)), deal(2, off=300), deal(3, off=300))
    older = replace(deals[0], agreed_on=TODAY - timedelta(days=30))
    found = follow(older, *deals[1:], refused=(refusal(8, 300, days_ago=0),))
    assert found.terms.discount_bp == 500
    assert [one.number for one in found.refused] == ["P-8"]


def test_what_was_agreed_after_a_refusal_lifts_it() -> None:
    deals = tuple(deal(n) for n in (1, 2, 3))
    found = follow(*deals, refused=(refusal(8, 500, days_ago=9),))
    assert found.terms.discount_bp == 500
    assert found.refused == ()


def test_where_every_price_was_refused_a_person_names_another_one() -> None:
    refused = (refusal(8, 0, days_ago=0), refusal(9, 500, days_ago=0))
    assert isinstance(follow(*(deal(n) for n in (1, 2, 3)), refused=refused), Refused)
    assert isinstance(follow(refused=refused), Refused)
    assert follow(refused=refused[1:]) is None


def test_what_the_operator_told_of_a_price_comes_before_what_was_done() -> None:
    habit = Lesson(
        change=Change.GREETING, text="Hi {first},", language="en", actions=("a",), numbers=("P-1",)
    )
    deals = tuple(deal(n) for n in (1, 2, 3))
    found = follow(*deals, said=Terms(discount_bp=200), lessons=(habit,))
    assert (found.terms, found.cited, found.lessons) == (Terms(discount_bp=200), (), (habit,))
    assert follow(*deals, delivery_said=True).terms.delivery_days == 0


def test_words_of_another_language_are_not_taken_over() -> None:
    habit = Lesson(
        change=Change.SIGN_OFF, text="Bis bald", language="de", actions=("a",), numbers=("P-1",)
    )
    assert follow(*(deal(n) for n in (1, 2, 3)), lessons=(habit,)).lessons == ()


def test_a_sum_that_no_single_discount_makes_is_taken_over_to_the_cent() -> None:
    split = tuple(
        replace(line, unit_price=replace(line.unit_price, minor=228_001))
        for line in lines(*WEBSITE)
    )
    deals = tuple(
        replace(deal(n), lines=split, net=totals(split, "EUR").net, discount_bp=500)
        for n in (1, 2, 3)
    )
    found = follow(*deals)
    assert priced(COMPANY, WEBSITE, found.terms, today=TODAY).sums.net.minor == 228_001


def test_the_same_memory_gives_the_same_offer() -> None:
    deals = [deal(1), deal(2, off=300, days=30), deal(3, off=700)]
    found = follow(*deals)
    assert follow(*deals) == found
    assert found.terms.discount_bp == 500
