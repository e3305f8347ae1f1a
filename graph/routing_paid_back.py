"""Money that a provider gives back names the payment it is of, and goes where that one went.

The two may come in either order: what came first waits among the strays.
"""

from __future__ import annotations

from typing import Final

from graph.desk import ROUTER, Desk, routed, unrouted
from ledger.domain.entities import Payment, Stray
from ledger.domain.events import PaymentReceived, Routed
from ledger.domain.facts import Draft, Fact, derived_id

_PAYMENT: Final = "payment"
_MOST: Final = 20
"""Cases that one payment was routed to, at most."""


async def given_back(
    fact: Fact, payment: PaymentReceived, desk: Desk, *, cause: Fact | None = None
) -> list[Draft]:
    """To the case of the payment it gives back; among the strays, where that has none yet."""
    earlier = await desk.views.get(Payment, payment.pays_back)
    cases = await _cases(earlier, desk) if earlier else ()
    why = f"It gives back payment {payment.pays_back}."
    if cases:
        shared = len(cases) > 1
        return [routed(fact, case, _PAYMENT, why, cause=cause, shared=shared) for case in cases]
    remedy = "It goes to the case of that payment once it has one; `assign` it to another one."
    return [unrouted(fact, _PAYMENT, f"{why} That one is in no case.", remedy, cause=cause)]


async def _cases(earlier: Payment, desk: Desk) -> tuple[str, ...]:
    """Where it was booked or at least routed: its case may not have come to booking it yet."""
    found = dict.fromkeys(earlier.cases)
    for n in range(_MOST):
        said = await desk.fact(derived_id(earlier.fact, ROUTER, n))
        if said is None:
            break
        if isinstance(said.event, Routed) and said.event.fact == earlier.fact:
            found[said.case] = None
    return tuple(found)


async def waiting_for(
    fact: Fact, payment: PaymentReceived, drafts: list[Draft], desk: Desk
) -> list[Draft]:
    """What gives this payment back and came before it: to the case that the payment goes to."""
    cases = [each.case for each in drafts if isinstance(each.event, Routed)]
    if payment.source not in _PROVIDERS or len(cases) != 1:
        return []
    strays = await desk.views.find(Stray, "open")
    found = [await desk.fact(each.id) for each in strays if each.kind == _PAYMENT]
    why = f"It gives back payment {payment.payment}."
    return [
        routed(each, cases[0], _PAYMENT, why, cause=fact)
        for each in found
        if each is not None
        and isinstance(each.event, PaymentReceived)
        and each.event.pays_back == payment.payment
    ]


_PROVIDERS: Final = frozenset({"stripe"})
"""Sources that name the payment they give back."""
