"""What a payment provider holds, and when an entry of the account is its payout."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ledger.domain.clearing import clearings
from ledger.domain.entities import Payment, Payout
from ledger.domain.events import FeeCharged, PaidOut, PayoutArrived
from ledger.domain.facts import Fact
from ledger.domain.folding_payouts import fold_payouts, payout_keys
from ledger.domain.values import Money

EUR_10, EUR_1 = Money(1_000, "EUR"), Money(100, "EUR")
DAY = date(2026, 11, 20)


def payment(name: str, amount: Money, *, source: str = "stripe", fee: int = 0) -> Payment:
    fees = (Money(fee, amount.currency),) if fee else ()
    return Payment(id=name, fact=name, amount=amount, booked_on=DAY, source=source, fees=fees)


def payout(name: str, amount: Money, **more: object) -> Payout:
    return Payout(id=name, provider="stripe", amount=amount, on=DAY, **more)  # type: ignore[arg-type]  # the fields named


class Known:
    """The entities a fold looks at, and what it makes of them."""

    def __init__(self, *entities: Payment | Payout) -> None:
        self.by_id = {each.id: each for each in entities}

    def get(self, kind: type, entity_id: str) -> object:
        found = self.by_id.get(entity_id)
        return found if isinstance(found, kind) else None

    def told(self, *events: FeeCharged | PaidOut | PayoutArrived) -> None:
        for n, event in enumerate(events, 1):
            fact = Fact(
                id=str(n), seq=n, company="c", case="desk", version=n, at=datetime.now(UTC),
                by="intake", key=str(n), event=event,
            )  # fmt: skip
            for made in fold_payouts(fact, self):  # type: ignore[arg-type]  # what of it is used
                self.by_id[made.id] = made  # type: ignore[index,assignment]  # one of these two


def test_what_is_held_is_what_was_received_less_fees_and_payouts_in_each_currency() -> None:
    usd = Money(500, "USD")
    payments = [
        payment("a", EUR_10, fee=45), payment("b", -EUR_1), payment("c", usd, fee=40),
        payment("bank", EUR_10, source="camt053"),
    ]  # fmt: skip
    payouts = [payout("p", EUR_1, arrived="x"), payout("q", EUR_1), payout("r", EUR_1, failed=True)]
    euros, dollars = clearings(payments, payouts)
    assert (euros.received.minor, euros.fees.minor, euros.paid_out.minor) == (900, 45, 200)
    assert (euros.held.minor, euros.awaited.minor) == (655, 100)
    assert dollars.held == Money(460, "USD")


def test_fees_of_one_payment_add_up_and_a_fee_of_an_unknown_payment_changes_nothing() -> None:
    known = Known(payment("ch_1", EUR_10))
    fee = FeeCharged(provider="stripe", payment="ch_1", transaction="t", amount=Money(30, "EUR"))
    other = FeeCharged(provider="stripe", payment="gone", transaction="u", amount=Money(9, "EUR"))
    known.told(fee, fee, other)
    assert known.by_id["ch_1"].fees == (Money(60, "EUR"),)
    assert set(known.by_id) == {"ch_1"}


def test_a_payout_waits_for_the_bank_and_once_it_failed_for_its_way_back() -> None:
    known = Known(payment("B", EUR_10, source="csv"), payment("C", -EUR_10, source="csv"))
    paid = PaidOut(provider="stripe", payout="po", amount=EUR_10, on=DAY, failed=False)
    came = PayoutArrived(payout="po", payment="B", fact="f", amount=EUR_10, booked_on=DAY, why="")
    failed = PaidOut(provider="stripe", payout="po", amount=-EUR_10, on=DAY, failed=True)
    back = PayoutArrived(payout="po", payment="C", fact="g", amount=-EUR_10, booked_on=DAY, why="")
    waits = []
    for event in (paid, came, failed, back):
        known.told(event)
        waits.append(payout_keys(known.by_id["po"]))
    assert waits == [["due"], [], ["due"], []]
    assert known.by_id["B"].payout == known.by_id["C"].payout == "po"
    assert known.by_id["B"].left == Money(0, "EUR")


def test_an_older_fact_with_a_negative_amount_is_a_failure_and_a_newer_one_says_so() -> None:
    old = PaidOut(provider="stripe", payout="po", amount=-EUR_10, on=DAY)
    drawn = PaidOut(provider="stripe", payout="pp", amount=-EUR_10, on=DAY, failed=False)
    known = Known()
    known.told(old, drawn)
    assert (known.by_id["po"].failed, known.by_id["po"].amount) == (True, EUR_10)
    assert (known.by_id["pp"].failed, known.by_id["pp"].amount) == (False, -EUR_10)
