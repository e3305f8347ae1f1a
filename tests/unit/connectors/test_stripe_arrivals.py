"""What an event of Stripe says of money; whatever it says of something else changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.payments.amounts import Unclear
from connectors.stripe.arrivals import arrivals, stripe_money, transaction_of
from ledger.domain.events import PaidOut, PaymentReceived
from ledger.domain.values import Money

NOON = 1_795_348_800
CHARGE = {
    "id": "ch_1", "object": "charge", "amount": 1_000, "currency": "eur", "created": NOON,
    "status": "succeeded", "captured": True, "balance_transaction": {"id": "txn_1"},
    "description": "Order", "metadata": {"invoice": "2026-0001"},
    "billing_details": {"name": None, "email": "ada@example.com"},
}  # fmt: skip
REFUND = {
    "id": "re_1", "object": "refund", "amount": 400, "currency": "eur", "created": NOON,
    "status": "succeeded", "charge": "ch_1",
}  # fmt: skip


def event(kind: str, thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"id": "evt_1", "object": "event", "type": kind, "data": {"object": thing | changes}}


def test_a_charge_names_its_invoice_by_what_the_shop_noted() -> None:
    (paid,) = arrivals(event("charge.succeeded", CHARGE))
    assert isinstance(paid, PaymentReceived)
    assert (paid.payment, paid.amount) == ("ch_1", Money(1_000, "EUR"))
    assert paid.numbers == ("2026-0001",)
    assert paid.payer == "ada@example.com"
    assert paid.booked_on == date(2026, 11, 22)
    assert transaction_of(event("charge.succeeded", CHARGE)) == ("ch_1", "txn_1")


@pytest.mark.parametrize(
    ("kind", "thing", "changes"),
    [
        ("charge.succeeded", CHARGE, {"captured": False}),
        ("charge.updated", CHARGE, {"status": "failed"}),
        ("refund.created", REFUND, {"status": "pending"}),
        ("payment_intent.succeeded", CHARGE, {}),
        ("invoice.paid", {}, {}),
    ],
)
def test_what_moved_no_money_yet_or_is_told_by_another_event_is_none(
    kind: str, thing: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert arrivals(event(kind, thing, **changes)) == []


def test_less_than_was_authorised_counts_with_what_was_captured() -> None:
    (paid,) = arrivals(event("charge.captured", CHARGE, amount_captured=700))
    assert isinstance(paid, PaymentReceived)
    assert paid.amount == Money(700, "EUR")


def test_a_refund_names_the_charge_it_gives_back_and_a_dispute_is_a_return() -> None:
    (back,) = arrivals(event("refund.updated", REFUND))
    (taken,) = arrivals(event("charge.dispute.funds_withdrawn", REFUND, id="dp_1"))
    (again,) = arrivals(event("charge.dispute.funds_reinstated", REFUND, id="dp_1"))
    found = [each for each in (back, taken, again) if isinstance(each, PaymentReceived)]
    assert [(each.payment, each.amount.minor, each.returned) for each in found] == [
        ("re_1", -400, False),
        ("dp_1", -400, True),
        ("dp_1-reinstated", 400, False),
    ]
    assert {each.pays_back for each in found} == {"ch_1"}


def test_a_payout_that_failed_is_money_that_left_again() -> None:
    payout = {"id": "po_1", "amount": 900, "currency": "eur", "created": NOON,
              "arrival_date": NOON + 86_400}  # fmt: skip
    (paid,) = arrivals(event("payout.paid", payout))
    (failed,) = arrivals(event("payout.failed", payout))
    assert isinstance(paid, PaidOut)
    assert isinstance(failed, PaidOut)
    assert (paid.amount.minor, failed.amount.minor, paid.on) == (900, -900, date(2026, 11, 23))


def test_amounts_are_read_in_the_minor_units_of_their_currency() -> None:
    assert stripe_money(500, "jpy") == Money(500, "JPY")
    assert stripe_money(50_000, "isk") == Money(500, "ISK")
    with pytest.raises(Unclear):
        stripe_money(50_050, "isk")
    with pytest.raises(Unclear):
        stripe_money(1, "xqz")


@pytest.mark.parametrize("missing", ["id", "currency", "created", "status"])
def test_an_event_about_money_that_lacks_what_it_must_have_is_refused(missing: str) -> None:
    thing = {name: value for name, value in CHARGE.items() if name != missing}
    with pytest.raises(Unclear) as refused:
        arrivals(event("charge.succeeded", thing))
    assert "evt_1" in refused.value.cause
