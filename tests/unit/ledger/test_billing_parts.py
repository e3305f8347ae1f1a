"""The parts of a deal meet the whole to the cent, and a plan is read as it is written."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.billing import (
    BillingPlan,
    Deduction,
    InvoicePart,
    PlannedPart,
    PlanUnclear,
    Trigger,
    asked_for,
    plan_of,
    reversed_part,
    share_lines,
)
from ledger.domain.values import Line, Money, Totals, reversed_lines, totals

CENT = Decimal(1)
lines = st.lists(
    st.builds(
        lambda price, quantity, rate, off: Line(
            "x", "x", quantity, "piece", Money(price, "EUR"), rate, off
        ),
        st.integers(1, 999_999),
        st.integers(1, 9),
        st.sampled_from([0, 700, 1_900, 550]),
        st.sampled_from([0, 333, 1_250]),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
cuts = st.sets(st.integers(1, 9_999), min_size=1, max_size=6)


def plan_with(places: set[int]) -> BillingPlan:
    """A plan cut at these basis points; a third rarely divides evenly."""
    edges = [0, *sorted(places), 10_000]
    shares = [after - before for before, after in pairwise(edges)]
    *early, last = shares
    return BillingPlan(
        (
            *(PlannedPart(Trigger.MILESTONE, share) for share in early),
            PlannedPart(Trigger.DELIVERY, last),
        )
    )


def billed(whole: tuple[Line, ...], plan: BillingPlan) -> tuple[list[Totals], InvoicePart]:
    """What each part asks for, and the final one with its deductions."""
    made = [
        totals(share_lines(whole, plan, place, "part"), "EUR")
        for place in range(1, len(plan.parts))
    ]
    deducted = tuple(
        Deduction(f"inv-{place}", f"2026-{place:04d}", date(2026, 11, 23), one.taxes)
        for place, one in enumerate(made, start=1)
    )
    last = plan.parts[-1]
    final = InvoicePart(
        place=len(plan.parts),
        of=len(plan.parts),
        trigger=last.trigger,
        share_bp=last.share_bp,
        deducted=deducted,
    )
    return [*made, asked_for(whole, final, "EUR")], final


def rounded(exact: Decimal) -> int:
    return int(exact.quantize(CENT, ROUND_HALF_UP))


@given(lines, cuts)
def test_the_parts_of_every_split_come_to_the_whole_in_net_in_tax_and_by_rate(
    whole: tuple[Line, ...], places: set[int]
) -> None:
    plan = plan_with(places)
    parts, _ = billed(whole, plan)
    full = totals(whole, "EUR")
    assert sum(one.net.minor for one in parts) == full.net.minor
    assert sum(one.gross.minor for one in parts) == full.gross.minor
    for rate in (one.rate_bp for one in full.taxes):
        taxes = [tax for one in parts for tax in one.taxes if tax.rate_bp == rate]
        (expected,) = [tax for tax in full.taxes if tax.rate_bp == rate]
        assert sum(tax.base.minor for tax in taxes) == expected.base.minor
        assert sum(tax.tax.minor for tax in taxes) == expected.tax.minor


@given(lines, cuts)
def test_each_early_part_is_its_share_as_decimals_round_it(
    whole: tuple[Line, ...], places: set[int]
) -> None:
    plan, full, before = plan_with(places), totals(whole, "EUR"), Decimal(0)
    for place, part in enumerate(plan.parts[:-1], start=1):
        upto = before + Decimal(part.share_bp) / 10_000
        found = totals(share_lines(whole, plan, place, "part"), "EUR")
        expected = [
            (rounded(one.base.minor * upto) - rounded(one.base.minor * before), one.rate_bp)
            for one in full.taxes
        ]
        assert found.net.minor == sum(base for base, _ in expected)
        tax = sum(rounded(Decimal(base) * rate / 10_000) for base, rate in expected)
        assert (found.gross - found.net).minor == tax
        before = upto


@given(lines, cuts)
def test_a_credit_note_of_the_final_invoice_is_exactly_its_opposite(
    whole: tuple[Line, ...], places: set[int]
) -> None:
    parts, final = billed(whole, plan_with(places))
    back = asked_for(reversed_lines(whole), reversed_part(final), "EUR")
    assert (back.net, back.gross) == (-parts[-1].net, -parts[-1].gross)


@pytest.mark.parametrize(
    ("said", "shares"),
    [
        ("on delivery", [10_000]),
        ("deposit 40%", [4_000, 6_000]),
        ("deposit 33.33% final on delivery", [3_333, 6_667]),
        ("deposit 12,5 %, final", [1_250, 8_750]),
        ("milestones 30/40/30", [3_000, 4_000, 3_000]),
        ("milestones Design 30 / Build 70", [3_000, 7_000]),
        ("deposit 20% milestones 30/30 final", [2_000, 3_000, 3_000, 2_000]),
    ],
)
def test_a_plan_reads_as_it_is_written_and_again_as_it_is_shown(
    said: str, shares: list[int]
) -> None:
    plan = plan_of(said)
    assert [part.share_bp for part in plan.parts] == shares
    assert plan_of(plan.words) == plan


@pytest.mark.parametrize(
    "said",
    ["", "soon", "deposit 40% final 50%", "milestones 60/60", "milestones a/b", "deposit 0%"],
)
def test_what_is_no_plan_or_does_not_come_to_the_whole_is_refused_with_examples(said: str) -> None:
    with pytest.raises(PlanUnclear, match=r"billing plan|100 %|milestone"):
        plan_of(said)


def test_the_delivery_makes_the_final_part_due_whatever_it_waited_for() -> None:
    plan = plan_of("milestones Design 30 / Build 70")
    assert plan.triggered(2, accepted=True, done=[0])
    assert not plan.triggered(1, accepted=True, done=[0])
    assert plan.milestone("build") == plan.milestone("2") == 2
    assert plan.awaits(1) == "milestone 1 (Design)"
